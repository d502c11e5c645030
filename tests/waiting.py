"""How tests wait: for what they can see and never for a time; where time has to pass they turn the loop's clock."""

import asyncio
import time
from collections.abc import Callable
from typing import Final

LIMIT_S: Final = 60.0
"""Reached only where something is wrong: a machine that is busy, or stands still for a while, is not."""
LOOK_EVERY_S: Final = 0.02


def until(is_so: Callable[[], object], said: Callable[[], object] = lambda: "it did not come to pass") -> None:
    """Return as soon as it is so. Fails with what is `said` by then if it never is."""
    last = time.monotonic() + LIMIT_S
    while not is_so():
        assert time.monotonic() < last, said()
        time.sleep(LOOK_EVERY_S)


async def seen(is_so: Callable[[], object]) -> None:
    """Return as soon as it is so, while all else of this loop goes on. Fails if it never is."""
    async with asyncio.timeout(LIMIT_S):
        while not is_so():  # noqa: ASYNC110  as a person would watch it
            await asyncio.sleep(LOOK_EVERY_S)


def pass_time(seconds: float) -> None:
    """Turn the clock of the running loop ahead: whoever waits with a time limit has waited so much longer."""
    loop = asyncio.get_running_loop()
    shown = loop.time
    loop.time = lambda: shown() + seconds
