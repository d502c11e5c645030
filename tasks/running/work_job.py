"""The journey of a job, from the owning of its turn to its one end, whatever happens on the way."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tasks.errors import CampaignStopped, LinkFailed, NotAccepted, OriginalUnreadable, StillDrawn, TakenOver
from tasks.generate_image import generate_image, recover_image
from tasks.ledger.records import Answered
from tasks.ledger.resume import Ask
from tasks.make_variants import make_variants
from tasks.records.outcome import StoredOriginal
from tasks.run_state.first_of import first_of
from tasks.run_state.hold_turn import hand_over, lose
from tasks.run_state.job import Job
from tasks.run_state.paid_bytes import note_wasted
from tasks.run_state.stage import Stage
from tasks.run_state.toolbox import Toolbox
from tasks.running.check_budget import check_budget
from tasks.running.end_job import abort, end, put_off, requeue
from tasks.running.fetch_again import fetch_paid, leave_as_it_was


async def work_job(tools: Toolbox, job: Job) -> None:
    """Own the turn, ask for the image, store it, cut it, end the job. Raises nothing: one job stops no other."""
    async with ended_by_its_faults(tools, job):
        if not await own(tools, job):
            return
        await check_budget(tools, job)
        try:
            job.store(await made(tools, job))
        except NotAccepted as error:
            if not is_cut_off(tools, job):
                raise
            await requeue(tools, job, error)
            return
        await finish(tools, job)


async def recover_job(tools: Toolbox, job: Job, answered: Answered) -> None:
    """Store and cut the image of a job that was paid by a run that is no more. Raises nothing."""
    if answered.is_drawn:
        job.pay(answered)
    else:
        job.accept(answered)
    job.answer_is_noted()
    async with ended_by_its_faults(tools, job):
        async with tools.recoveries:
            job.store(await recover_image(job, answered))
        await finish(tools, job)


async def finish_jobs(tools: Toolbox, jobs: deque[Job]) -> None:
    """Cut one after the other of those whose original is stored already, until none is left. Raises nothing."""
    while jobs:
        job = jobs.popleft()
        async with ended_by_its_faults(tools, job):
            await finish(tools, job)


async def take_up_paid(tools: Toolbox, ask: Ask) -> bool:
    """Whether a waiting cell need not be asked for, since an earlier turn has paid for an image: it is cut then.

    Raises nothing.
    """
    job = tools.cells.start(ask)
    async with ended_by_its_faults(tools, job):
        try:
            await fetch_paid(tools, job)
        except LinkFailed as error:
            if not leave_as_it_was(tools, job, error):
                tools.cells.use_paid(job, ask.turn - 1)
                raise
            return True
        if job.stage is Stage.STORED:
            await finish(tools, job)
            return True
        tools.cells.leave(job)
        return False
    return True


@asynccontextmanager
async def ended_by_its_faults(tools: Toolbox, job: Job) -> AsyncIterator[None]:
    """Whatever is raised inside ends the job, or stops the campaign, and no other job. Raises nothing."""
    try:
        yield
    except TakenOver:
        await hand_over(tools, job)
    except StillDrawn:
        await put_off(tools, job)
    except CampaignStopped as fault:
        await abort(tools, job, fault)
    except Exception as error:  # noqa: BLE001  a fault of ours ends a job like any other
        if isinstance(error, OriginalUnreadable):
            note_wasted(tools, job, error)
        await end(tools, job, job.failed(error))


async def own(tools: Toolbox, job: Job) -> bool:
    """Create the intent. Whether this run owns the turn then; if not, the job is left to the run that does."""
    owning = asyncio.ensure_future(tools.on_storage_thread(tools.ledger.intend, job.cell, job.ask.turn))
    job.own(owning)
    if await asyncio.shield(owning):
        return True
    await lose(tools, job)
    return False


async def made(tools: Toolbox, job: Job) -> StoredOriginal:
    """The job's original. Once the campaign is stopped, a pause between two attempts is not waited for.

    Raises what stopped the campaign where no request of the job is out then, and what `generate_image` raises.
    """
    tools.stop.raise_if_halted()
    making = asyncio.create_task(generate_image(job))
    try:
        await first_of(making, tools.stop.halting.wait())
        if job.stage is Stage.IDLE and not making.done():
            tools.stop.raise_if_halted()
        return await making
    finally:
        making.cancel()
        await asyncio.gather(making, return_exceptions=True)


def is_cut_off(tools: Toolbox, job: Job) -> bool:
    """Whether the API has worked on nothing since this job was started, while there are other cells to try."""
    return tools.api.is_silent_since(job.started_at) and tools.cells.has_others(job)


async def finish(tools: Toolbox, job: Job) -> None:
    """Cut the stored original of a job, and end it. Raises what ends it otherwise."""
    if job.original is None:
        raise ValueError("an original that is not stored cannot be cut")
    async with tools.cuts:
        variants = await make_variants(job, job.original)
    await end(tools, job, job.done(job.original, variants))
