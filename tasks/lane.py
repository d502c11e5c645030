"""Lanes: each holds one of the account's slots in flight and works through cells while it does.

Prefect's tag limit grants the slots, one request a lane and not one an image: `flows/DECISIONS.md` has the
measurements. Only lanes carry the tag; a tagged parent that waits for tagged children would wait for ever.
"""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator
from collections.abc import Set as AbstractSet
from contextlib import asynccontextmanager
from typing import Final

from httpx import HTTPError
from prefect import get_run_logger, task
from prefect.cache_policies import NO_CACHE
from prefect.concurrency.asyncio import ConcurrencySlotAcquisitionError
from prefect.exceptions import PrefectException

from tasks.errors import CampaignStopped, GenerationsLeft, ServerLost
from tasks.records.outcome import Status
from tasks.reporting.reporter import reporter
from tasks.run_state.first_of import first_of
from tasks.run_state.job import Job
from tasks.run_state.left_images import told_of
from tasks.run_state.toolbox import CUTS_MAX, Toolbox, toolbox
from tasks.running.begin_run import resolve_begun
from tasks.running.slots import TAG, watch_slots
from tasks.running.watch_run import watch_run
from tasks.running.work_job import finish_jobs, take_up_paid, work_job

TIME_SLICE_S: Final = 30.0
"""After so long a lane gives its slot back if others want it, so that campaigns that share the account take turns."""
STORES_MAX: Final = 3
"""So many images may be in a lane's hands: one that is asked for, and others that are downloaded meanwhile."""
SERVER_PATIENCE_S: Final = 180.0
"""How long Prefect's server may be away, beyond the minute for which Prefect's client itself tries again."""
SERVER_RETRY_S: Final = 3.0
LOOK_EVERY_S: Final = 1.0
RESOLVE_EVERY_S: Final = 2.0
"""How often a run that has nothing else to do looks whether another has ended what it has begun."""


@task(
    task_run_name="lane-{number}",
    description="Holds one of the account's slots in flight while it works through cells.",
    tags=[TAG],
    cache_policy=NO_CACHE,
    persist_result=False,
)
async def lane(number: int) -> int:
    """Work through waiting cells until none is left, or the time slice is over and others want the slot.

    Returns how many were asked for. The slot is free with the last answer: downloads that go on then are not waited
    for here.
    """
    tools = toolbox()
    tools.slots.acquire(number)
    try:
        return await work_cells(tools, number)
    finally:
        tools.slots.release(number)


async def work_cells(tools: Toolbox, number: int) -> int:
    """Work through waiting cells for as long as the slot is held; returns how many were asked for.

    Where the API allows fewer than there are lanes, those with the highest numbers end.
    """
    until = time.monotonic() + TIME_SLICE_S
    asked = 0
    stores: set[asyncio.Task[None]] = set()
    while number <= tools.slots.most and (time.monotonic() < until or not tools.slots.is_contended):
        if tools.has_cells_waiting:
            await tools.paid.may_ask.wait()
        job = tools.next_job()
        if job is None:
            break
        asked += 1
        work = tools.jobs.create_task(work_job(tools, job), context=tools.outside.copy())
        await first_of(work, job.answered.wait())
        stores = {store for store in stores if not store.done()} | {asyncio.create_task(stored(work, job))}
        if len(stores) >= STORES_MAX:
            _, stores = await asyncio.wait(stores, return_when=asyncio.FIRST_COMPLETED)
    return asked


async def stored(work: "asyncio.Task[None]", job: Job) -> None:
    """Return when the job's original is stored, or its work is over."""
    await first_of(work, job.stored.wait())


async def keep_lane(number: int) -> None:
    """Run lane `number` again and again, giving its slot back in between, while there are cells waiting.

    A server of Prefect's that is away is waited for; where it stays away, the campaign stops.
    """
    tools = toolbox()
    while tools.has_cells_waiting and number <= tools.slots.most:
        try:
            await run_lane(number, tools)
        except (HTTPError, PrefectException, ConcurrencySlotAcquisitionError) as error:
            get_run_logger().warning("Lane %d: Prefect's server does not answer: %s", number, error)
            tools.tally.tell("Prefect's server does not answer")
            if tools.slots.not_heard_for_s() > SERVER_PATIENCE_S:
                lost = ServerLost("Prefect's server has not answered for minutes; run again when it is back")
                tools.stop.because(lost)
            await asyncio.sleep(SERVER_RETRY_S)
        except Exception as error:  # noqa: BLE001
            # What the other lanes have in flight is paid: it ends as ever, then the campaign does.
            get_run_logger().exception("A fault of this program ended lane %d", number)
            tools.stop.because(fault_of_ours(error))
        else:
            tools.slots.heard()
    if number == tools.slots.most + 1:
        reporter().warn(f"the API allows this account {tools.slots.most:,} images in flight; the run keeps to that")


def fault_of_ours(error: Exception) -> CampaignStopped:
    """What stops a campaign that a fault of this program has met."""
    return CampaignStopped(f"A fault of this program: {type(error).__name__}: {error}")


async def run_lane(number: int, tools: Toolbox) -> None:
    """Run lane `number`; once nothing is left for it to do while it waits for its slot, it waits no longer."""
    running = asyncio.create_task(lane(number))
    try:
        while tools.has_cells_waiting and number not in tools.slots.lanes and not running.done():
            await first_of(running, tools.stop.stopping.wait(), timeout_s=LOOK_EVERY_S)
        if number in tools.slots.lanes or running.done():
            await running
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def run_lanes(
    tools: Toolbox, slots: int, retry: AbstractSet[Status], resolve_every_s: float = RESOLVE_EVERY_S
) -> None:
    """Return when every cell has ended, or the campaign was stopped and what was in flight has ended."""
    async with beside(tools):
        stored_before = deque(tools.cells.under_way.values())
        while True:
            async with asyncio.TaskGroup() as tools.jobs:  # no job outlives it, also where it is cancelled
                for _ in range(min(CUTS_MAX, len(stored_before))):
                    tools.jobs.create_task(finish_jobs(tools, stored_before))
                await take_turns(tools, slots, retry)
            if not tools.has_cells_waiting and not (tools.cells.begun and tools.stop.reason is None):
                break
            if not tools.cells.waiting:
                await asyncio.sleep(resolve_every_s)
    if tools.cells.left and tools.stop.reason is None:
        (left,) = told_of(tools.cells.left.values())
        tools.stop.because(GenerationsLeft(f"{left} and pays for nothing twice. Run again in a while"))


async def take_turns(tools: Toolbox, slots: int, retry: AbstractSet[Status]) -> None:
    """See what other runs have come to, take up what is paid already, then ask for what is left."""
    try:
        await resolve_begun(tools, retry)
    except CampaignStopped as fault:
        tools.stop.because(fault)
    except Exception as error:  # noqa: BLE001  as in a lane: what is under way is paid, and goes on
        get_run_logger().exception("A fault of this program kept the run from what others have begun")
        tools.stop.because(fault_of_ours(error))
    await take_up_all_paid(tools, max(slots, CUTS_MAX))
    numbers = range(1, min(slots, len(tools.cells.waiting)) + 1)
    await asyncio.gather(*(keep_lane(number) for number in numbers))


async def take_up_all_paid(tools: Toolbox, at_once: int) -> None:
    """Take up what earlier turns have paid for, of every cell that waits, before anything more is paid.

    It needs neither a budget nor an API that lets us in, and would be left lying where those stop the campaign.
    """
    again = deque(ask for ask in tools.cells.waiting if ask.turn > 1 and ask.cost_usd)
    taken: set[str] = set()

    async def look() -> None:
        while again and tools.stop.reason is None:
            ask = again.popleft()
            if await take_up_paid(tools, ask):
                taken.add(ask.cell.cell_id)

    await asyncio.gather(*(look() for _ in range(at_once)))
    tools.cells.wait_no_more(taken)


@asynccontextmanager
async def beside(tools: Toolbox) -> AsyncIterator[None]:
    """Watch the slots and the run for as long as the lanes work."""
    watchers = [asyncio.create_task(watching) for watching in (watch_slots(tools), watch_run(tools))]
    try:
        yield
    finally:
        for watcher in watchers:
            watcher.cancel()
        await asyncio.gather(*watchers, return_exceptions=True)
