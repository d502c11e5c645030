"""Takes up a campaign where it stands: what has ended is left alone, the rest is put where the run finds it."""

import asyncio
from collections.abc import Set as AbstractSet
from decimal import Decimal
from typing import Final

from prefect import get_run_logger

from tasks.errors import OutcomeUnknown
from tasks.ledger.heartbeats import Watcher
from tasks.ledger.resume import Ask, Standing, standing
from tasks.records.event import counted
from tasks.records.keys import PROBES
from tasks.records.outcome import Outcome, Status
from tasks.run_state.conclude_cell import ended, note
from tasks.run_state.toolbox import Toolbox
from tasks.running.end_cell import settle
from tasks.running.plan_retry import retry_note, stored_files
from tasks.running.settle_cell import recover_cell
from tasks.running.take_up_rescued import take_up_rescued

LOOK_EVERY_S: Final = 2.0
"""How often a run that has nothing else to do looks whether another has ended what it has begun."""
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


async def begin_run(tools: Toolbox, retry: AbstractSet[Status]) -> tuple[str, ...]:
    """Sort the campaign's cells by what the ledger knows of them. Returns notes for the person who watches."""
    work, rescued = tools.work, await take_up_rescued(tools)
    known = await tools.on_storage_thread(tools.ledger.load, (*work.cells, *work.elsewhere))
    work.cells, work.elsewhere = known.cells[: len(work.cells)], known.cells[len(work.cells) :]
    stored = await tools.on_storage_thread(stored_files, tools.store) if known.outcomes else frozenset()
    work.left, work.left_open, work.left_usd = known.left, known.left_open, known.left_usd
    work.prices |= {cell.cell_id: cell.price_usd for cell in known.cells}
    now = standing(work.cells, known, retry, stored, tools.variants)
    take_up(tools, now)
    notes = [await tools.on_storage_thread(retry_note, tools.store, now, retry, stored)] if retry else []
    await tools.on_storage_thread(tools.store.sweep)
    await tools.on_storage_thread(tools.store.close_private)
    await tools.on_storage_thread(tools.watcher.sweep)
    probed = await tools.on_storage_thread(tools.store.probe, PROBES)
    notes += [] if probed.honours_create else [WEAK_STORAGE]
    return (*rescued, *notes, *(() if probed.can_remove else (NO_REMOVAL,)))


async def paid_usd(tools: Toolbox) -> Decimal:
    """What the campaign's cells have cost in all runs, as the ledger has it at this moment."""
    known = await tools.on_storage_thread(tools.ledger.load, tools.work.cells)
    return counted(known.outcomes.values()).cost_usd


def take_up(tools: Toolbox, now: Standing) -> None:
    """Put each cell where the run finds it, and count what has been spent already."""
    work = tools.work
    work.waiting.clear()
    work.waiting.extend(now.to_ask)
    work.begun.update((ask.cell.cell_id, ask) for ask in now.begun)
    for outcome in now.ended:
        work.outcomes[outcome.cell_id] = outcome
        work.tally.take_over(outcome)
        work.tally.cost_usd += outcome.cost_usd
    for cell, outcome, original in now.to_cut:
        ask = Ask.after(cell, outcome.turn, outcome).of_paid(outcome.turn)
        work.start(ask).answered.set()
        work.tally.cost_usd += ask.cost_usd
        work.stored.put_nowait(original)
    for ask in (*now.to_ask, *now.begun):
        work.tally.cost_usd += ask.cost_usd
    work.outcomes.update((outcome.cell_id, outcome) for outcome in now.earlier)


async def resolve_begun(tools: Toolbox, watcher: Watcher, retry: AbstractSet[Status]) -> None:
    """Look at each cell that another run has begun: take over its end, or the cell, where that run is no more."""
    looks = (resolve(tools, watcher, retry, ask) for ask in tuple(tools.work.begun.values()))
    for error in await asyncio.gather(*looks, return_exceptions=True):
        if error is not None:
            raise error


async def resolve(tools: Toolbox, watcher: Watcher, retry: AbstractSet[Status], ask: Ask) -> None:
    """Look at one cell that another run has begun; it stays begun while that run is alive and has not ended it."""
    place = (ask.cell.cell_id, ask.turn)
    look = await tools.on_storage_thread(tools.ledger.look_at, *place)
    if look.owner is not None:
        if await tools.on_storage_thread(watcher.is_alive, look.owner):
            return
        # Before it was gone, and after the first look, the owner may have ended the cell or given it back.
        look = await tools.on_storage_thread(tools.ledger.look_at, *place)
    if look.owner is not None:
        # And until it sees that the turn is not its own any more, should it be alive after all.
        await tools.on_storage_thread(tools.ledger.take, ask.cell, ask.turn)
        look = await tools.on_storage_thread(tools.ledger.look_at, *place)
    del tools.work.begun[ask.cell.cell_id]
    if look.outcome is not None:
        await take_end(tools, ask, look.outcome)
    elif look.owner is not None:
        await take_over(tools, ask, retry)
    else:
        tools.work.waiting.append(ask.once_more() if look.is_released else ask)


async def take_end(tools: Toolbox, ask: Ask, outcome: Outcome) -> None:
    """The end that another run made is the cell's, unless it is without an image and this run has paid for one."""
    spare = tools.work.spare.pop(ask.cell.cell_id, None)
    if spare is None or outcome.original is not None:
        tools.work.start(ask)
        tools.work.settle(outcome)
        return
    await tools.on_storage_thread(tools.ledger.take, ask.cell, ask.turn)
    again = Ask.after(ask.cell, ask.turn, outcome).of_paid(ask.turn)
    tools.work.tally.cost_usd += again.cost_usd - ask.cost_usd
    await recover_cell(tools, tools.work.start(again), spare)


async def take_over(tools: Toolbox, ask: Ask, retry: AbstractSet[Status]) -> None:
    """The run that began this cell is no more. Its image is fetched if its answer came; else it may have been paid."""
    under_way = tools.work.start(ask)
    answered = await tools.on_storage_thread(tools.ledger.read_answer, ask.cell.cell_id, ask.turn)
    if answered is not None:
        await recover_cell(tools, under_way, answered)
        return
    get_run_logger().warning("%s: asked for by a run that is no more; it may have been paid", ask.cell.cell_id)
    under_way.ask, under_way.is_sent = ask.doubted(), True
    left = OutcomeUnknown(LEFT_BEHIND)
    outcome = ended(under_way, left)
    if left.status not in retry:
        await settle(tools, under_way, outcome)
        return
    outcome = await note(tools, under_way, outcome)
    if tools.announcements is not None:
        await tools.announcements.announce(ask.cell, outcome)
    tools.work.leave(ask.cell.cell_id)
    tools.work.tally.cost_usd += ask.cell.price_usd
    tools.work.outcomes[ask.cell.cell_id] = outcome
    tools.work.waiting.append(Ask.after(ask.cell, ask.turn + 1, outcome))
