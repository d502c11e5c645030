"""Runs the lanes of a campaign, and the cutting of variants behind them, until every cell has ended."""

import asyncio
import os
from collections.abc import AsyncIterator
from collections.abc import Set as AbstractSet
from contextlib import asynccontextmanager
from typing import Final

from prefect import get_client, get_run_logger
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.actions import GlobalConcurrencyLimitUpdate
from prefect.exceptions import ObjectNotFound

from tasks.begin_run import LOOK_EVERY_S, resolve_begun
from tasks.clients.runs import Watcher
from tasks.lane import TAG, keep_lane, tell_when_none_is_granted
from tasks.models.outcome import Status
from tasks.settle_cell import cut_stored
from tasks.toolbox import Toolbox

CUTTERS_MORE_THAN_CORES: Final = 2
"""While one stores what it has cut, another computes."""


async def run_lanes(tools: Toolbox, places: int, retry: AbstractSet[Status]) -> None:
    """Return when every cell has ended, or the campaign was stopped and what was in flight has ended."""
    work, watcher = tools.work, Watcher(tools.store)
    async with beside(tools):
        await resolve_begun(tools, watcher, retry)
        while work.has_cells_waiting or (work.begun and work.stopped_by is None):
            numbers = range(1, min(places, len(work.waiting)) + 1)
            await asyncio.gather(*(keep_lane(number) for number in numbers))
            await resolve_begun(tools, watcher, retry)
            if work.begun and not work.waiting:
                await asyncio.sleep(LOOK_EVERY_S)
        await work.stored.join()


@asynccontextmanager
async def beside(tools: Toolbox) -> AsyncIterator[None]:
    """What runs beside the lanes: the cutters, and who says why nothing moves."""
    cutters = (os.cpu_count() or 1) + CUTTERS_MORE_THAN_CORES
    helpers = [asyncio.create_task(cut_stored(tools)) for _ in range(cutters)]
    helpers.append(asyncio.create_task(tell_when_none_is_granted(tools)))
    try:
        yield
    finally:
        for helper in helpers:
            helper.cancel()
        await asyncio.gather(*helpers, return_exceptions=True)


async def agreed_places(asked: int, *, owns_limit: bool, is_alone: bool) -> int:
    """How many places this run may take, by Prefect's limit for the tag.

    Creates the limit where there is none; on a shared server an existing one rules. `owns_limit`: nobody else sets
    limits on this server. `is_alone`: no other run is alive on it, so places that are taken are those of a killed one.
    """
    async with get_client() as prefect:
        limit = await current_limit(prefect)
        if limit is None or (owns_limit and limit != asked):
            await prefect.create_concurrency_limit(tag=TAG, concurrency_limit=asked)
            limit = asked
        if is_alone:
            await prefect.update_global_concurrency_limit(f"tag:{TAG}", GlobalConcurrencyLimitUpdate(active_slots=0))
    if limit < asked:
        get_run_logger().warning("The server's limit for the tag %r is %d, not the %d asked for", TAG, limit, asked)
    return min(asked, limit)


async def current_limit(prefect: PrefectClient) -> int | None:
    """The tag's limit; None where there is none."""
    try:
        return (await prefect.read_global_concurrency_limit_by_name(f"tag:{TAG}")).limit
    except ObjectNotFound:
        return None
