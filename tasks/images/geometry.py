"""Where a cut lies in its source, and how large it becomes: arithmetic on whole pixels, without an image."""

from fractions import Fraction
from typing import NamedTuple

from tasks.records.focus import MIDDLE, Point
from tasks.records.variant import Variant
from tasks.records.variant_text import WHOLE


class Size(NamedTuple):
    """A size in pixels, each side at least 1."""

    width_px: int
    height_px: int

    def __str__(self) -> str:
        """As the manifest writes it, such as `1024x1024`."""
        return f"{self.width_px}x{self.height_px}"


class Box(NamedTuple):
    """A part of a source, in pixels from its left upper corner; the edges may lie between two pixels."""

    left: float
    top: float
    right: float
    bottom: float


class Fit(NamedTuple):
    """What a variant makes of a picture."""

    share: Fraction
    """How much of the picture it shows, from 0 to 1."""
    scale: Fraction
    """How large it draws a pixel of the picture, in pixels: over 1 it enlarges."""


def is_covered(source: Size, variant: Variant) -> bool:
    """Whether a picture of the size `source` is cropped to fill the variant, where it has to be; else it is whole."""
    if variant.fit == "cover-or-fill":
        return likeness(source, Size(variant.width, variant.height)) * 100 >= variant.cover_from
    return variant.fit == "cover"


def cut_size(source: Size, variant: Variant) -> Size:
    """How large the file of `variant` is that is made of a picture of the size `source`."""
    target = Size(variant.width, variant.height)
    if variant.fit == WHOLE:
        return source
    return contain_size(source, target) if variant.fit == "inside" else target


def is_cropped(source: Size, variant: Variant) -> bool:
    """Whether `variant` shows less than the whole of a picture of the size `source`."""
    return is_covered(source, variant) and likeness(source, Size(variant.width, variant.height)) != 1


def likeness(one: Size, other: Size) -> Fraction:
    """How like the shapes of two sizes are: the share of either that the largest part of the other's shape covers."""
    ratios = (Fraction(one.width_px, one.height_px), Fraction(other.width_px, other.height_px))
    return min(ratios) / max(ratios)


def kept(source: Size, variant: Variant) -> Fit:
    """What `variant` makes of a picture of the size `source`."""
    if variant.fit == WHOLE:
        return Fit(Fraction(1), Fraction(1))
    scales = (Fraction(variant.width, source.width_px), Fraction(variant.height, source.height_px))
    if is_covered(source, variant):
        return Fit(min(scales) / max(scales), max(scales))
    return Fit(Fraction(1), min(scales))


def cover_box(source: Size, target: Size, focus: Point = MIDDLE) -> Box:
    """The largest part of `source` that has the ratio of `target`, with `focus` as near to its middle as can be.

    The edges may lie between two pixels: so the ratio is exact, nothing is stretched, and around the middle both sides
    lose the same.
    They never lie outside, since the arithmetic is exact and becoming a float keeps the order of numbers.
    Two exceptions: no side is under one pixel, since there is nothing thinner to draw from; and a part as large as
    `target` begins at a whole pixel, so that it is copied as it is rather than blurred by half a pixel.
    """
    scale = min(Fraction(source.width_px, target.width_px), Fraction(source.height_px, target.height_px))
    left, right = _around(focus.x, source.width_px, max(Fraction(1), target.width_px * scale), is_scaled=scale != 1)
    top, bottom = _around(focus.y, source.height_px, max(Fraction(1), target.height_px * scale), is_scaled=scale != 1)
    return Box(left, top, right, bottom)


def contain_size(source: Size, target: Size) -> Size:
    """The largest size of the ratio of `source` that fits inside `target`.

    It also enlarges, as `object-fit: contain` does in CSS: a variant is as large as it was asked for, on one side at
    least, whatever the size of the original.
    """
    scale = min(Fraction(target.width_px, source.width_px), Fraction(target.height_px, source.height_px))
    return Size(max(1, round(source.width_px * scale)), max(1, round(source.height_px * scale)))


def _around(share: Fraction, side_px: int, part_px: Fraction, *, is_scaled: bool) -> tuple[float, float]:
    """Where the `part_px` of a side around a `share` of it begin and end."""
    start = min(max(share * side_px - part_px / 2, Fraction(0)), side_px - part_px)
    if not is_scaled:
        start = Fraction(start // 1)
    return float(start), float(start + part_px)
