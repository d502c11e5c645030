"""Where the parts of a label lie, and how large they are: arithmetic over the widths of words, without a pixel."""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple

from tasks.images.geometry import Size
from tasks.records.label import Corner

TEXT_SHARE: Final = 0.035
"""Of the short side of a picture."""
TEXT_MIN_PX: Final = 12
FLOOR_PX: Final = 8
"""In a picture that is too small for more: the smallest letters that can still be read."""
LINES_MAX: Final = 3
_LEADING: Final = 1.25
_PADDING: Final = (0.55, 0.4)
"""Beside the text and above it, in its size."""
_MARGIN: Final = 0.7
_MARGIN_SHARE: Final = 0.04
"""Of the short side, at most."""
_GAP: Final = 0.4
_ICON: Final = 1.25
_ICON_ALONE: Final = 1.9
_IDEOGRAM: Final = "[\u2e80-\u2fdf\u3005-\u3007\u3041-\u30ff\u3400-\u9fff\uf900-\ufaff]"
"""Between which a line may be broken, as Chinese and Japanese have no spaces."""
WORD: Final = re.compile(
    rf"{_IDEOGRAM}[\u3001\u3002\u300d\u30fc\uff01\uff09\uff0c\uff1f]*\s?"
    rf"|\S+?(?:(?<=\w)[-‐–/](?=\w)|(?=\s|$|{_IDEOGRAM}))\s?"  # noqa: RUF001  dashes are meant
)

Extent = Callable[[str, int], tuple[int, int, int]]
"""Of a line of text in a size: its width, and how far it reaches above the baseline and below it, in pixels."""


class Content(NamedTuple):
    """What stands in a label."""

    text: str
    icon: Size | None
    extent: Extent
    is_rtl: bool = False
    """Whether it begins at the right."""


class Layout(NamedTuple):
    """A label, from the left upper corner of its plate; all in pixels."""

    plate: Size
    margin_px: int
    """Between the plate and the edges of the picture."""
    size_px: int
    """Of the text."""
    lines: tuple[tuple[str, int, int], ...]
    """Each with its left end and its baseline."""
    icon: tuple[int, int, int, int] | None = None
    """Left, top, width and height."""


def laid_out(content: Content, frame: Size, floor_px: int = FLOOR_PX) -> Layout | None:
    """The label as large as it should be in a picture of the size `frame`; smaller, or in lines, where it has to be.

    None where not even letters of `floor_px` have room.
    """
    short = min(frame)
    most = max(TEXT_MIN_PX, round(short * TEXT_SHARE))
    for size_px in range(most, min(floor_px, most) - 1, -1):
        for lines in _settings(content, size_px):
            found = _set(lines, content, size_px, short)
            room = Size(frame.width_px - 2 * found.margin_px, frame.height_px - 2 * found.margin_px)
            if found.plate.width_px <= room.width_px and found.plate.height_px <= room.height_px:
                return found
    return None


def place_of(layout: Layout, frame: Size, corner: Corner) -> tuple[int, int]:
    """The left upper corner of the plate in a picture."""
    right = frame.width_px - layout.margin_px - layout.plate.width_px
    bottom = frame.height_px - layout.margin_px - layout.plate.height_px
    return (right if "r" in corner else layout.margin_px, bottom if "b" in corner else layout.margin_px)


def _settings(content: Content, size_px: int) -> Iterator[Sequence[str]]:
    """The text in one line, and broken into more as evenly as its words allow."""
    yield (content.text,) if content.text else ()
    words = WORD.findall(content.text)
    for count in range(2, min(LINES_MAX, len(words)) + 1):
        yield _broken(words, count, lambda part: content.extent(part, size_px)[0])


def _broken(words: Sequence[str], count: int, width: Callable[[str], int]) -> list[str]:
    """`words` in at most `count` lines, the widest of them as narrow as it can be without search for more."""
    widest = max(width("".join(words).strip()) / count, *(width(word.strip()) for word in words))
    while True:
        lines = [""]
        for word in words:
            if lines[-1] and width((lines[-1] + word).strip()) > widest:
                lines.append("")
            lines[-1] += word
        if len(lines) <= count:
            return [line.strip() for line in lines]
        widest *= 1.05


def _set(lines: Sequence[str], content: Content, size_px: int, short_px: int) -> Layout:
    icon, is_rtl = content.icon, content.is_rtl
    extents = [content.extent(line, size_px) for line in lines]
    beside, above = (max(2, round(size_px * share)) for share in _PADDING)
    leading = round(size_px * _LEADING)
    text_width = max((width for width, _, _ in extents), default=0)
    text_height = extents[0][1] + leading * (len(lines) - 1) + extents[-1][2] if lines else 0
    icon_size, gap = Size(0, 0), 0
    if icon is not None:
        height = max(1, round(size_px * (_ICON if lines else _ICON_ALONE)))
        icon_size = Size(max(1, round(icon.width_px * height / icon.height_px)), height)
        gap = round(size_px * _GAP) if lines else 0
    inside = Size(icon_size.width_px + gap + text_width, max(text_height, icon_size.height_px))
    first = above + (inside.height_px - text_height) // 2 + (extents[0][1] if lines else 0)
    start = beside + (0 if is_rtl else icon_size.width_px + gap)
    placed = tuple(
        (line, start + (text_width - width if is_rtl else 0), first + nth * leading)
        for nth, (line, (width, _, _)) in enumerate(zip(lines, extents, strict=True))
    )
    left = beside + (text_width + gap if is_rtl else 0)
    top = above + (inside.height_px - icon_size.height_px) // 2
    return Layout(
        plate=Size(inside.width_px + 2 * beside, inside.height_px + 2 * above),
        margin_px=max(1, min(round(size_px * _MARGIN), round(short_px * _MARGIN_SHARE))),
        size_px=size_px,
        lines=placed,
        icon=(left, top, *icon_size) if icon is not None else None,
    )
