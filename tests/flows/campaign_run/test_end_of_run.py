"""A run that a worker ends is interrupted first, and ends in Prefect as what it is."""

import asyncio
import contextlib
import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from prefect.client.schemas.objects import FlowRun, State
from prefect.context import FlowRunContext
from prefect.exceptions import TerminationSignal
from prefect.logging import disable_run_logger
from prefect.states import Cancelling

from flows.campaign import AT_THE_END, campaign
from flows.campaign_run import end_of_run as module
from flows.campaign_run.end_of_run import WorkerReporter, end_of_run
from flows.campaign_run.run_shards import unless_interrupted
from tasks.callbacks.outbox import Outbox
from tasks.errors import CreditsExhausted, Interrupted
from tasks.ledger.ledger import Ledger
from tasks.records.result import CampaignResult
from tasks.reporting.reporter import Reporter, reporter, watched_by
from tasks.running.announce_cells import announce_campaign
from tasks.storage.storage import CampaignStore
from tests.factories import a_cell, an_outcome

RESULT = CampaignResult(name="Tea", folder="tea", cells=1, by_status={"done": 1}, cost_usd="0.08")


async def interrupted_run(why: str = "") -> CampaignResult:
    """A run that is told to end at once, by a signal of the system unless for another reason."""
    interruption = asyncio.create_task(reporter().interruption())
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
    worker = WorkerReporter()
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
            assert asyncio.run(end_of_run(run(), is_cancelled=answer)).is_cancelled()
        else:
            with pytest.raises(TerminationSignal):
                asyncio.run(end_of_run(run(), is_cancelled=answer))


def test_other_ends_are_left_alone():
    """A result completes the run; an interruption by a shard or a terminal fails it, as before."""
    state = asyncio.run(end_of_run(finished_run()))
    assert (state.is_completed(), state.message) == (True, "1 done")
    with pytest.raises(Interrupted, match="a shard"):
        asyncio.run(end_of_run(interrupted_run("a shard")))


def test_a_run_that_is_watched_is_left_to_whoever_watches():
    """The terminal looks after signals itself."""
    watcher = Reporter()

    async def who() -> CampaignResult:
        assert reporter() is watcher
        return RESULT

    with watched_by(watcher):
        assert asyncio.run(end_of_run(who())).is_completed()


@pytest.fixture
def flow_run(tmp_path: Path) -> Iterator[FlowRun]:
    """The run of a campaign that has made an image, and whose end somebody wants to be told of."""
    Ledger(CampaignStore.open(str(tmp_path), "lamps"), "run").note_end(an_outcome(a_cell()))
    parameters = {"matrix": "lamps.csv", "output": str(tmp_path), "callback_url": "https://example.com/", "shards": 2}
    flow_run = FlowRun(flow_id=uuid4(), parameters=parameters, run_count=1)
    with FlowRunContext.model_construct(flow=campaign, flow_run=flow_run), disable_run_logger():
        yield flow_run


def told(flow_run: FlowRun) -> list[tuple[str, str | None]]:
    """The events in the campaign's outbox, with why."""
    outbox = Outbox(CampaignStore.open(flow_run.parameters["output"], "lamps"))
    bodies = [json.loads(event.body) for event in outbox.read_many(outbox.queued())]
    return [(body["event"], body["error"]) for body in bodies]


async def bankrupt_run() -> CampaignResult:
    """A run that something stops."""
    raise CreditsExhausted("Top up the account (402)")


async def yes() -> bool:
    """The run was cancelled."""
    return True


async def no() -> bool:
    """The process was asked to end, and not by whoever cancels runs."""
    return False


@pytest.mark.parametrize(
    ("run", "is_cancelled", "event"),
    [
        (finished_run, no, ("campaign.completed", None)),
        (bankrupt_run, no, ("campaign.failed", "Top up the account (402)")),
        (interrupted_run, yes, ("campaign.failed", "The run was cancelled")),
        (interrupted_run, no, ("campaign.failed", "The run crashed")),
    ],
)
def test_a_run_that_ends_by_itself_tells_so_without_prefects_hooks(flow_run, run, is_cancelled, event):
    """They come when the server has taken the state, and a worker leaves them out where the process is gone by then."""

    async def end() -> None:
        with contextlib.suppress(CreditsExhausted, TerminationSignal):
            await end_of_run(run(), [announce_campaign], is_cancelled=is_cancelled)

    asyncio.run(end())
    assert told(flow_run) == [event]


def test_the_workers_hook_tells_nothing_twice(flow_run):
    """It may run as well, in a process of its own, of the run as the server knows it."""
    asyncio.run(end_of_run(interrupted_run(), [announce_campaign], is_cancelled=yes))
    of_the_server = FlowRun(id=flow_run.id, flow_id=flow_run.flow_id, parameters=flow_run.parameters, run_count=1)
    asyncio.run(announce_campaign(campaign, of_the_server, Cancelling()))
    assert told(flow_run) == [("campaign.failed", "The run was cancelled")]
    again = of_the_server.model_copy(update={"run_count": 2})
    asyncio.run(announce_campaign(campaign, again, Cancelling()))
    assert len(told(flow_run)) == 2, "cancelled once more, after the UI has run it again"


def test_a_hook_that_fails_keeps_no_other_back_and_changes_no_end(flow_run):
    """Prefect's server may be away, or the storage."""
    ended: list[str] = []

    async def failing(*_: object) -> None:
        raise OSError("away")

    async def hearing(flow: object, run: FlowRun, state: State) -> None:
        assert (flow, run) == (campaign, flow_run)
        ended.append(state.type.value)

    state = asyncio.run(end_of_run(interrupted_run(), [failing, hearing], is_cancelled=yes))
    assert (state.type.value, ended) == ("CANCELLED", ["CANCELLED"])


def test_the_run_and_prefect_do_the_same_at_the_end():
    """One that is killed before it comes to its end has its worker do it."""
    assert campaign.on_cancellation_hooks == campaign.on_crashed_hooks == [*AT_THE_END]
