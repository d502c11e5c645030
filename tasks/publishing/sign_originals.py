"""What it means for cutting stored originals that their variants are signed, or are so no more."""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet

from tasks.ledger.ledger import Ledger
from tasks.ledger.records import Known
from tasks.ledger.variant_set import VariantSet, keys_of
from tasks.publishing.cut_originals import CutOrder
from tasks.records.cell import Cell
from tasks.records.outcome import Outcome


def signed_order(order: CutOrder, held: VariantSet, stored: AbstractSet[str], cells: Sequence[Cell]) -> CutOrder:
    """The order with what its signer means for it. `held`: the campaign's variants before; `stored`: their files."""
    if order.signer is None:
        return order
    sound = [one for one in order.variants if one in held.listed and not held.redefined([one])]
    there = stored & keys_of(sound, (cell.cell_id for cell in cells))
    return order._replace(said=order.said.signed(order.signer.over_px), there=there)


def leaves_unsigned(order: CutOrder, outcomes: Mapping[str, Outcome]) -> bool:
    """Whether variants are cut without a signature, of a campaign in which others are signed."""
    cuts_any = bool(order.variants or order.others)
    return order.signer is None and cuts_any and any(outcome.signed_variants for outcome in outcomes.values())


def forget_signatures(ledger: Ledger, known: Known, cells: Iterable[Cell], order: CutOrder) -> Known:
    """What is known once nobody takes the variants for signed that are cut of these cells, should that be cut off.

    Raises StorageFailed.
    """
    forgotten = {}
    for cell in cells:
        outcome = known.outcomes.get(cell.cell_id)
        if outcome is None or not outcome.signed:
            continue
        cut = {one.name for one in order.of(cell, outcome)}
        signed = {name: by for name, by in outcome.signed.items() if name not in cut}
        if signed != outcome.signed:
            forgotten[cell.cell_id] = outcome.model_copy(update={"signed": signed})
    if not forgotten:
        return known
    outcomes = {**known.outcomes, **forgotten}
    ledger.copy_outcomes([*outcomes.values(), *known.orphaned])
    return known.model_copy(update={"outcomes": outcomes})
