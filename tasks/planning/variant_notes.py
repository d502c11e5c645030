"""What to know of the variants before they are cut."""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Final, NamedTuple

from tasks.images.choose_size import best_size
from tasks.images.geometry import Size, kept, likeness
from tasks.images.sources import Source, best_source, chosen, nominal_size
from tasks.records.campaign import Campaign
from tasks.records.cell import Cell
from tasks.records.marks import UNMARKED
from tasks.records.plan_group import Drawn
from tasks.records.sizes import as_written
from tasks.records.slug import word
from tasks.records.variant import Variant

KEPT_LITTLE: Final = Fraction(60, 100)
"""Of crops that kept less, all that cut off what counts were among them, on 117 that were looked at."""
SUITS: Final = Fraction(75, 100)
ROWS_SHOWN: Final = 40
KEPT_TITLE: Final = "What is drawn, and what each variant keeps of it"
KEPT_HEADER: Final = ("format", "model", "drawn", "keeps, scale", "note")


KeptRow = tuple[str, str, str, str, str]


class Little(NamedTuple):
    """A variant that keeps little of a format, and the formats of that row."""

    share: Fraction
    variant: Variant
    of: Drawn
    row: Sequence[Drawn]


def shapes(variants: Iterable[Variant]) -> list[Variant]:
    """The variants without those that are another in other widths."""
    known = list(variants)
    narrower = {other for one in known for other in one.narrower}
    return [one for one in known if one not in narrower]


def cuts_by(variants: Iterable[Variant], rows: Iterable[Sequence[Drawn]]) -> dict[Drawn, list[Variant]]:
    """What is cut of each that is drawn, where `rows` has the formats of every kind of row."""
    listed, cut = shapes(variants), dict[Drawn, dict[Variant, None]]()
    for row in rows:
        sources = [one.source for one in row]
        of = [(variant, set(chosen(variant, sources))) for variant in listed]
        for one in row:
            cut.setdefault(one, {}).update((variant, None) for variant, found in of if one.source in found)
    return {one: list(own) for one, own in cut.items()}


def kept_rows(cut: Mapping[Drawn, Iterable[Variant]]) -> list[KeptRow]:
    """A row of a table for each variant of each that is drawn, under `KEPT_HEADER`."""
    return [
        (one.format or "-", one.model, drawn_text(one), *fit)
        for one, own in cut.items()
        for fit in fits_of(one, own) or [("nothing is cut from it", "")]
    ]


def drawn_text(one: Drawn) -> str:
    """Such as `1440x720, chosen` or `16:9, 1312x736`."""
    size = "" if one.aspect.lower() == "auto" or "x" in one.aspect else f", {nominal_size(one.aspect, one.model)}"
    return f"{one.aspect}{size}{', chosen' if one.is_chosen else ''}"


def fits_of(one: Drawn, variants: Iterable[Variant]) -> list[tuple[str, str]]:
    """Such as `og 52.5 %, x1.17` and `enlarged, under 75 %`, of each variant."""
    if one.aspect.lower() == "auto":
        return [(variant.name, "known once the API has chosen a shape") for variant in variants]
    size = nominal_size(one.aspect, one.model)
    fits = [(variant.name, kept(size, variant)) for variant in variants]
    return [
        (
            f"{name} {tenths(fit.share)} %, x{float(fit.scale):.2f}",
            ", ".join(["enlarged"] * (fit.scale > 1) + ["under 75 %"] * (fit.share < SUITS)),
        )
        for name, fit in fits
    ]


def tenths(share: Fraction) -> str:
    """In percent, such as `99.8`; `100` is the whole, and nothing less."""
    return "100" if share == 1 else f"{min(round(float(share) * 100, 1), 99.9):g}"


def drawn_rows(cells: Iterable[Cell]) -> list[tuple[Drawn, ...]]:
    """Each kind of row, of cells that are made."""
    rows: dict[int, dict[Drawn, None]] = {}
    for cell in cells:
        rows.setdefault(cell.row, {}).setdefault(Drawn(cell.format, cell.request.model, cell.request.aspect_text()))
    return list(dict.fromkeys(map(tuple, rows.values())))


def crop_notes(variants: Sequence[Variant], rows: Iterable[Sequence[Drawn]]) -> list[str]:
    """Sentences where variants name a format that is not there, and one where they keep little of one that is."""
    variants, rows = shapes(variants), list(rows)
    strays = stray_notes(variants, rows)
    found = [each for row in rows for each in little_of(variants, row)]
    if not found:
        return strays
    worst = min([each for each in found if not suiting(each)] or found, key=lambda each: each.share)
    names = [v.name for v in variants if v != worst.variant and any(each.variant == v for each in found)]
    others = f", and {' and '.join(names)} {'keeps' if len(names) == 1 else 'keep'} little as well" if names else ""
    says = f"{worst.variant.name} keeps {percent(worst.share)} of {named(worst.of.source)}"
    return [*strays, f"{says}{others}{more_kept(worst, names)}"]


def stray_notes(variants: Iterable[Variant], rows: Iterable[Sequence[Drawn]]) -> list[str]:
    """A sentence for each variant that names a format in which no row is made, most often by a slip of the pen."""
    formats = {word(one.format): one.format for row in rows for one in row if one.format}
    strays = ((one.name, name) for one in variants for name in one.only if name not in {"best", *formats})
    known = ", ".join(formats.values())
    return [f"{name} names the format {stray!r}, in which nothing is made; there is {known}" for name, stray in strays]


def more_kept(worst: Little, others: Sequence[str]) -> str:
    """What keeps more of it, as the end of a sentence."""
    best, size = suiting(worst), size_of(worst.variant)
    if best is not None and others:
        return ": only=best cuts each from the format that suits it"
    if best is not None:
        return f": only={word(best.format)} keeps {percent(likeness(nominal_size(best.aspect, best.model), size))}"
    own = as_written(best_size(worst.of.model, (worst.variant,)) or "")
    share = percent(likeness(nominal_size(own, worst.of.model), size))
    return f", and no format suits it: add one of size auto ({own} keeps {share}), or write fill to show it whole"


def little_of(variants: Iterable[Variant], row: Sequence[Drawn]) -> Iterable[Little]:
    """Each variant that keeps little of a format of this row."""
    for one, own in cuts_by(variants, [row]).items():
        for variant in own if one.aspect.lower() != "auto" else ():
            share = kept(nominal_size(one.aspect, one.model), variant).share
            if share < KEPT_LITTLE:
                yield Little(share, variant, one, row)


def suiting(little: Little) -> Drawn | None:
    """The format of the same row that suits the variant, if one does that can be named."""
    best = best_source(little.variant, [one.source for one in little.row])
    found = next(one for one in little.row if one.source == best)
    suits = likeness(nominal_size(found.aspect, found.model), size_of(little.variant)) >= SUITS
    return found if suits and found.format else None


def size_of(variant: Variant) -> Size:
    """How large it is."""
    return Size(variant.width, variant.height)


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
