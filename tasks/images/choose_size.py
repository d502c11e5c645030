"""Which size a picture is asked for in, of those that its model draws, so that its variants lose least of it.

What is lost is counted in whole hundredths, begun ones included: less is no reason to draw another shape.
"""

from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from math import ceil
from typing import NamedTuple

from tasks.images.geometry import Size, kept
from tasks.images.sources import nominal_size
from tasks.records import sizes
from tasks.records.models import OFFERS, Model
from tasks.records.slug import word
from tasks.records.variant import Variant
from tasks.records.variant_text import WHOLE


class Loss(NamedTuple):
    """What becomes of the variants that are cut from a size: less is better, the first that differs decides."""

    most: int
    """How much of the picture the variant does not fit that fits worst, in hundredths."""
    enlarged: int
    """By how much the variant is enlarged that is enlarged most, in hundredths; 0 where none is."""
    mean: int
    """How much they do not fit on average, in hundredths."""
    pixels: int
    """How many pixels are drawn."""


def misfit(source: Size, variant: Variant) -> int:
    """In hundredths, what the shape of `variant` leaves of a picture of the size `source`, or the other way round.

    `cover` cuts it off; what shows the picture whole shows it the smaller for it.
    """
    one, other = source.width_px * variant.height, source.height_px * variant.width
    return 100 - 100 * min(one, other) // max(one, other)


def loss(source: Size, variants: Sequence[Variant]) -> Loss:
    """What becomes of `variants`, of which there is one at least, that are cut from a picture of the size `source`."""
    misfits = [misfit(source, one) for one in variants]
    scale = max(Fraction(1), *(kept(source, one).scale for one in variants))
    pixels = source.width_px * source.height_px
    return Loss(max(misfits), ceil((scale - 1) * 100), sum(misfits) // len(misfits), pixels)


@lru_cache(maxsize=256)
def best_size(model: Model, variants: tuple[Variant, ...], step: int = 1) -> str | None:
    """The size, or of a model that takes none the aspect ratio, from which `variants` lose least; the first of equals.

    Its sides are multiples of `step`. None where nothing is cut.
    """
    variants = tuple(one for one in variants if one.fit != WHOLE)
    if not variants:
        return None
    drawn = [(name, size) for name, size in _drawn(model) if not any(side % step for side in size)]
    worst = {name: max(misfit(size, one) for one in variants) for name, size in drawn}
    least = min(worst.values())  # looked for first, since p-image draws tens of thousands of sizes
    suited = [(name, size) for name, size in drawn if worst[name] == least]
    return min(suited, key=lambda one: loss(one[1], variants))[0]


class Wanted(NamedTuple):
    """A format of a row: its name, its model, and how it is asked for, such as `16:9`; None where that is chosen."""

    name: str
    model: Model
    aspect: str | None
    step: int = 1
    """What its sides are multiples of."""


def sizes_for(variants: Sequence[Variant], formats: Sequence[Wanted]) -> list[str | None]:
    """What is best asked for in each format of a row whose size is chosen; None of others, and where nothing is cut.

    A variant that names no format is for all of them. One that is cut from the best is counted with the format where
    that costs least, so that two formats whose sizes are chosen share such variants among them.
    """
    cut: list[list[Variant]] = [[] for _ in formats]
    for variant in variants:
        named = [n for n, one in enumerate(formats) if not variant.only or word(one.name) in variant.only]
        for n in named or [min(range(len(formats)), key=lambda n: _with(variant, formats[n], cut[n]))]:
            cut[n].append(variant)
    both = zip(formats, cut, strict=True)
    return [None if one.aspect else best_size(one.model, tuple(own), one.step) for one, own in both]


def _with(variant: Variant, one: Wanted, before: Sequence[Variant]) -> tuple[Loss, bool]:
    """What is lost where the variant is cut from this format besides those that are cut from it anyway.

    Of equals the one whose size is known comes first: the other is free for what that does not suit.
    """
    if one.aspect:
        return loss(nominal_size(one.aspect, one.model), [variant]), False
    all_cut = (*before, variant)
    return loss(nominal_size(sizes.as_written(best_size(one.model, all_cut, one.step) or "")), all_cut), True


@lru_cache(maxsize=4)
def _drawn(model: Model) -> tuple[tuple[str, Size], ...]:
    """What a model may be asked for, in our words, and how large its picture is then."""
    offer = OFFERS[model]
    own = sizes.own_sizes() if offer.takes_any_size else ()
    names = [*offer.resolutions, *own] or [ratio for ratio in offer.ratios if ratio != "AUTO"]
    return tuple((name, nominal_size(sizes.as_written(name), model)) for name in names)
