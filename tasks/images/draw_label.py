"""Draws a label on a picture: a plate of tinted glass in a corner, and text on it that is read on any ground."""

import unicodedata
from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from tasks.images.contrast import OPACITY, Plate, contrasts, luminances, plates_for
from tasks.images.geometry import Size
from tasks.images.label_font import LabelFont, is_shaped
from tasks.images.label_layout import FLOOR_PX, Content, Extent, Layout, laid_out, place_of
from tasks.records.label import Corner, Label

CORNERS: Final[tuple[Corner, ...]] = ("br", "bl", "tr", "tl")
_CLEARLY: Final = 1.15
"""So much better must another corner be than the first."""
_WORST: Final = 1
"""Percent of the pixels below a label that may be worse than what it is judged by: the lines of a text are more."""
_NEAR: Final = 0.5
"""Of the text's size: so far around a label is looked too, lest it touches a text of the picture."""
_BLUR: Final = 0.5
_ROUND: Final = 0.45
"""Of the text's size."""
_FINER: Final = 4

Box = tuple[int, int, int, int]


class LabelPlace(NamedTuple):
    """How a label lies: the same for all widths of a picture."""

    corner: Corner
    plate: Plate


class Badge(NamedTuple):
    """A label, and what is needed to draw it."""

    label: Label
    font: LabelFont
    icon: Image.Image | None = None
    """RGBA."""


def layout_of(badge: Badge, frame: Size, floor_px: int = FLOOR_PX) -> Layout | None:
    """How a badge is laid out in a picture of this size; None where it has no room."""
    text = badge.label.text
    icon = Size(*badge.icon.size) if badge.icon is not None else None
    return laid_out(Content(text, icon, extent_of(badge.font, text), is_rtl(text)), frame, floor_px)


def extent_of(font: LabelFont, whole: str) -> Extent:
    """How far a line of the text `whole` reaches in a size."""

    def extent(line: str, size_px: int) -> tuple[int, int, int]:
        left, top, right, bottom = font.at(size_px, whole).getbbox(line, anchor="ls")
        return round(right - min(left, 0)), round(-top), max(0, round(bottom))

    return extent


def with_label(
    image: Image.Image, badge: Badge, within: Box | None = None, placed: LabelPlace | None = None
) -> tuple[Image.Image, LabelPlace | None]:
    """The picture with the badge, and how it lies; as it is, and None, where it has no room at all.

    `within`: the part of it that is the picture, where the rest is clear; `placed`: how it lies in another width.
    """
    part = (0, 0, *image.size) if within is None else within
    found = _fitting(badge, part)
    if found is None:
        part, found = (0, 0, *image.size), _fitting(badge, (0, 0, *image.size), floor_px=1)
    if found is None:
        return image, None
    size = Size(part[2] - part[0], part[3] - part[1])
    if placed is None:
        corners = CORNERS if badge.label.at == "auto" else (badge.label.at,)
        near = round(found.size_px * _NEAR)
        boxes = [_grown(_box(found, size, corner, part), near, image.size) for corner in corners]
        placed = best_placed(image, list(zip(corners, boxes, strict=True)), plates_for(badge.icon))
    box = _box(found, size, placed.corner, part)
    image.paste(_drawn(image.crop(box), badge, found, placed.plate), box)
    return image, placed


def best_placed(image: Image.Image, places: Sequence[tuple[Corner, Box]], plates: Sequence[Plate]) -> LabelPlace:
    """Of some places, the first in which text is seen as well as anywhere, on the plate that suits it there."""
    best: tuple[float, LabelPlace] | None = None
    for corner, box in places:
        below = luminances(_on_white(image.crop(box)))
        for plate in plates:
            seen = float(np.percentile(contrasts(below, plate), _WORST))
            if best is None or seen > best[0] * (_CLEARLY if corner != best[1].corner else 1):
                best = seen, LabelPlace(corner, plate)
    if best is None:
        raise ValueError("a label needs a corner")
    return best[1]


def _drawn(below: Image.Image, badge: Badge, layout: Layout, plate: Plate) -> Image.Image:
    """The part of a picture `below` a label with that on it."""
    mask = _rounded(layout.plate, round(layout.size_px * _ROUND))
    if below.mode == "RGBA":
        glass = Image.new("RGBA", below.size, (*plate.colour, 0))
        glass.putalpha(mask.point([round(level * OPACITY) for level in range(256)]))
        drawn = Image.alpha_composite(below, glass)
    else:
        soft = below.filter(ImageFilter.GaussianBlur(layout.size_px * _BLUR))
        drawn = below.copy()
        drawn.paste(Image.blend(soft, Image.new("RGB", below.size, plate.colour), OPACITY), mask=mask)
    text = Image.new("L", below.size)
    pen, font = ImageDraw.Draw(text), badge.font.at(layout.size_px, badge.label.text)
    for line, left, baseline in layout.lines:
        pen.text((left, baseline), line, fill=255, font=font, anchor="ls")
    ink = Image.new("RGBA", below.size, (*plate.ink, 0))
    ink.putalpha(text)
    if layout.icon is not None and badge.icon is not None:
        left, top, width, height = layout.icon
        ink.alpha_composite(badge.icon.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=3.0), (left, top))
    return Image.alpha_composite(drawn.convert("RGBA"), ink).convert(below.mode)


def _fitting(badge: Badge, part: Box, floor_px: int = FLOOR_PX) -> Layout | None:
    return layout_of(badge, Size(part[2] - part[0], part[3] - part[1]), floor_px)


def _box(layout: Layout, size: Size, corner: Corner, part: Box) -> Box:
    left, top = place_of(layout, size, corner)
    left, top = left + part[0], top + part[1]
    return (left, top, left + layout.plate.width_px, top + layout.plate.height_px)


def _grown(box: Box, by_px: int, size: tuple[int, int]) -> Box:
    left, top, right, bottom = box
    return (max(0, left - by_px), max(0, top - by_px), min(size[0], right + by_px), min(size[1], bottom + by_px))


def _rounded(size: Size, radius_px: int) -> Image.Image:
    large = Image.new("L", (size.width_px * _FINER, size.height_px * _FINER))
    corner = (0, 0, large.width - 1, large.height - 1)
    ImageDraw.Draw(large).rounded_rectangle(corner, radius_px * _FINER, fill=255)
    return large.reduce(_FINER)


def _on_white(image: Image.Image) -> Image.Image:
    """What is clear lies on white most often, on pages and in JPEG."""
    if image.mode != "RGBA":
        return image
    paper = Image.new("RGB", image.size, "white")
    paper.paste(image, mask=image.getchannel("A"))
    return paper


def is_rtl(text: str) -> bool:
    """Whether the first letter that has a direction runs from right to left."""
    if not is_shaped(text):
        return False
    ways = (unicodedata.bidirectional(char) for char in text)
    return next((way for way in ways if way in {"L", "R", "AL"}), "L") != "L"
