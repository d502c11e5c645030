"""What to know of the variants before they are cut."""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Final, NamedTuple

from tasks.images.geometry import Size, kept, likeness
from tasks.images.sources import SIZES, Source, best_source, chosen, nominal_size
from tasks.records.campaign import Campaign
from tasks.records.marks import UNMARKED
from tasks.records.sizes import RATIOS_LEGACY, as_written
from tasks.records.slug import word
from tasks.records.variant import Variant

KEPT_LITTLE: Final = Fraction(60, 100)
"""Of crops that kept less, all that cut off what counts were among them, on 117 that were looked at."""
SUITS: Final = Fraction(75, 100)


class Pair(NamedTuple):
    """What is kept of the pictures of a format in a variant that is cut from it."""

    variant: Variant
    source: Source
    share: Fraction
    scale: Fraction


def pairs_of(variants: Iterable[Variant], sources: Sequence[Source]) -> list[Pair]:
    """Every variant with each format that it is cut from, where rows are made in all of them."""
    cut = ((one, source) for one in variants for source in chosen(one, sources))
    return [Pair(one, source, *kept(nominal_size(source[1]), one)) for one, source in cut]


def crop_notes(variants: Iterable[Variant], sources: Sequence[Source]) -> list[str]:
    """A sentence for each variant that keeps little of a format, with what would keep more."""
    notes = []
    for variant in variants:
        worst = min(pairs_of([variant], sources), key=lambda pair: pair.share, default=None)
        if worst is None or worst.share >= KEPT_LITTLE:
            continue
        size, best = Size(variant.width, variant.height), best_source(variant, sources)
        of = f"{variant.name} keeps {percent(worst.share)} of {named(worst.source)}"
        share = likeness(nominal_size(best[1]), size)
        if share >= SUITS and best[0]:
            notes.append(f"{of}: only={word(best[0])} keeps {percent(share)}")
        else:
            ratio = max(map(as_written, RATIOS_LEGACY), key=lambda one: likeness(SIZES[one], size))
            notes.append(f"{of}, and no format suits it: add one of {ratio}, or write fill to show it whole")
    return notes


def percent(share: Fraction) -> str:
    """Such as `29 %`."""
    return f"{float(share) * 100:.0f} %"


def named(source: Source) -> str:
    """A format as a person knows it."""
    return source[0] or source[1] or "1:1"


def variant_notes(campaign: Campaign) -> list[str]:
    """What to know of the variants that a campaign asks for, whatever it has from before."""
    return [*ground_notes(campaign.variants), *([UNMARKED] if campaign.marks == "none" else [])]


def ground_notes(variants: Sequence[Variant]) -> list[str]:
    """A sentence where a transparent ground is asked for in a format that has no transparency."""
    white = [one.name for one in variants if one.fit == "contain" and one.format == "jpeg" and one.ground is None]
    if not white:
        return []
    lie = f"{', '.join(white)} {'lies' if len(white) == 1 else 'lie'} on white, since JPEG has no transparency"
    return [f"{lie}; ground=#rrggbb or ground=auto chooses another colour, and png, webp and avif leave it clear"]
