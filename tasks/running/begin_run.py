"""Takes up a campaign where it stands: cells that have ended are left alone, the others wait or are waited for."""

import asyncio
from collections import deque
from collections.abc import Set as AbstractSet
from decimal import Decimal
from functools import partial
from typing import Final, NamedTuple

from prefect import get_run_logger

from tasks.errors import OutcomeUnknown
from tasks.images.sources import cuts_of
from tasks.ledger.complete import is_signed, kept_key, left_as_they_are, says_all
from tasks.ledger.put_aside import former_notes, taken_back
from tasks.ledger.resume import Ask, standing
from tasks.publishing.cut_originals import CutOrder
from tasks.publishing.sign_originals import forget_signatures
from tasks.records.campaign_event import counted
from tasks.records.cell import Cell
from tasks.records.keys import PROBES
from tasks.records.outcome import SANDBOX, Outcome, Status, StoredOriginal
from tasks.records.plan_group import Left
from tasks.run_state.known_cuts import KnownCuts
from tasks.run_state.toolbox import Toolbox
from tasks.running.brand_change import brand_notes
from tasks.running.end_job import end, note
from tasks.running.marks_notes import marks_notes
from tasks.running.plan_retry import answered_turns, left_now, retry_note, stored_files, was_run
from tasks.running.take_up_rescued import take_up_rescued
from tasks.running.work_job import finish_jobs, recover_job

LEFT_BEHIND: Final = (
    "A run asked for this image and left no word of what came: it was killed, or could not write here any more; it may "
    "have been paid. What such a run has kept on its own machine, the next run there takes up"
)
WEAK_STORAGE: Final = (
    "This storage does not refuse to create a file that is there already: never run this campaign twice at one time"
)

NO_REMOVAL: Final = (
    "Nothing can be removed here (on S3 the right is s3:DeleteObject): the campaign goes on, and leaves small files in "
    "ledger/runs and ledger/probes; other variants, recut-variants and an inbox need that right"
)


class Begun(NamedTuple):
    """What a run takes up."""

    notes: tuple[str, ...]
    """For the person who watches."""
    left: Left | None
    """What was made before and what is left to pay; None of a campaign that nobody has run."""


async def begin_run(tools: Toolbox, retry: AbstractSet[Status], slots: int = 1) -> Begun:
    """Sort the campaign's cells by what the ledger knows of them; `slots`: how many images may be in flight."""
    cells, rescued = tools.cells, await take_up_rescued(tools)
    known = await tools.on_storage_thread(tools.ledger.load, (*cells.planned, *cells.elsewhere))
    has_files = known.outcomes or known.orphaned
    stored = await tools.on_storage_thread(stored_files, tools.store) if has_files else frozenset()
    stored = await tools.on_storage_thread(taken_back, tools.store, known, stored)
    cells.know(known)
    cells.former = sum(kept_key(one, stored) is not None for one in known.orphaned)
    now = standing(cells.planned, known, retry, stored, tools.variants, tools.said)
    if tools.signer is None:  # a variant that is noted as signed, and is not, would be listed so for ever
        order = CutOrder(tools.variants, tools.said)
        cut = [cell for cell, _, _ in now.to_cut]
        await tools.on_storage_thread(forget_signatures, tools.ledger, known, cut, order)
    cells.take_up(now)
    answered = await tools.on_storage_thread(answered_turns, tools.ledger, now)
    left = left_now(now, answered, slots) if was_run(now) else None
    notes = [retry_note(now, retry, stored, answered)] if retry else []
    notes += marks_notes(now, stored, tools.variants, tools.said)
    notes += former_notes(cells.former, tools.store.root)
    notes += await tools.on_storage_thread(
        partial(brand_notes, tools.ledger, cells.planned, has_former=bool(known.orphaned))
    )
    await tools.on_storage_thread(tools.store.sweep)
    await tools.on_storage_thread(tools.store.close_private)
    await tools.on_storage_thread(tools.watcher.sweep)
    probed = await tools.on_storage_thread(tools.store.probe, PROBES)
    notes += [] if probed.honours_create else [WEAK_STORAGE]
    return Begun((*rescued, *notes, *(() if probed.can_remove else (NO_REMOVAL,))), left)


async def paid_usd(tools: Toolbox) -> Decimal:
    """What the campaign's cells have cost in all runs, as the ledger has it at this moment."""
    known = await tools.on_storage_thread(tools.ledger.load, tools.cells.planned)
    return counted(known.outcomes.values()).cost_usd


async def resolve_begun(tools: Toolbox, retry: AbstractSet[Status]) -> None:
    """Look at each cell that another run has begun: take over its end, or the cell, where that run is no more."""
    looks = (resolve(tools, retry, ask) for ask in tuple(tools.cells.begun.values()))
    for error in await asyncio.gather(*looks, return_exceptions=True):
        if error is not None:
            raise error


async def resolve(tools: Toolbox, retry: AbstractSet[Status], ask: Ask) -> None:
    """Look at one cell that another run has begun; it stays begun while that run is alive and has not ended it."""
    place = (ask.cell.cell_id, ask.turn)
    look = await tools.on_storage_thread(tools.ledger.look_at, *place)
    if look.owner is not None:
        if await tools.on_storage_thread(tools.watcher.is_alive, look.owner):
            return
        # Before it was gone, and after the first look, the owner may have ended the cell or given it back.
        look = await tools.on_storage_thread(tools.ledger.look_at, *place)
    if look.owner is not None:
        # And until it sees that the turn is not its own any more, should it be alive after all.
        await tools.on_storage_thread(tools.ledger.take, ask.cell, ask.turn)
        look = await tools.on_storage_thread(tools.ledger.look_at, *place)
    tools.cells.expect_no_more(ask.cell.cell_id)
    if look.outcome is not None:
        await take_end(tools, ask, look.outcome)
    elif look.owner is not None:
        await take_over(tools, ask, retry)
    else:
        tools.cells.wait(ask.once_more() if look.is_released else ask)


async def take_end(tools: Toolbox, ask: Ask, outcome: Outcome) -> None:
    """Take over the end that another run made, unless it has no image and this run has paid for one."""
    spare = tools.cells.take_spare(ask.cell.cell_id)
    if outcome.original is not None and lacks_any(tools, ask.cell, outcome, outcome.original):
        job = tools.cells.start(Ask.after(ask.cell, ask.turn, outcome).of_paid(ask.turn))
        there, own = frozenset(outcome.variants.values()), cuts_of(ask.cell, tools.variants)
        left = left_as_they_are(ask.cell, outcome, there, own, tools.said)
        job.store(outcome.original, KnownCuts.before(outcome, left))
        tools.jobs.create_task(finish_jobs(tools, deque([job])))
        return
    if spare is None or outcome.original is not None:
        tools.cells.settle(tools.cells.start(ask), outcome)
        return
    await tools.on_storage_thread(tools.ledger.take, ask.cell, ask.turn)
    again = Ask.after(ask.cell, ask.turn, outcome).of_paid(ask.turn)
    tools.jobs.create_task(recover_job(tools, tools.cells.start(again), spare))


def lacks_any(tools: Toolbox, cell: Cell, outcome: Outcome, original: StoredOriginal) -> bool:
    """Whether the run that made an image cut fewer variants than the campaign has by now, or made them otherwise."""
    is_cut = all(one.name in outcome.variants for one in tools.variants)
    own = cuts_of(cell, tools.variants)
    is_said = says_all(cell, outcome, original, own, tools.said) and is_signed(outcome, original, own, tools.said)
    return not (is_cut and is_said)


async def take_over(tools: Toolbox, ask: Ask, retry: AbstractSet[Status]) -> None:
    """The run that began this cell is no more. Its image is fetched if its answer came; else it may have been paid.

    In a trial it is asked for again: the stand-in has books, and hands out what was not fetched, and costs nothing.
    """
    job = tools.cells.start(ask)
    answered = await tools.on_storage_thread(tools.ledger.read_answer, *job.turn)
    if answered is not None:
        tools.jobs.create_task(recover_job(tools, job, answered))
        return
    if tools.ledger.made_by == SANDBOX:
        await tools.on_storage_thread(tools.ledger.release, *job.turn)
        tools.cells.leave(job)
        tools.cells.wait(ask.once_more())
        return
    get_run_logger().warning("%s: asked for by a run that is no more; it may have been paid", ask.cell.cell_id)
    job.doubt()
    left = OutcomeUnknown(LEFT_BEHIND)
    outcome = job.failed(left)
    if left.status not in retry:
        await end(tools, job, outcome)
        return
    outcome = await note(tools, job, outcome)
    if tools.announcements is not None:
        await tools.announcements.announce(ask.cell, outcome)
    tools.cells.try_again(job, outcome)
