"""Lanes: each holds one of the account's places in flight and works through cells while it does.

Prefect's tag limit grants the places, one slot request a lane and not one an image: `flows/DECISIONS.md` has the
measurements. Only lanes carry the tag; a tagged parent that waits for tagged children would wait for ever.
"""

import asyncio
import time
from typing import Final

from prefect import task
from prefect.cache_policies import NO_CACHE

from tasks.settle_cell import work_cell
from tasks.toolbox import toolbox
from tasks.workload import UnderWay

TAG: Final = "ideogram"
TIME_SLICE_S: Final = 30.0
"""After so long a lane gives its place back, so that campaigns that share the account take turns."""
JOBS_MAX: Final = 3
"""One image being asked for, and how many answered ones a lane may still be downloading beside it."""


@task(
    task_run_name="lane-{number}",
    description="Holds one of the account's places in flight while it works through cells.",
    tags=[TAG],
    cache_policy=NO_CACHE,
    persist_result=False,
)
async def lane(number: int) -> int:  # noqa: ARG001  it names the run
    """Work through waiting cells until none is left or the time slice is over; returns how many were asked for."""
    tools = toolbox()
    until = time.monotonic() + TIME_SLICE_S
    asked = 0
    async with asyncio.TaskGroup() as group:  # no cell's work outlives its lane, also where the lane is cancelled
        jobs: set[asyncio.Task[None]] = set()
        while time.monotonic() < until and (under_way := tools.work.next_cell()) is not None:
            asked += 1
            job = group.create_task(work_cell(tools, under_way), context=tools.outside.copy())
            await answer_of(under_way, job)
            jobs = {job for job in (*jobs, job) if not job.done()}
            if len(jobs) >= JOBS_MAX:
                _, jobs = await asyncio.wait(jobs, return_when=asyncio.FIRST_COMPLETED)
    return asked


async def answer_of(under_way: UnderWay, job: "asyncio.Task[None]") -> None:
    """Return when the API has answered, or the cell's work has ended without an answer."""
    answered = asyncio.create_task(under_way.answered.wait())
    try:
        await asyncio.wait({answered, job}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        answered.cancel()


async def keep_lane(number: int) -> None:
    """Run lane `number` again and again, giving its place back in between, while there are cells waiting."""
    while toolbox().work.has_cells_waiting:
        await lane(number)
