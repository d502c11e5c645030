"""A run that a worker ends is interrupted first, and ends in Prefect as what it is."""

import asyncio
import os
import signal

import pytest
from prefect.exceptions import TerminationSignal

from flows.campaign_run import end_of_run as module
from flows.campaign_run.end_of_run import WorkerFront, end_of_run
from flows.campaign_run.run_shards import unless_interrupted
from tasks.errors import Interrupted
from tasks.records.result import CampaignResult
from tasks.reporting.reporter import Front, front, watched_by

RESULT = CampaignResult(name="Tea", folder="tea", cells=1, by_status={"done": 1}, cost_usd="0.08")


async def interrupted_run(why: str = "") -> CampaignResult:
    """A run that is told to end at once, by a signal of the system unless for another reason."""
    interruption = asyncio.create_task(front().interruption())
    await asyncio.sleep(0)
    if not why:
        os.kill(os.getpid(), signal.SIGTERM)
        await interruption
    interruption.cancel()
    await asyncio.gather(interruption, return_exceptions=True)
    raise Interrupted(why or "The run was interrupted")


async def campaign_of_shards() -> CampaignResult:
    """A run that waits for others, until it is told to end at once."""

    async def wait() -> None:
        await asyncio.sleep(0)
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.sleep(60)

    await unless_interrupted(wait())
    return RESULT


async def finished_run() -> CampaignResult:
    """A run that nothing happens to."""
    return RESULT


def test_the_signal_is_an_interruption_and_has_its_old_meaning_again():
    """Whoever asked for it before gets the next one."""
    before = signal.getsignal(signal.SIGTERM)
    worker = WorkerFront()
    with watched_by(worker), pytest.raises(Interrupted):
        asyncio.run(interrupted_run())
    assert worker.is_terminated
    assert signal.getsignal(signal.SIGTERM) is before


@pytest.mark.parametrize("is_cancelled", [True, False])
def test_a_run_that_was_terminated_ends_as_what_it_is(monkeypatch: pytest.MonkeyPatch, is_cancelled: bool):
    """Cancelled where somebody has cancelled it, else crashed, which is what Prefect takes the signal for."""

    async def answer() -> bool:
        return is_cancelled

    monkeypatch.setattr(module, "is_cancelling", answer)
    for run in (interrupted_run, campaign_of_shards):
        if is_cancelled:
            assert asyncio.run(end_of_run(run())).is_cancelled()
        else:
            with pytest.raises(TerminationSignal):
                asyncio.run(end_of_run(run()))


def test_other_ends_are_left_alone():
    """A result completes the run; an interruption by a shard or a terminal fails it, as before."""
    state = asyncio.run(end_of_run(finished_run()))
    assert (state.is_completed(), state.message) == (True, "1 done")
    with pytest.raises(Interrupted, match="a shard"):
        asyncio.run(end_of_run(interrupted_run("a shard")))


def test_a_run_that_is_watched_is_left_to_whoever_watches():
    """The terminal looks after signals itself."""
    watcher = Front()

    async def who() -> CampaignResult:
        assert front() is watcher
        return RESULT

    with watched_by(watcher):
        assert asyncio.run(end_of_run(who())).is_completed()
