"""Time that a process did not have is not over."""

import asyncio

import pytest

from tasks.api.patience import patience
from tests.waiting import pass_time, stop_time, time_passes


def test_what_takes_too_long_is_cut_off():
    """As with any time limit; what takes less is not."""

    async def scenario() -> None:
        stop_time()
        async with patience(10):
            await time_passes(9)
        with pytest.raises(TimeoutError):
            async with patience(10):
                await time_passes(11)

    asyncio.run(scenario())


def test_what_has_come_while_the_process_stood_still_is_looked_at():
    """It was there in time, as far as anybody can tell."""

    async def scenario() -> str:
        stop_time()
        async with patience(10):
            come = asyncio.get_running_loop().create_future()
            asyncio.get_running_loop().call_soon(come.set_result, "an answer")
            pass_time(3600)
            return await come

    assert asyncio.run(scenario()) == "an answer"


def test_the_time_is_given_once_more_and_not_for_ever():
    """Whoever says nothing after that has had it."""
    seen: list[str] = []

    async def scenario() -> None:
        stop_time()
        async with patience(10):
            pass_time(3600)
            await time_passes(9)
            seen.append("it was given")
            pass_time(3600)
            await asyncio.Event().wait()

    with pytest.raises(TimeoutError):
        asyncio.run(scenario())
    assert seen == ["it was given"]


def test_a_limit_that_was_kept_leaves_nothing_behind():
    """Nobody is cut off by a limit that is no more, and an error goes through."""

    async def scenario() -> None:
        stop_time()
        with pytest.raises(ValueError, match="odd"):
            async with patience(10):
                raise ValueError("odd")
        await time_passes(20)

    asyncio.run(scenario())
