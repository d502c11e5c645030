"""Runs the lanes of a campaign, and the cutting of variants behind them, until every cell has ended."""

import asyncio
import os
from collections import deque
from collections.abc import AsyncIterator
from collections.abc import Set as AbstractSet
from contextlib import asynccontextmanager
from typing import Final

from tasks.lane import keep_lane
from tasks.ledger.heartbeats import Watcher
from tasks.records.outcome import Status
from tasks.run_state.toolbox import Toolbox
from tasks.running.begin_run import LOOK_EVERY_S, resolve_begun
from tasks.running.settle_cell import cut_stored, is_left_to_ask
from tasks.running.slots import watch_places
from tasks.running.watch_run import watch_run

CUTTERS_MORE_THAN_CORES: Final = 2
"""While one stores what it has cut, another computes."""


async def run_lanes(tools: Toolbox, places: int, retry: AbstractSet[Status]) -> None:
    """Return when every cell has ended, or the campaign was stopped and what was in flight has ended."""
    work, watcher = tools.work, Watcher(tools.store)
    async with beside(tools):
        await resolve_begun(tools, watcher, retry)
        while work.has_cells_waiting or (work.begun and work.stopped_by is None):
            await fetch_first(tools, places)
            numbers = range(1, min(places, len(work.waiting)) + 1)
            async with asyncio.TaskGroup() as tools.jobs:  # no cell's work outlives it, also where it is cancelled
                await asyncio.gather(*(keep_lane(number) for number in numbers))
            await resolve_begun(tools, watcher, retry)
            if work.begun and not work.waiting:
                await asyncio.sleep(LOOK_EVERY_S)
        await work.stored.join()


async def fetch_first(tools: Toolbox, at_once: int) -> None:
    """Take up what earlier turns have paid for, of every cell that waits, before anything more is paid.

    It needs neither a budget nor an API that lets us in, and would be left lying where those stop the campaign.
    """
    work = tools.work
    again = deque(ask for ask in work.waiting if ask.turn > 1)
    taken: set[str] = set()

    async def look() -> None:
        while again and work.stopped_by is None:
            ask = again.popleft()
            if not await is_left_to_ask(tools, ask):
                taken.add(ask.cell.cell_id)

    await asyncio.gather(*(look() for _ in range(at_once)))
    work.waiting = deque(ask for ask in work.waiting if ask.cell.cell_id not in taken)


@asynccontextmanager
async def beside(tools: Toolbox) -> AsyncIterator[None]:
    """What runs beside the lanes: the cutters, and who watches the places."""
    cutters = (os.cpu_count() or 1) + CUTTERS_MORE_THAN_CORES
    helpers = [asyncio.create_task(cut_stored(tools)) for _ in range(cutters)]
    helpers += [asyncio.create_task(watching) for watching in (watch_places(tools), watch_run(tools.work))]
    try:
        yield
    finally:
        for helper in helpers:
            helper.cancel()
        await asyncio.gather(*helpers, return_exceptions=True)
