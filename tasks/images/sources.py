"""Which formats of a row a variant is cut from, and how large their pictures are before there are any."""

import re
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from math import sqrt
from typing import Final

from tasks.images.geometry import Size, likeness
from tasks.records.cell import Cell
from tasks.records.models import OFFERS, Model
from tasks.records.slug import word
from tasks.records.variant import Variant

SIZES: Final[Mapping[str, Size]] = {
    "1:1": Size(1024, 1024),
    "16:9": Size(1312, 736),
    "9:16": Size(736, 1312),
    "16:10": Size(1280, 800),
    "10:16": Size(800, 1280),
    "3:2": Size(1248, 832),
    "2:3": Size(832, 1248),
    "4:3": Size(1152, 864),
    "3:4": Size(864, 1152),
    "3:1": Size(1536, 512),
    "1:3": Size(512, 1536),
    "4:5": Size(896, 1120),
    "5:4": Size(1120, 896),
    "2:1": Size(1408, 704),
    "1:2": Size(704, 1408),
}
"""What the API draws for ratios, as far as was seen; no document says it."""
LARGE: Final = Size(2048, 2048)
"""What those draw that take sizes and no ratios, where neither is asked for."""
_AREA_PX: Final = 1024 * 1024
_TWO: Final = re.compile(r"(\d+)([:x])(\d+)")

Source = tuple[str, str]
"""The name of a format, and the aspect ratio or the resolution that is asked for in it, such as `16:9`."""


def nominal_size(aspect: str, model: Model = "V_2") -> Size:
    """How large a picture is that is asked for so; a square where that says nothing."""
    if not OFFERS[model].has_ratio_field and _TWO.fullmatch(aspect) is None:
        return LARGE
    found = _TWO.fullmatch(aspect)
    if aspect in SIZES or found is None or "0" in {found[1], found[3]}:
        return SIZES.get(aspect, SIZES["1:1"])
    if found[2] == "x":
        return Size(int(found[1]), int(found[3]))
    ratio = Fraction(int(found[1]), int(found[3]))
    height = sqrt(_AREA_PX / ratio)
    return Size(max(1, round(height * ratio)), max(1, round(height)))


def source_of(cell: Cell) -> Source:
    """The format of a cell."""
    return cell.format, cell.request.aspect_text()


def with_sources(cells: Sequence[Cell]) -> tuple[Cell, ...]:
    """The cells, each knowing in which formats its row is made."""
    of_rows: dict[int, dict[Source, None]] = {}
    for cell in cells:
        of_rows.setdefault(cell.row, {})[source_of(cell)] = None
    one_of: dict[tuple[Source, ...], tuple[Source, ...]] = {}  # most rows are made in the same formats
    sources = {row: one_of.setdefault(found, found) for row, found in ((r, tuple(of_rows[r])) for r in of_rows)}
    return tuple(
        cell if cell.sources == sources[cell.row] else cell.model_copy(update={"sources": sources[cell.row]})
        for cell in cells
    )


def cuts_of(cell: Cell, variants: Iterable[Variant]) -> tuple[Variant, ...]:
    """Those of the variants that are cut from this cell."""
    own = source_of(cell)
    return tuple(one for one in variants if not one.only or own in chosen(one, cell.sources or (own,)))


def chosen(variant: Variant, sources: Sequence[Source]) -> list[Source]:
    """Which of the formats of a row the variant is cut from: those that it names, else the best.

    The best is the one whose shape is likest to the variant's; of equals the one that is enlarged least.
    """
    named = [source for source in sources if word(source[0]) in variant.only]
    if not variant.only or named:
        return named or list(sources)
    return [best_source(variant, sources)]


def best_source(variant: Variant, sources: Sequence[Source]) -> Source:
    """The format whose pictures suit the variant best; the first of equals."""
    target = Size(variant.width, variant.height)

    def suits(source: Source) -> tuple[Fraction, Fraction]:
        size = nominal_size(source[1])
        enlarged = max(
            Fraction(target.width_px, size.width_px), Fraction(target.height_px, size.height_px), Fraction(1)
        )
        return likeness(size, target), -enlarged

    return max(sources, key=suits)
