"""Shows others that this run is alive, and looks whether they are."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Final

from prefect.runtime import flow_run

from tasks.errors import StorageFailed
from tasks.ledger.heartbeats import BEAT_EVERY_S, heartbeat_key, this_run
from tasks.run_state.toolbox import Toolbox

LATE_AFTER_S: Final = 2 * BEAT_EVERY_S
"""A run between two of whose beats is so much time stood still, and may have been taken for dead."""


@asynccontextmanager
async def shown_alive(tools: Toolbox) -> AsyncIterator[None]:
    """Show others that this run is alive: before its first intent, and until nothing of it can end any more.

    Raises StorageFailed where that cannot be shown.
    """
    await show_beat(tools)
    beating = asyncio.create_task(keep_beating(tools))
    try:
        yield
    finally:
        beating.cancel()
        await asyncio.gather(beating, return_exceptions=True)
        with suppress(StorageFailed):
            await tools.on_storage_thread(tools.watcher.take_away, tools.ledger.run_id)


async def show_beat(tools: Toolbox) -> None:
    """Show one more beat of this run. Raises StorageFailed."""
    heartbeat = this_run(tools.ledger.run_id, tools.others.beat(), flow_run.id)
    await tools.on_storage_thread(tools.store.write, heartbeat.key, heartbeat.model_dump_json().encode())


async def keep_beating(tools: Toolbox) -> None:
    """Show beat after beat until cancelled, and look at the others' before each."""
    clock, own = asyncio.get_running_loop().time, heartbeat_key(tools.ledger.run_id)
    shown_at = clock()
    while True:
        await asyncio.sleep(BEAT_EVERY_S)
        is_there = True
        with suppress(StorageFailed):
            is_there = own in await tools.on_storage_thread(tools.watcher.sweep, tools.ledger.run_id)
        with suppress(StorageFailed):  # the next beat may get through; others wait several
            await show_beat(tools)
        if not is_there or clock() - shown_at > LATE_AFTER_S:
            tools.others.settle(None)
        shown_at = clock()
