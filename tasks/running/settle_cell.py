"""Takes a cell from its start to its one outcome, whatever happens on the way."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tasks.errors import (
    CampaignStopped,
    LinkFailed,
    NotAccepted,
    OriginalUnreadable,
    TakenOver,
)
from tasks.generate_image import generate_image, recover_image
from tasks.ledger.records import Answered
from tasks.ledger.resume import Ask
from tasks.make_variants import make_variants
from tasks.records.outcome import StoredOriginal
from tasks.run_state.conclude_cell import done, ended
from tasks.run_state.hold_turn import hand_over
from tasks.run_state.lose_cell import lose_cell
from tasks.run_state.paid_bytes import note_wasted
from tasks.run_state.toolbox import Toolbox
from tasks.run_state.under_way import UnderWay
from tasks.running.check_budget import keep_budget
from tasks.running.end_cell import give_up, put_off, settle
from tasks.running.fetch_again import is_fetched_after_all, leave_as_it_was


async def work_cell(tools: Toolbox, under_way: UnderWay) -> None:
    """Own the cell, ask for its image, store it and queue it to be cut. Raises nothing: one cell stops no other."""
    cell, turn = under_way.cell, under_way.ask.turn
    async with ended_by_its_faults(tools, under_way):
        under_way.owning = asyncio.ensure_future(tools.on_storage_thread(tools.ledger.intend, cell, turn))
        if not await asyncio.shield(under_way.owning):
            await lose_cell(tools, under_way)
            return
        await keep_budget(tools, under_way)
        try:
            tools.work.stored.put_nowait(await made(tools, under_way))
        except NotAccepted as error:
            if not tools.work.is_cut_off(under_way):
                raise
            await put_off(tools, under_way, error)


@asynccontextmanager
async def ended_by_its_faults(tools: Toolbox, under_way: UnderWay) -> AsyncIterator[None]:
    """Whatever is raised inside ends the cell, or stops the campaign, and no other cell. Raises nothing."""
    try:
        yield
    except TakenOver:
        await hand_over(tools, under_way)
    except CampaignStopped as fault:
        await give_up(tools, under_way, fault)
    except Exception as error:  # noqa: BLE001  a fault of ours ends a cell like any other
        await settle(tools, under_way, ended(under_way, error))


async def is_left_to_ask(tools: Toolbox, ask: Ask) -> bool:
    """Whether nothing that earlier turns of a waiting cell have paid for gives an image. Raises nothing."""
    under_way = tools.work.start(ask)
    async with ended_by_its_faults(tools, under_way):
        try:
            is_fetched = await is_fetched_after_all(tools, under_way)
        except LinkFailed as error:
            leave_as_it_was(tools, under_way, error)
            return False
        if not is_fetched:
            tools.work.leave(ask.cell.cell_id)
        return not is_fetched
    return False


async def made(tools: Toolbox, under_way: UnderWay) -> StoredOriginal:
    """The cell's original. Once the campaign is stopped, a pause between two attempts is not waited for.

    Raises what stopped the campaign where no request of the cell is out then, and what `generate_image` raises.
    """
    tools.work.raise_if_halted()
    making = asyncio.create_task(generate_image(under_way.cell))
    halting = asyncio.create_task(tools.work.halting.wait())
    try:
        await asyncio.wait({making, halting}, return_when=asyncio.FIRST_COMPLETED)
        if under_way.is_idle and not making.done():
            tools.work.raise_if_halted()
        return await making
    finally:
        halting.cancel()
        making.cancel()
        await asyncio.gather(making, return_exceptions=True)


async def recover_cell(tools: Toolbox, under_way: UnderWay, answered: Answered) -> None:
    """Store the image of a cell that was paid by a run that is no more. Raises nothing."""
    under_way.answer, under_way.is_answer_noted = answered, True
    under_way.attempts = answered.attempts - under_way.ask.attempts
    under_way.answered.set()
    async with ended_by_its_faults(tools, under_way):
        async with tools.recoveries:
            original = await recover_image(under_way.cell, answered)
        tools.work.stored.put_nowait(original)


async def cut_stored(tools: Toolbox) -> None:
    """Cut the originals that wait for it, one after the other, until cancelled."""
    while True:
        original = await tools.work.stored.get()
        try:
            await finish_cell(tools, original)
        finally:
            tools.work.stored.task_done()


async def finish_cell(tools: Toolbox, original: StoredOriginal) -> None:
    """Make the variants of a stored original and settle its cell."""
    under_way = tools.work.under_way.get(original.cell_id)
    if under_way is None:
        return
    try:
        variants = await make_variants(original)
    except CampaignStopped as fault:
        tools.work.stop(fault)
        tools.work.settle(ended(under_way, fault, original), is_noted=False)  # the next run cuts what is stored
    except Exception as error:  # noqa: BLE001  as above
        if isinstance(error, OriginalUnreadable):
            note_wasted(tools, under_way, error)
        await settle(tools, under_way, ended(under_way, error, original))
    else:
        await settle(tools, under_way, done(under_way, original, variants))
