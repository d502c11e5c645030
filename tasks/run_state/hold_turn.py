"""Fences a run that has waited: it neither asks for nor stores what another run has taken over meanwhile.

Where it stands is asked of the storage, not of a clock: a process that was stopped for minutes notices nothing.
"""

import logging

from tasks.errors import StorageFailed, TakenOver
from tasks.run_state.job import Job
from tasks.run_state.stage import Stage
from tasks.run_state.toolbox import Toolbox

logger = logging.getLogger(__name__)


async def hold(tools: Toolbox, job: Job) -> None:
    """Return if this run still owns the turn, or if nobody does and this run never did. One small read.

    Raises TakenOver, or StorageFailed.
    """
    owner = await tools.on_storage_thread(tools.ledger.read_owner, *job.turn)
    if owner is None and job.owning is None:
        return
    if owner is None:
        gone = f"What this run has noted in {tools.store.root} is gone: somebody has removed it; run again to go on"
        raise StorageFailed(gone)
    if owner != tools.ledger.run_id:
        raise TakenOver("Another run took this one for dead, and the cell over from it")


async def hold_image(tools: Toolbox, job: Job) -> None:
    """Return if an image that has come may become the cell's. Raises as `hold`.

    An image of a turn that was taken over may as well, since it is paid, until a run has begun the next turn.
    """
    try:
        await hold(tools, job)
    except TakenOver:
        later = job.turn._replace(number=job.turn.number + 1)
        if job.owning is None or await tools.on_storage_thread(tools.ledger.read_owner, *later) is not None:
            raise


async def hand_over(tools: Toolbox, job: Job) -> None:
    """Leave a cell to the run that took it over, and wait for what comes of it there. Raises nothing."""
    logger.warning("%s: taken over by another run, while this one stood still", job.cell.cell_id)
    try:
        await (lose if job.owning is None else give_away)(tools, job)
    except StorageFailed as fault:
        tools.stop.because(fault)
        tools.cells.leave(job)


async def lose(tools: Toolbox, job: Job) -> None:
    """Another run has begun the turn first: wait for its end, or where it asks for something else, take another id."""
    intent = await tools.on_storage_thread(tools.ledger.read_intent, job.turn)
    tools.cells.leave(job)
    if intent is not None and intent.request_sha256 != job.cell.request_sha256:
        tools.cells.rename(job.ask)
    else:
        tools.cells.expect(job.ask)


async def give_away(tools: Toolbox, job: Job) -> None:
    """Wait for what comes of the cell in the next turn.

    Where nothing was paid in this turn, that is noted, since nobody else can know it. What was paid is counted, and the
    answer is kept. Raises StorageFailed.
    """
    later = job.ask.once_more()
    if job.stage is Stage.IDLE:
        await tools.on_storage_thread(tools.ledger.mark_released, *job.turn)
    else:
        later = later._replace(cost_usd=job.cost_usd, attempts=later.attempts + job.attempts)
    tools.cells.hand_over(job, later)
