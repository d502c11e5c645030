"""Fences a run that has waited: what was taken over from it meanwhile it neither asks for nor stores.

Where it stands is asked of the storage, not of a clock: a process that was stopped for minutes notices nothing.
"""

import logging

from tasks.errors import StorageFailed, TakenOver
from tasks.run_state.lose_cell import lose_cell
from tasks.run_state.toolbox import Toolbox
from tasks.run_state.under_way import UnderWay

logger = logging.getLogger(__name__)


async def hold(tools: Toolbox, under_way: UnderWay) -> None:
    """Return if the turn is still this run's, or nobody's where it never was: one small read.

    Raises TakenOver, or StorageFailed.
    """
    owner = await tools.on_storage_thread(tools.ledger.read_owner, under_way.cell.cell_id, under_way.ask.turn)
    if owner is None and under_way.owning is None:
        return
    if owner is None:
        gone = f"What this run has noted in {tools.store.root} is gone: somebody has removed it; run again to go on"
        raise StorageFailed(gone)
    if owner != tools.ledger.run_id:
        raise TakenOver("Another run took this one for dead, and the cell over from it")


async def hold_image(tools: Toolbox, under_way: UnderWay) -> None:
    """Return if an image that has come may become the cell's. Raises as `hold`.

    So may one of a turn that was taken over, until somebody has asked for another in the next: it is paid.
    """
    try:
        await hold(tools, under_way)
    except TakenOver:
        next_turn = (under_way.cell.cell_id, under_way.ask.turn + 1)
        if under_way.owning is None or await tools.on_storage_thread(tools.ledger.read_owner, *next_turn) is not None:
            raise


async def hand_over(tools: Toolbox, under_way: UnderWay) -> None:
    """Leave a cell to the run that took it over, and wait for what comes of it there. Raises nothing."""
    logger.warning("%s: taken over by another run, while this one stood still", under_way.cell.cell_id)
    try:
        await (lose_cell if under_way.owning is None else give_away)(tools, under_way)
    except StorageFailed as fault:
        tools.work.stop(fault)
        tools.work.leave(under_way.cell.cell_id)


async def give_away(tools: Toolbox, under_way: UnderWay) -> None:
    """Wait for what comes of the cell in the next turn.

    Of a turn in which nothing was paid that is noted: nobody else can know. What was paid is counted, and the answer
    kept at hand. Raises StorageFailed.
    """
    work, cell = tools.work, under_way.cell
    later = under_way.ask.once_more()
    if under_way.is_idle:
        await tools.on_storage_thread(tools.ledger.mark_released, cell.cell_id, under_way.ask.turn)
    else:
        later = later._replace(cost_usd=under_way.cost_usd, attempts=later.attempts + under_way.attempts)
        work.tally.cost_usd += cell.price_usd
        work.spent_usd += cell.price_usd if under_way.is_asked else 0
    if under_way.answer is not None:
        work.spare[cell.cell_id] = under_way.answer
    work.leave(cell.cell_id)
    work.begun[cell.cell_id] = later
