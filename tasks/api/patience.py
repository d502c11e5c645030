"""A time limit for a process that may be stopped for a while, as a container is that somebody pauses."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

STOOD_STILL_S: Final = 0.5
"""So late a timer goes off only where the process stood still."""


@asynccontextmanager
async def patience(seconds: float) -> AsyncIterator[None]:
    """As `asyncio.timeout`, save that time which ran out while the process stood still is given once more.

    What has come meanwhile lies in the system's buffers: it would be thrown away unread.
    """
    loop = asyncio.get_running_loop()
    due = loop.time() + seconds
    async with asyncio.timeout_at(due) as limit:

        def look() -> None:
            if loop.time() - due > STOOD_STILL_S:
                limit.reschedule(loop.time() + seconds)

        # Of two timers that are due, the earlier one goes off first.
        timer = loop.call_at(due - 1e-3, look)
        try:
            yield
        finally:
            timer.cancel()
