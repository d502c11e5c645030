"""Lanes: each holds one of the account's places in flight and works through cells while it does.

Prefect's tag limit grants the places, one slot request a lane and not one an image: `flows/DECISIONS.md` has the
measurements. Only lanes carry the tag; a tagged parent that waits for tagged children would wait for ever.
"""

import asyncio
import time
from typing import Final

from httpx import HTTPError
from prefect import get_run_logger, task
from prefect.cache_policies import NO_CACHE
from prefect.concurrency.asyncio import ConcurrencySlotAcquisitionError
from prefect.exceptions import PrefectException

from tasks.errors import CampaignStopped, ServerLost
from tasks.run_state.toolbox import Toolbox, toolbox
from tasks.run_state.under_way import UnderWay
from tasks.run_state.workload import Workload
from tasks.running.settle_cell import work_cell
from tasks.running.slots import TAG

TIME_SLICE_S: Final = 30.0
"""After so long a lane gives its place back if others want it, so that campaigns that share the account take turns."""
JOBS_MAX: Final = 3
"""One image being asked for, and how many answered ones a lane may still be downloading beside it."""
SERVER_PATIENCE_S: Final = 180.0
"""How long Prefect's server may be away, beyond the minute for which Prefect's client itself tries again."""
SERVER_RETRY_S: Final = 3.0
LOOK_EVERY_S: Final = 1.0


@task(
    task_run_name="lane-{number}",
    description="Holds one of the account's places in flight while it works through cells.",
    tags=[TAG],
    cache_policy=NO_CACHE,
    persist_result=False,
)
async def lane(number: int) -> int:
    """Work through waiting cells until none is left, or the time slice is over and others want the place.

    Returns how many were asked for. With the last answer the place is free: what is still to be downloaded then is not
    waited for here.
    """
    tools = toolbox()
    tools.work.take_place(number)
    try:
        return await work_cells(tools)
    finally:
        tools.work.give_place(number)


async def work_cells(tools: Toolbox) -> int:
    """Work through waiting cells for as long as the place is held; returns how many were asked for."""
    until = time.monotonic() + TIME_SLICE_S
    asked = 0
    jobs: set[asyncio.Task[None]] = set()
    while time.monotonic() < until or not tools.work.is_contended:
        if tools.work.has_cells_waiting:
            await tools.work.paid.may_ask.wait()
        under_way = tools.work.next_cell()
        if under_way is None:
            break
        asked += 1
        job = tools.jobs.create_task(work_cell(tools, under_way), context=tools.outside.copy())
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
    """Run lane `number` again and again, giving its place back in between, while there are cells waiting.

    A server of Prefect's that is away is waited for; where it stays away, the campaign stops.
    """
    work = toolbox().work
    while work.has_cells_waiting:
        try:
            await run_lane(number, work)
        except (HTTPError, PrefectException, ConcurrencySlotAcquisitionError) as error:
            get_run_logger().warning("Lane %d: Prefect's server does not answer: %s", number, error)
            work.tally.trouble = "Prefect's server does not answer"
            work.server_lost_at = work.server_lost_at or time.monotonic()
            if time.monotonic() - work.server_lost_at > SERVER_PATIENCE_S:
                work.stop(ServerLost("Prefect's server has not answered for minutes; run again when it is back"))
            await asyncio.sleep(SERVER_RETRY_S)
        except Exception as error:  # noqa: BLE001
            # What the other lanes have in flight is paid: it ends as ever, then the campaign does.
            get_run_logger().exception("A fault of this program ended lane %d", number)
            work.stop(CampaignStopped(f"A fault of this program: {type(error).__name__}: {error}"))
        else:
            work.server_lost_at = None


async def run_lane(number: int, work: Workload) -> None:
    """Run lane `number`; once nothing is left for it to do while it waits for its place, it waits no longer."""
    running = asyncio.create_task(lane(number))
    stopping = asyncio.create_task(work.stopping.wait())
    try:
        while work.has_cells_waiting and number not in work.lanes and not running.done():
            await asyncio.wait({running, stopping}, timeout=LOOK_EVERY_S, return_when=asyncio.FIRST_COMPLETED)
        if number in work.lanes or running.done():
            await running
    finally:
        stopping.cancel()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
