"""What the storage does not take of what a cell came to is kept on this machine, and told at the end of the run."""

import asyncio

from tasks.records.outcome import Outcome
from tasks.rescue.rescued import Rescued, name_of
from tasks.run_state.job import Job
from tasks.run_state.toolbox import Toolbox


async def rescue(tools: Toolbox, job: Job, *, outcome: Outcome | None = None, is_released: bool = False) -> None:
    """Keep what the storage has not taken of a cell: its answer, the image in hand, how it ended. Raises nothing.

    `is_released`: nothing was or will be paid in its turn.
    """
    answered, image = job.in_hand.downloaded or (job.answer, None)
    if image is None and job.is_answer_noted:
        answered = None
    if answered is None and outcome is None and not is_released:
        return
    turn = answered.turn if answered is not None else job.ask.turn
    rescued = Rescued(
        storage=tools.rescues.refuge.storage,
        is_sandbox=tools.rescues.is_sandbox,
        intent=tools.ledger.intent_of(job.cell, turn),
        was_owned=job.is_owned,
        answered=answered,
        outcome=outcome,
        is_released=is_released,
    )
    await asyncio.to_thread(tools.rescues.keep, rescued, image)  # the storage's own threads may all be waiting for it


async def forget_rescued(tools: Toolbox, job: Job) -> None:
    """Drop what was kept of a job whose image is stored, and whose end is noted, after all. Raises nothing."""
    if tools.rescues.kept:
        await asyncio.to_thread(tools.rescues.forget, name_of(job.turn, tools.ledger.run_id))
