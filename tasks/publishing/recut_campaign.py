"""Cuts the originals of a stored campaign anew and publishes what it has then. It pays nothing and needs no matrix.

Whatever interrupts it, the manifest and the page lead to whole files, and the same recut goes on where it was.
"""

import os
import uuid
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import Final, NamedTuple

from tasks.errors import InputInvalid, VariantsFailed
from tasks.images.cut_image import cut_all
from tasks.ledger.ledger import Ledger
from tasks.ledger.published import Published
from tasks.ledger.records import Known
from tasks.ledger.resume import as_it_is_now
from tasks.ledger.wait_for_runs import wait_for_runs
from tasks.publishing.campaign_files import campaign_files
from tasks.publishing.recut import RECUTS, Recut, RecutResult, marker, merged, with_cuts
from tasks.records.cell import Cell
from tasks.records.keys import ENDS
from tasks.records.outcome import Outcome, StoredOriginal
from tasks.records.variant import Variant
from tasks.storage.storage import CampaignStore

THREADS_MORE_THAN_CORES: Final = 2
LOST: Final = "The original was stored and is gone"
IN_FLIGHT: Final = "Asked for by a run that has not ended it; run the campaign again to find out what became of it"

Progress = Callable[[int, int], None]
"""Is told how many originals are cut, and of how many."""


class Job(NamedTuple):
    """An original to cut, and the name that says that it was."""

    original: StoredOriginal
    marker: str


def recut_campaign(wanted: Recut, *, progress: Progress) -> RecutResult:
    """Make the variants that are `wanted` of every original in a folder, and remove others where that is wanted.

    A variant that has the name of another takes its place. Raises InputInvalid where the folder is no campaign's, or a
    run is busy in it, and StorageFailed.
    """
    asked, store = wanted.variants, CampaignStore.at(wanted.campaign_folder)
    ledger = Ledger(store, uuid.uuid4().hex)
    published = published_in(store, ledger)
    wait_for_runs(store)  # or it would publish its own variants over these
    known = ledger.load(published.cells)
    published = published.model_copy(update={"cells": known.cells})
    outcomes = outcomes_of(published, known, stored_keys(store, "originals"))
    jobs = [Job(o.original, marker(o.cell_id, asked)) for o in outcomes.values() if o.original is not None]
    cut_before = marked(store, {job.marker for job in jobs})
    left = [job for job in jobs if job.marker not in cut_before]
    progress(len(jobs) - len(left), len(jobs))
    failed: dict[str, str] = {}
    for number, (job, trouble) in enumerate(cut_each(store, left, asked), start=len(cut_before) + 1):
        failed |= {job.original.cell_id: trouble} if trouble else {}
        progress(number, len(jobs))
    kept = asked if wanted.prune else merged(published.variants, asked)
    now = published.model_copy(update={"variants": kept})
    publish(ledger, now, outcomes, known)
    forget(store, published, now)
    lost = {cell_id: LOST for cell_id, o in outcomes.items() if o.original is None and known.is_done(cell_id)}
    return RecutResult(
        name=published.title,
        folder=store.root,
        images=len(jobs) - len(failed),
        taken_over=len(cut_before),
        variants=tuple(variant.name for variant in kept),
        troubles=tuple(f"{cell_id}: {why}" for cell_id, why in (failed | lost).items()),
    )


def published_in(store: CampaignStore, ledger: Ledger) -> Published:
    """The campaign that lies in `store`. Raises InputInvalid where none does."""
    published = ledger.read_published()
    if published is not None:
        return published
    problem = "is no campaign's folder; name one that holds a manifest and a ledger, such as data/out/q1-launch"
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


def in_flight(cell: Cell, before: Outcome | None) -> Outcome:
    """The outcome of a cell that was asked for and has not ended; `before` is that of its earlier turns."""
    spent = before or Outcome(cell_id=cell.cell_id, status="unknown")
    cost_usd = spent.cost_usd + cell.price_usd
    left = {"status": "unknown", "cost_usd": cost_usd, "error": IN_FLIGHT, "original": None, "variants": {}}
    return spent.model_copy(update=left)


def marked(store: CampaignStore, markers: set[str]) -> set[str]:
    """Those of `markers` that an interrupted recut has left; what one with other variants has left is removed."""
    found = set(store.names(RECUTS))
    for name in found - markers:
        store.delete(f"{RECUTS}/{name}")
    return found & markers


def cut_each(store: CampaignStore, jobs: Sequence[Job], asked: Sequence[Variant]) -> Iterator[tuple[Job, str]]:
    """Each job as it ends, with what went wrong, if anything did. Raises StorageFailed; nothing goes on after that."""
    pool = ThreadPoolExecutor((os.cpu_count() or 1) + THREADS_MORE_THAN_CORES, "recut")
    try:
        yield from (done.result() for done in as_completed([pool.submit(cut_one, store, job, asked) for job in jobs]))
    finally:
        pool.shutdown(cancel_futures=True)


def cut_one(store: CampaignStore, job: Job, asked: Sequence[Variant]) -> tuple[Job, str]:
    """Cut one original, store the cuts and mark it as cut."""
    try:
        data = store.read(job.original.key)
        files = cut_all(None, data, job.original.cell_id, asked)
    except FileNotFoundError:
        return job, LOST
    except VariantsFailed as error:
        return job, str(error)
    store.publish(files)
    store.write(f"{RECUTS}/{job.marker}", b"{}")
    return job, ""


def publish(ledger: Ledger, now: Published, outcomes: dict[str, Outcome], known: Known) -> None:
    """Write manifest and page of all the variants that are there; the ledger's copy gets what its records say alone."""
    stored = stored_keys(ledger.store, "variants")
    shown = {cell_id: with_cuts(outcome, now.variants, stored) for cell_id, outcome in outcomes.items()}
    ledger.store.publish(campaign_files(now.title, now.cells, shown, now.variants, is_sandbox=now.is_sandbox))
    ended = (with_cuts(outcome, now.variants, stored) for outcome in known.outcomes.values())
    ledger.copy_outcomes([*ended, *known.left])


def forget(store: CampaignStore, before: Published, now: Published) -> None:
    """Remove the files of variants that were replaced or pruned, then note what there is, then end the recut.

    In this order: whoever goes on after an interruption still finds what is to be removed.
    """
    listed = {variant.key(cell.cell_id) for variant in now.variants for cell in now.cells}
    stale = {variant.key(cell.cell_id) for variant in before.variants for cell in before.cells} - listed
    for key in sorted(stale & stored_keys(store, "variants")):
        store.delete(key)
    Ledger(store, "").keep_published(now)
    for name in store.names(RECUTS):
        store.delete(f"{RECUTS}/{name}")
