"""Cuts the originals of a stored campaign anew and publishes what it has then. It pays nothing and needs no matrix.

Whatever interrupts it, the manifest and the page lead to whole files, and whoever comes next, a run or a recut, cuts
again what may be of two kinds.
"""

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Final

from tasks.errors import InputInvalid
from tasks.images.sources import cuts_of, with_sources
from tasks.ledger.label_files import keep_label_files
from tasks.ledger.ledger import Ledger
from tasks.ledger.published import Published
from tasks.ledger.put_aside import put_aside
from tasks.ledger.records import Known
from tasks.ledger.resume import as_it_is_now
from tasks.ledger.variant_set import VariantSet, change_variants, read_variants
from tasks.ledger.wait_for_runs import PATIENCE_S, wait_for_runs
from tasks.planning.faults import Faults
from tasks.planning.label_rules import LabelCheck, asked_label, pen_for, read_again
from tasks.publishing.campaign_files import publish
from tasks.publishing.cut_originals import LOST, CutOrder, Progress, cut_each
from tasks.publishing.meant_campaign import none_here
from tasks.publishing.previews import stale_previews, stored_previews
from tasks.publishing.recut import Recut, RecutResult, in_flight, with_all, with_cuts
from tasks.publishing.recut_notes import kept_of, notes_of
from tasks.publishing.sign_originals import forget_signatures, leaves_unsigned, signed_order
from tasks.records.cell import Cell
from tasks.records.keys import ENDS
from tasks.records.label import LabelStyle, label_of
from tasks.records.outcome import Outcome
from tasks.signing.settings import CERTIFICATE
from tasks.signing.variant_signer import VariantSigner, open_signer
from tasks.storage.storage import CampaignStore

NOTHING_ASKED: Final = (
    "is missing; name a cut to make, such as --variant story=1080x1920, or --marks, --label, --sign, --prune or "
    "--put-aside"
)

Wait = Callable[[CampaignStore, float], object]
"""Returns when no run is at work in a campaign; waits for so many seconds."""


def recut_campaign(
    wanted: Recut, *, progress: Progress, patience_s: float = PATIENCE_S, wait: Wait = wait_for_runs
) -> RecutResult:
    """Make the variants that are `wanted` of every original in a folder, and remove others where that is wanted.

    A variant that has the name of another takes its place. Raises InputInvalid where nothing is asked for, where the
    folder is no campaign's, what is to sign does not, or a run is busy in it for longer than `patience_s`, and
    StorageFailed and SignerAway.
    """
    signer = signer_for(wanted)
    store = CampaignStore.at(wanted.campaign_folder)
    ledger = Ledger(store, run_id="")  # it owns nothing
    published, known = loaded(ledger, published_in(store, ledger, lambda: wait(store, patience_s)))
    held = read_variants(store)
    label = label_for(wanted, store, held, known.cells)
    after = wanted.of(held, label)
    order = order_of(wanted, held, after, signer)
    order = signed_order(order, held, stored_keys(store, "variants"), known.cells)
    change_variants(store, lambda before: before.while_cutting(order.variants, wanted.marks, label))
    known = forget_signatures(ledger, known, known.cells, order)
    outcomes = outcomes_of(published, known, stored_keys(store, "originals"))
    cuts = cut_each(store, published.cells, outcomes, order, progress)
    failed, outcomes = cuts.failed, with_all(outcomes, cuts.done)
    now = published.model_copy(update={"variants": after.listed})
    stored = stored_keys(store, "variants")
    gone = wanted.leftover(held, stored, known.cells, known.orphaned_ids)
    moved = put_aside(store, known.orphaned_ids) if wanted.put_aside else 0
    if wanted.prune or moved:
        gone |= stale_previews(stored_previews(store), stored_keys(store, "originals"))
    noted = known.model_copy(update={"outcomes": with_all(known.outcomes, cuts.done)})
    publish_recut(ledger, now, stored, gone, outcomes, noted)
    change_variants(store, lambda before: wanted.of(before, label))
    lost = {cell_id: LOST for cell_id, o in outcomes.items() if o.original is None and known.is_done(cell_id)}
    return RecutResult(
        name=now.title,
        folder=store.root,
        images=len(cuts.done),
        unchanged=cuts.unchanged,
        removed=len(gone),
        put_aside=moved,
        variants=tuple(variant.name for variant in now.variants),
        notes=tuple(notes_of(wanted, known.cells, after, is_unsigned=leaves_unsigned(order, outcomes))),
        fits=kept_of(wanted.variants, known.cells, outcomes),
        troubles=tuple(f"{cell_id}: {why}" for cell_id, why in (failed | lost).items()),
    )


def order_of(wanted: Recut, held: VariantSet, after: VariantSet, signer: VariantSigner | None) -> CutOrder:
    """What is cut, of a campaign that had the variants `held` and has those of `after` then."""
    asked = wanted.cuts(held)
    others = [one for one in after.listed if one not in asked] if asked or wanted.says_label else ()
    return CutOrder(asked, after.said, others, signer, renews=wanted.sign)


def label_for(wanted: Recut, store: CampaignStore, held: VariantSet, cells: Sequence[Cell]) -> LabelStyle:
    """What is asked for of labels, once the campaign has a copy of its files and each label was found to be drawable.

    Raises InputInvalid with every fault, and StorageFailed.
    """
    faults = Faults()
    asked = asked_label(wanted, faults)
    faults.raise_if_any()
    after = wanted.of(held, asked.style)
    if after.said == held.said and after.listed == held.listed:
        return asked.style
    check = LabelCheck(after.said, after.listed, pen_for(asked, after.label, lambda: store))
    for cell in cells:
        label = label_of(cell, after.label)
        if label is not None and (problem := check.problem(label.text)):
            is_own = bool(cell.label)
            faults.add("matrix" if is_own else "--label", problem, cell.row if is_own else None, value=label.text)
    faults.raise_if_any()
    keep_label_files(store, asked.sources, read_again)
    return asked.style


def signer_for(wanted: Recut) -> VariantSigner | None:
    """What signs, if anything does. Raises InputInvalid where nothing is asked for, or is to be signed by nothing."""
    if not (wanted.variants or wanted.marks or wanted.says_label or wanted.sign or wanted.prune or wanted.put_aside):
        raise InputInvalid.of(source="--variant", problem=NOTHING_ASKED)
    signer = open_signer()
    if wanted.sign and signer is None:
        raise InputInvalid.of(source="--sign", problem=f"needs what signs: {CERTIFICATE} is not set here")
    return signer


def loaded(ledger: Ledger, published: Published) -> tuple[Published, Known]:
    """The campaign, each of its cells knowing its row's formats, and what is known of them. Raises StorageFailed."""
    known = ledger.load(published.cells)
    known = known.model_copy(update={"cells": with_sources(known.cells)})
    return published.model_copy(update={"cells": known.cells}), known


def published_in(store: CampaignStore, ledger: Ledger, wait: Callable[[], object]) -> Published:
    """The campaign that lies in `store`, once no run is at work that would publish over it, perhaps another matrix.

    Raises InputInvalid where none does, at once.
    """
    if store.is_local and not store.is_folder():
        raise InputInvalid.of(source=store.root, problem=none_here(store))
    published = ledger.read_published()
    if published is not None:
        wait()
        return ledger.read_published() or published
    problem = none_here(store)
    if store.names(ENDS):
        problem = "was published by an earlier version; run its campaign once more, which pays nothing, then this"
    raise InputInvalid.of(source=store.root, problem=problem)


def stored_keys(store: CampaignStore, folder: str) -> frozenset[str]:
    """The keys of the files in `folder`."""
    return frozenset(f"{folder}/{name}" for name in store.names(folder))


def outcomes_of(published: Published, known: Known, originals: frozenset[str]) -> dict[str, Outcome]:
    """How each cell stands by its id; what another run has asked for and not ended may have been paid."""
    outcomes = {cell_id: as_it_is_now(outcome, originals) for cell_id, outcome in known.outcomes.items()}
    for cell in published.cells:
        if cell.cell_id in known.open:
            outcomes[cell.cell_id] = in_flight(cell, outcomes.get(cell.cell_id))
    return outcomes


def publish_recut(  # noqa: PLR0913  all that is published
    ledger: Ledger,
    now: Published,
    stored: frozenset[str],
    gone: AbstractSet[str],
    outcomes: Mapping[str, Outcome],
    known: Known,
) -> None:
    """Publish all the variants that are there now, and remove those of the files `stored` that are `gone`."""
    cuts = {cell.cell_id: cuts_of(cell, now.variants) for cell in now.cells}
    shown = {cell_id: with_cuts(outcome, cuts.get(cell_id, ()), stored) for cell_id, outcome in outcomes.items()}
    noted = [with_cuts(outcome, cuts.get(cell_id, ()), stored) for cell_id, outcome in known.outcomes.items()]
    publish(ledger, now, shown, [*noted, *known.orphaned], sorted(gone))
