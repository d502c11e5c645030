"""Takes decisions in: checks all of them, records them, and publishes how the campaign stands. It pays nothing.

Whatever interrupts it, the same decisions again come to the same: what was recorded is known, and the rest follows. The
next run of the campaign makes what is to be made again; whoever publishes, shows what was decided by then.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from tasks.errors import InputInvalid, StorageFailed
from tasks.images.geometry import Size
from tasks.images.place_crops import lie_as_wanted
from tasks.images.sources import cuts_of
from tasks.ledger.ledger import Ledger
from tasks.ledger.published import Published
from tasks.ledger.reviews import Reviews, copy_reviews, note_review, read_reviews
from tasks.ledger.variant_set import read_variants
from tasks.ledger.wait_for_runs import PATIENCE_S, wait_for_runs
from tasks.planning.faults import Faults
from tasks.publishing.cut_originals import CutOrder, Progress, cut_each
from tasks.publishing.recut import with_all
from tasks.publishing.recut_campaign import (
    outcomes_of,
    publish_recut,
    published_in,
    stored_keys,
)
from tasks.publishing.sign_originals import forget_signatures, signed_order
from tasks.records.cell import Cell
from tasks.records.verdicts import places_of
from tasks.reviewing.called_decisions import Decided, called_decisions
from tasks.reviewing.check_said import as_meant, check, is_of_the_picture
from tasks.reviewing.decide import Desk, decide
from tasks.reviewing.read_decisions import Said, read_decisions, typed_again
from tasks.reviewing.review import ReviewOrder, ReviewResult
from tasks.reviewing.takes import asks_of, is_wanted, take_of
from tasks.reviewing.tell_decisions import Teller, told_of
from tasks.signing.variant_signer import VariantSigner, open_signer
from tasks.storage.storage import CampaignStore

NOTHING_ASKED: Final = "is missing; name a table of decisions, as the page exports it, or cells behind --again"
TRIES: Final = 20


def review_campaign(  # noqa: PLR0913  all that may be said, and how
    wanted: ReviewOrder,
    *,
    progress: Progress = lambda *_: None,
    patience_s: float = PATIENCE_S,
    decisions: Mapping[str, Decided] = MappingProxyType({}),
    also: Sequence[Said] = (),
    at: datetime | None = None,
) -> ReviewResult:
    """Take in the decisions that are `wanted`. Raises InputInvalid with every fault, and StorageFailed.

    `decisions`: more of them, by cell_id, each a word or what a row of a table has in its columns.
    InputInvalid as well where the folder is no campaign's, what is to sign its cuts does not, or a run is busy in it
    for longer than `patience_s`.
    `also`: what was said elsewhere than in tables; `at`: when all was said that names no time, or else now.
    """
    if not (wanted.decisions or wanted.again or wanted.export or decisions or also):
        raise InputInvalid.of(source="DECISIONS", problem=NOTHING_ASKED)
    store = CampaignStore.at(wanted.campaign_folder)
    ledger = Ledger(store, run_id="")  # it owns nothing
    published = published_in(store, ledger, lambda: wait_for_runs(store, patience_s))
    teller, faults, signer = Teller.of(store), Faults(), open_signer()
    said = [one for url in wanted.decisions for one in read_decisions(url, wanted.encoding, faults)]
    said = [one if one.at or at is None else one._replace(at=at) for one in said]
    said += [*typed_again(wanted.again, at or datetime.now(UTC)), *called_decisions(decisions, faults), *also]
    reviews, new, notes = recorded(store, ledger, published, said, faults)
    copy_reviews(store, reviews)
    published = published.model_copy(update={"cells": reviews.shown(published.cells)})
    cut, troubles = shown_anew(ledger, published, progress, signer)
    told = told_of(teller, ledger, published, reviews)
    return standing_of(published, ledger, reviews).model_copy(
        update={"new": new, "notes": notes, "cut": cut, "troubles": troubles, **told}
    )


def recorded(
    store: CampaignStore, ledger: Ledger, published: Published, all_said: Sequence[Said], faults: Faults
) -> tuple[Reviews, int, tuple[str, ...]]:
    """All reviews once what is said is among them, how much of it is new, and what people should know.

    Raises InputInvalid with every fault, before anything is recorded. Who reviews the same at this moment is heard.
    """
    new, notes = 0, dict[str, None]()
    for _ in range(TRIES):
        desk = desk_of(store, ledger, published)
        said = [as_meant(one, desk) for one in all_said]
        elsewhere = add_elsewhere(said, desk, store.root, faults)
        for one in said:
            if one.source not in elsewhere:
                check(one, desk, faults)
        faults.raise_if_any()
        decided = decide(said, desk, datetime.now(UTC))
        notes |= dict.fromkeys(decided.notes)
        done = [note_review(store, review) for review in decided.reviews]
        new += sum(done)
        if all(done):
            return desk.reviews.after(decided.reviews), new, tuple(notes)
    raise StorageFailed(f"The reviews of {store.root} change again and again; run again")


def add_elsewhere(said: Iterable[Said], desk: Desk, root: str, faults: Faults) -> set[str]:
    """Note the tables of several images of which this campaign has none, once each; returns them."""
    tables: dict[str, list[tuple[bool, bool]]] = {}
    for one in said:
        if one.row is not None:
            is_cell = one.cell_id in desk.cells or desk.standing(one) is not None
            is_here = is_cell and is_of_the_picture(one, desk.outcomes.get(one.cell_id))
            tables.setdefault(one.source, []).append((is_cell, is_here))
    elsewhere = {source: rows for source, rows in tables.items() if len(rows) > 1 and not any(here for _, here in rows)}
    for source, rows in elsewhere.items():
        remedy = "name the campaign that they are of"
        if any(is_cell for is_cell, _ in rows):
            remedy = "they may be a trial's; look at the page as it is now and decide on that"
        faults.add(source, f"decides on {len(rows):,} images, of which {root} has none; {remedy}")
    return set(elsewhere)


def desk_of(store: CampaignStore, ledger: Ledger, published: Published) -> Desk:
    """What is known of a campaign by whoever decides. Raises StorageFailed."""
    reviews = read_reviews(store)
    known = ledger.load(with_takes_asked(published.cells, reviews))
    outcomes = outcomes_of(published, known, stored_keys(store, "originals"))
    gone = {outcome.cell_id: outcome for outcome in known.orphaned}
    ids = {cell.cell_id for cell in published.cells}
    begun = known.outcomes.keys() | known.open.keys()
    return Desk(
        cells={
            cell.cell_id: cell for cell in (*known.cells, *published.former) if cell.cell_id in {*ids, *gone, *begun}
        },
        outcomes=gone | outcomes,
        former={cell.cell_id for cell in published.former} - ids,
        reviews=reviews,
        begun={asks_of(cell) for cell in known.cells if cell.cell_id in begun},
    )


def with_takes_asked(cells: Sequence[Cell], reviews: Reviews) -> tuple[Cell, ...]:
    """The published cells, and the takes that were asked for and are not among them yet."""
    there = {asks_of(cell) for cell in cells}
    takes = (take_of(cell, one) for cell in cells for one in reviews.by_cell.get(cell.cell_id, ()) if one.take)
    return (*cells, *(take for take in takes if asks_of(take) not in there))


def shown_anew(
    ledger: Ledger, published: Published, progress: Progress, signer: VariantSigner | None
) -> tuple[int, tuple[str, ...]]:
    """Cut what is to be cut elsewhere, sign it, and publish; how many images were cut, and what went wrong.

    Raises StorageFailed.
    """
    store = ledger.store
    known = ledger.load(published.cells)
    outcomes = outcomes_of(published, known, stored_keys(store, "originals"))
    held = read_variants(store)
    cut = published.model_copy(update={"variants": held.listed or published.variants})
    moved = {}
    for cell in published.cells:
        outcome = outcomes.get(cell.cell_id)
        if (cell.review is None and cell.focus is None) or outcome is None or (original := outcome.original) is None:
            continue
        size = Size(original.width_px, original.height_px)
        if not lie_as_wanted(outcome.crops, size, cuts_of(cell, cut.variants), cell.focus):
            moved[cell.cell_id] = outcome
    order = CutOrder(cut.variants, held.said, signer=signer)
    order = signed_order(order, held, stored_keys(store, "variants"), published.cells)
    known = forget_signatures(ledger, known, [one for one in published.cells if one.cell_id in moved], order)
    recuts = cut_each(store, published.cells, moved, order, progress if moved else lambda *_: None)
    shown = with_all(outcomes, recuts.done)
    noted = known.model_copy(update={"outcomes": with_all(known.outcomes, recuts.done)})
    publish_recut(ledger, cut, stored_keys(store, "variants"), frozenset(), shown, noted)
    return len(recuts.done), tuple(f"{cell_id}: {why}" for cell_id, why in recuts.failed.items())


def standing_of(published: Published, ledger: Ledger, reviews: Reviews) -> ReviewResult:
    """Where the review stands. Raises StorageFailed."""
    known = ledger.load(with_takes_asked(published.cells, reviews))
    begun = known.outcomes.keys() | known.open.keys()
    fresh = [cell for cell in known.cells if cell.replaces is not None and cell.cell_id not in begun]
    again = [cell for cell in fresh if is_wanted(cell, reviews.verdict(cell.replaces or ""))]
    decisions = [verdict.decision for cell in published.cells if (verdict := reviews.verdict(cell.cell_id))]
    return ReviewResult(
        name=published.title,
        folder=ledger.store.root,
        new=0,
        kept=decisions.count("keep"),
        rejected=decisions.count("reject"),
        again=len(again),
        again_usd=sum((cell.price_usd for cell in again), Decimal(0)),
        undecided=sum(place == "undecided" for _, place in places_of(published.cells, known.outcomes)),
    )
