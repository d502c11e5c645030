"""Runs the lanes of a campaign, and the cutting of variants behind them, until every cell has ended."""

import asyncio
import os
from typing import Final

from prefect import get_client, get_run_logger
from prefect.client.orchestration import PrefectClient
from prefect.exceptions import ObjectNotFound

from tasks.lane import TAG, keep_lane
from tasks.settle_cell import cut_stored
from tasks.toolbox import Toolbox

CUTTERS_MORE_THAN_CORES: Final = 2
"""While one stores what it has cut, another computes."""


async def run_lanes(tools: Toolbox, max_in_flight: int, *, owns_limit: bool) -> None:
    """Return when every cell that was started has ended. `owns_limit`: nobody else sets the account's limit."""
    async with get_client() as prefect:
        places = await agreed_places(prefect, max_in_flight, owns_limit=owns_limit)
    cutters = [asyncio.create_task(cut_stored(tools)) for _ in range((os.cpu_count() or 1) + CUTTERS_MORE_THAN_CORES)]
    try:
        await asyncio.gather(*(keep_lane(number) for number in range(1, min(places, len(tools.waiting)) + 1)))
        await tools.stored.join()
    finally:
        for cutter in cutters:
            cutter.cancel()


async def agreed_places(prefect: PrefectClient, asked: int, *, owns_limit: bool) -> int:
    """How many places this run may take. Creates the limit where there is none; one on a shared server rules."""
    try:
        limit = (await prefect.read_global_concurrency_limit_by_name(f"tag:{TAG}")).limit
    except ObjectNotFound:
        limit = None
    if limit is None or (owns_limit and limit != asked):
        await prefect.create_concurrency_limit(tag=TAG, concurrency_limit=asked)
        return asked
    if limit < asked:
        get_run_logger().warning(
            "The server's limit for the tag %r is %d: fewer places than the %d asked for", TAG, limit, asked
        )
    return min(asked, limit)
