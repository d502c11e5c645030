"""The one end of a job: noted, given back as if it had never begun, or left to the next run."""

import asyncio
from typing import Final

from tasks.errors import ApiAway, CampaignStopped, NotAccepted, OutcomeUnknown, StorageFailed
from tasks.records.outcome import Outcome
from tasks.run_state.job import Job
from tasks.run_state.rescue_answers import forget_rescued, rescue
from tasks.run_state.stage import Stage
from tasks.run_state.toolbox import Toolbox

OWNED_WITHIN_S: Final = 3.0


async def note(tools: Toolbox, job: Job, outcome: Outcome) -> Outcome:
    """Write the end of a job, once. Returns the end that stands in the ledger then. Raises StorageFailed."""
    noting = job.noting
    if noting is None:
        noting = asyncio.ensure_future(tools.on_storage_thread(tools.ledger.note_end, outcome))
        job.note(noting)
    return job.stands(await asyncio.shield(noting))


async def end(tools: Toolbox, job: Job, outcome: Outcome) -> None:
    """Note the end durably, then count it. Where it cannot be noted, the campaign stops; the next run finds out."""
    if tools.cells.under_way.get(job.cell.cell_id) is not job:
        return
    is_noted = True
    try:
        outcome = await note(tools, job, outcome)
    except StorageFailed as fault:
        tools.stop.because(fault)
        await rescue(tools, job, outcome=outcome)
        is_noted = False
    else:
        if outcome.status == "done":
            await forget_rescued(tools, job)
    tools.cells.settle(job, outcome, is_noted=is_noted)


async def requeue(tools: Toolbox, job: Job, error: NotAccepted) -> None:
    """Put a job that was turned away for minutes behind the others; stop the campaign where they fare no better."""
    away = ApiAway(f"The API has worked on nothing for minutes; run again when it does. It says: {error}")
    if tools.api.is_worth_another(job.cell.cell_id, (ask.cell.cell_id for ask in tools.cells.waiting)):
        await release(tools, job, away)
        tools.cells.wait(job.ask.once_more())
    else:
        await abort(tools, job, away)


async def abort(tools: Toolbox, job: Job, fault: CampaignStopped) -> None:
    """Stop the campaign for a reason that a job has met, and release the job."""
    tools.stop.because(fault)
    await release(tools, job, fault)


async def release(tools: Toolbox, job: Job, fault: CampaignStopped) -> None:
    """Let go of a job when the campaign stops. Its turn is given back, unless it was paid or may have been paid."""
    await rescue(tools, job)
    if job.stage is Stage.ACCEPTED:
        tools.cells.put_off(job)
        return
    if job.is_paid or (isinstance(fault, StorageFailed) and job.stage is not Stage.IDLE):
        left = fault if job.stage is Stage.STORED else CampaignStopped(f"Paid, and not stored so far: {fault}")
        tools.cells.settle(job, job.failed(left), is_noted=False)  # the next run still has the answer's link
        return
    if not tools.cells.leave(job) or job.owning is None:
        return  # what was taken over from a run that is no more may have been paid by that one
    take_back = tools.ledger.mark_released if job.is_owned else tools.ledger.release
    try:
        await tools.on_storage_thread(take_back, *job.turn)
    except StorageFailed as failed:
        tools.stop.because(failed)
        await rescue(tools, job, is_released=True)


async def put_off(tools: Toolbox, job: Job) -> None:
    """Leave a job to the next run, which fetches its image by the id that is noted. Raises nothing."""
    await rescue(tools, job)
    tools.cells.put_off(job)


async def end_interrupted(tools: Toolbox, fault: CampaignStopped) -> None:
    """End every job that is still under way after all work is over. What may have been paid is told so."""
    for job in tuple(tools.cells.under_way.values()):
        if job.outcome is not None:
            await end(tools, job, job.outcome)
        elif job.is_paid:
            await rescue(tools, job)
            left = OutcomeUnknown("Interrupted while its image was stored; it is paid, and the next run fetches it")
            tools.cells.settle(job, job.failed(left), is_noted=False)
        elif job.stage is Stage.ACCEPTED:
            await put_off(tools, job)
        elif job.stage is Stage.SENT:
            left = OutcomeUnknown("Interrupted before the answer came; it may have been paid")
            await end(tools, job, job.failed(left))
        else:
            if job.owning is not None:  # or it would be written after it was taken back
                await asyncio.wait({job.owning}, timeout=OWNED_WITHIN_S)
            await release(tools, job, fault)
