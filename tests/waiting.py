"""How tests wait: for what they can see and never for a time; where time has to pass they turn the loop's clock."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

LIMIT_S: Final = 60.0
"""Reached only where something is wrong: a machine that is busy, or stands still for a while, is not."""
LOOK_EVERY_S: Final = 0.02
STEP_S: Final = 0.25


def until(
    is_so: Callable[[], object],
    said: Callable[[], object] = lambda: "it did not come to pass",
    within_s: float = LIMIT_S,
) -> None:
    """Return as soon as it is so. Fails with what is `said` by then if it never is."""
    last = time.monotonic() + within_s
    while not is_so():
        assert time.monotonic() < last, said()
        time.sleep(LOOK_EVERY_S)


async def seen(is_so: Callable[[], object]) -> None:
    """Return as soon as it is so, while all else of this loop goes on. Fails if it never is."""
    async with asyncio.timeout(LIMIT_S):
        while not is_so():  # noqa: ASYNC110  as a person would watch it
            await asyncio.sleep(LOOK_EVERY_S)


async def time_passes(seconds: float) -> None:
    """Turn the loop's clock ahead in small steps, between which everything goes on."""
    for _ in range(round(seconds / STEP_S)):
        pass_time(STEP_S)
        await asyncio.sleep(0)


def pass_time(seconds: float) -> None:
    """Turn the clock of the running loop ahead at once, as if the process had stood still for so long."""
    _clock().ahead_s += seconds


def stop_time() -> None:
    """Stop the clock of the running loop: nothing takes long on it but what a test lets pass."""
    clock = _clock()
    clock.stopped_at_s = clock.real()


@dataclass
class _Clock:
    """A loop's clock that can be turned."""

    real: Callable[[], float]
    ahead_s: float = 0.0
    stopped_at_s: float | None = None

    def __call__(self) -> float:
        """The time it shows."""
        return (self.real() if self.stopped_at_s is None else self.stopped_at_s) + self.ahead_s


def _clock() -> _Clock:
    loop = asyncio.get_running_loop()
    if not isinstance(loop.time, _Clock):
        loop.time = _Clock(loop.time)
    return loop.time
