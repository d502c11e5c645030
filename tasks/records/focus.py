"""Where a crop is to lie, as people say it, and where it lay."""

import re
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Final, Literal, NamedTuple, get_args

from tasks.records.record import Record

Gravity = Literal[
    "auto", "centre", "top", "bottom", "left", "right", "top-left", "top-right", "bottom-left", "bottom-right"
]
GRAVITIES: Final[tuple[Gravity, ...]] = get_args(Gravity)
AUTO: Final = "auto"
CENTRE: Final = "centre"
FOCUS: Final = (
    "use a point such as 0.5,0.2 (from the left and from the top, 0 to 1), or auto, centre, top, bottom, left, right, "
    "top-left, top-right, bottom-left, bottom-right"
)

_NUMBER: Final = r"(\d*[.]?\d+%?|\d+[.]%?)"
_POINT: Final = re.compile(rf"{_NUMBER}(?:\s*[,;/]\s*|\s+){_NUMBER}")
_COMMAS: Final = re.compile(r"(\d*),(\d+)(\s*;\s*|\s+)(\d*),(\d+)")
"""A point as it is written where a comma stands before decimals."""


class Point(NamedTuple):
    """A place in a picture: shares of its width from the left, and of its height from the top."""

    x: Fraction
    y: Fraction


MIDDLE: Final = Point(Fraction(1, 2), Fraction(1, 2))


class Crop(Record):
    """Where a crop lies in its original."""

    focus: str
    """What has decided that: a word or a point, or `auto` where it was what the picture shows."""
    box: tuple[float, float, float, float]
    """Left, top, right and bottom, in pixels of the original."""


def _words() -> Mapping[str, Gravity]:
    """Every way to write a gravity, without case, dashes and spaces."""
    written: dict[str, Gravity] = {"center": "centre", "middle": "centre"}
    for gravity in GRAVITIES:
        parts = gravity.split("-")
        written |= {"".join(parts): gravity, "".join(reversed(parts)): gravity}
    return written


_WORDS: Final = _words()


def gravity_of(text: str) -> Gravity | None:
    """The gravity that a word says; None where it says none."""
    return _WORDS.get(re.sub(r"[\s_-]", "", text.lower()))


def parse_focus(text: str) -> str:
    """A focus as it is kept: a gravity, or a point such as `0.5,0.2`. ValueError with what is accepted."""
    if gravity := gravity_of(text):
        return gravity
    plain = _COMMAS.sub(r"\1.\2\3\4.\5", text.strip(" []()"))
    match = _POINT.fullmatch(plain)
    shares = [_share(number) for number in match.groups()] if match else []
    if not shares or max(shares) > 1:
        raise ValueError(f"is not accepted; {FOCUS}")
    return ",".join(f"{share.normalize():f}" for share in shares)


def point_of(focus: str) -> Point | None:
    """The place that a crop is to have in its middle, or as near to it as it can; None where the picture decides."""
    if focus == AUTO:
        return None
    if focus in GRAVITIES:
        words, half = focus.split("-"), Fraction(1, 2)
        x = Fraction("right" in words) + half * (not {"left", "right"} & set(words))
        y = Fraction("bottom" in words) + half * (not {"top", "bottom"} & set(words))
        return Point(x, y)
    x_text, _, y_text = focus.partition(",")
    return Point(Fraction(x_text), Fraction(y_text))


def _share(text: str) -> Decimal:
    return Decimal(text.removesuffix("%")) / 100 if text.endswith("%") else Decimal(text)
