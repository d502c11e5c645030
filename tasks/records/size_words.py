"""How people write the shape or the size of an image."""

import re
from collections import defaultdict
from fractions import Fraction
from typing import Annotated, Final

from pydantic import BeforeValidator

from tasks.records.models import MODELS, OFFERS, Model
from tasks.records.sizes import ASPECT_RATIOS, AspectRatio, as_resolution, as_written, ratio_of

_SIZE_SIGNS: Final = "x_*×-"  # noqa: RUF001  the sign of multiplication is meant
_RATIO: Final = re.compile(rf"(?:aspect[\s_-]*)?0?([0-9]{{1,4}})\s*[:/{_SIZE_SIGNS}]\s*0?([0-9]{{1,4}})(?::00)?")
_SIZE: Final = re.compile(rf"(?:resolution[\s_-]*)?([1-9][0-9]{{0,4}})\s*[{_SIZE_SIGNS}]\s*([1-9][0-9]{{0,4}})")
_SIDE_FROM: Final = 100
"""Two smaller numbers are a shape: no model draws so few pixels."""
CHOSEN: Final = "auto"
"""As a size: of those that the model draws, the one that suits the variants best."""
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d\b.*")
_RATIOS: Final[dict[Fraction | None, AspectRatio]] = {ratio_of(ratio): ratio for ratio in ASPECT_RATIOS}


def parse_aspect_ratio(text: str) -> AspectRatio:
    """`16:9`, `16x9` and `ASPECT_16_9` are one, and so is `16:09:00`: Excel takes 16:9 for a time of day.

    So are shapes that are the same, such as `1080:1350` and `4:5`.
    """
    if text.lower() == "auto":
        return "AUTO"
    if _DAY.fullmatch(text):
        raise ValueError("is a day that the spreadsheet has made of it; make the cell a text, and write such as 9:16")
    numbers = _RATIO.fullmatch(text.lower())
    shape = Fraction(int(numbers[1]), int(numbers[2])) if numbers and int(numbers[2]) else None
    if shape is not None and shape in _RATIOS:
        return _RATIOS[shape]
    exact = _exact_size(shape) if shape else None
    advice = f"the resolution {exact[0]} of {', '.join(exact[1])} is exactly that; or " if exact else ""
    raise ValueError(
        f"is not accepted; {advice}use one of {', '.join(as_written(ratio).lower() for ratio in ASPECT_RATIOS)}"
    )


def _exact_size(shape: Fraction) -> tuple[str, list[Model]] | None:
    """The size of this shape that most models list, as people write it, and these models."""
    able: defaultdict[str, list[Model]] = defaultdict(list)
    for model in MODELS:
        for size in OFFERS[model].resolutions:
            if ratio_of(size) == shape:
                able[size].append(model)
    best = max(able, key=lambda size: len(able[size]), default=None)
    return None if best is None else (as_written(best), able[best])


def parse_resolution(text: str) -> str:
    """`1344x704` and `RESOLUTION_1344_704` are one; width first, in pixels."""
    numbers = _SIZE.fullmatch(text.lower())
    size = as_resolution(int(numbers[1]), int(numbers[2])) if numbers else None
    if size is None or not any(offer.has_size(size) for offer in OFFERS.values()):
        examples = "such as 1024x1024, 1344x704, 2048x2048"
        use = f"use a size listed in data/README.md, {examples}"
        raise ValueError(
            f"is not accepted by any model; {use}{_as_a_cut(int(numbers[1]), int(numbers[2])) if numbers else ''}"
        )
    return size


def _as_a_cut(width: int, height: int) -> str:
    """How files of a size are had that no model draws, as the end of a sentence."""
    ratio = _RATIOS.get(Fraction(width, height))
    drawn = as_written(ratio).lower() if ratio else "what is like it"
    return f"; for files of {width}x{height} draw {drawn}, and cut it: --variant NAME={width}x{height}"


def parse_size(text: str) -> str:
    """A resolution, an aspect ratio, or `auto`; of two numbers without a colon large ones are pixels."""
    lowered = text.lower()
    if lowered == CHOSEN:
        return CHOSEN
    numbers = _SIZE.fullmatch(lowered)
    if numbers is not None and min(int(numbers[1]), int(numbers[2])) >= _SIDE_FROM:
        try:
            return parse_resolution(text)
        except ValueError as error:
            raise ValueError(f"{error}; or auto, which chooses one for the variants") from error
    if _RATIO.fullmatch(lowered) or _DAY.fullmatch(lowered):
        return parse_aspect_ratio(text)
    raise ValueError(
        "is not accepted; use auto, which chooses for the variants, an aspect ratio such as 16:9, or a resolution such "
        "as 1344x704; a column with the sizes of products needs another name, such as product_size"
    )


AnySize = Annotated[str, BeforeValidator(lambda told: parse_size(told) if isinstance(told, str) else told)]
"""As an option may be typed."""
