"""What a recut tells of the variants that it cuts."""

from collections.abc import Mapping, Sequence

from tasks.images.sources import cuts_of
from tasks.ledger.variant_set import VariantSet
from tasks.planning.variant_notes import KeptRow, crop_notes, drawn_rows, ground_notes, kept_rows, shapes
from tasks.publishing.recut import Recut
from tasks.records.cell import Cell
from tasks.records.marks import UNMARKED
from tasks.records.outcome import Outcome
from tasks.records.plan_group import Drawn
from tasks.records.variant import Variant
from tasks.signing.settings import UNSIGNED


def notes_of(wanted: Recut, cells: Sequence[Cell], after: VariantSet, *, is_unsigned: bool = False) -> list[str]:
    """What a person should know of the variants that are asked for; `after`: what the campaign then has."""
    labelled = after.said.sentence(after.listed, has_own=any(cell.label for cell in cells))
    unmarked = [UNMARKED] if wanted.marks == "none" else []
    return [
        *ground_notes(wanted.variants),
        *crop_notes(wanted.variants, drawn_rows(cells)),
        *unmarked,
        *([UNSIGNED] if is_unsigned else []),
        *([labelled] if labelled else []),
    ]


def kept_of(asked: Sequence[Variant], cells: Sequence[Cell], outcomes: Mapping[str, Outcome]) -> tuple[KeptRow, ...]:
    """What the variants that are asked for keep of the pictures, as large as these came."""
    cut: dict[Drawn, dict[Variant, None]] = {}
    for cell in cells:
        original = outcomes[cell.cell_id].original if cell.cell_id in outcomes else None
        own = cuts_of(cell, shapes(asked))
        if original is not None and own:
            size = f"{original.width_px}x{original.height_px}"
            cut.setdefault(Drawn(cell.format, cell.request.model, size), {}).update(dict.fromkeys(own))
    return tuple(kept_rows(cut))
