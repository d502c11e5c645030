"""A run that a worker ends is interrupted first, and ends in Prefect as what it is."""

import asyncio
import contextlib
import json
import os
import signal
from collections.abc import Coroutine, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from prefect._flow_run_suspension import FlowRunSuspensionRequest, raise_if_flow_run_suspension_requested
from prefect.client.schemas.objects import FlowRun, State
from prefect.context import FlowRunContext
from prefect.exceptions import Pause, TerminationSignal
from prefect.logging import disable_run_logger
from prefect.states import Cancelling, Suspended

from flows.campaign import AT_THE_END, campaign
from flows.campaign_run import end_of_run as module
from flows.campaign_run.end_of_run import Asked, WorkerReporter, end_of_run
from flows.campaign_run.run_shards import unless_interrupted
from tasks.callbacks.outbox import Outbox
from tasks.errors import CreditsExhausted, InputInvalid, Interrupted
from tasks.ledger.ledger import Ledger
from tasks.records.result import CampaignResult
from tasks.reporting.reporter import Reporter, reporter, watched_by
from tasks.running.announce_cells import announce_campaign
from tasks.running.watch_run import RunCancelled, RunPaused
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


def answering(asked: Interrupted | None) -> Asked:
    """Somebody asks so of the run in Prefect, or nobody does."""

    async def answer() -> Interrupted | None:
        return asked

    return answer


def ended_as(running: Coroutine[Any, Any, CampaignResult], asked: Asked) -> str:
    """The type of the state that the run ends in."""
    shown: list[str] = []

    async def tell(state: State[Any]) -> None:
        shown.append(state.type.value)

    try:
        return asyncio.run(end_of_run(running, asked=asked, tell=tell)).type.value
    except TerminationSignal:
        return "CRASHED"
    except Pause:
        return shown[0]


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


@pytest.mark.parametrize(
    ("asked", "is_deployed", "ends_as"),
    [
        (RunCancelled("cancelled"), True, "CANCELLED"),
        (RunCancelled("cancelled"), False, "CANCELLED"),
        (RunPaused("paused"), True, "PAUSED"),
        (RunPaused("paused"), False, "CANCELLED"),
        (None, True, "CRASHED"),
    ],
)
def test_a_run_that_was_terminated_ends_as_what_it_is(monkeypatch, asked, is_deployed, ends_as):
    """Cancelled where somebody has cancelled it, else crashed, which is what Prefect takes the signal for.

    What was paused can be resumed where a worker runs it, and nowhere else.
    """
    monkeypatch.setattr(module, "what_is_asked", answering(asked))  # which waits for its shards
    deployed = FlowRun(flow_id=uuid4(), deployment_id=uuid4() if is_deployed else None)
    for run in (interrupted_run, campaign_of_shards):
        with FlowRunContext.model_construct(flow=campaign, flow_run=deployed), disable_run_logger():
            assert ended_as(run(), answering(asked)) == ends_as


@pytest.mark.parametrize(("asked", "ends_as"), [(RunCancelled("cancelled"), "CANCELLED"), (None, "PAUSED")])
def test_a_run_that_was_paused_is_left_to_whoever_resumes_it(asked, ends_as):
    """Also where that has happened by now: its state is another process's. It may have been cancelled since."""

    async def paused() -> CampaignResult:
        reporter().ended(RESULT)
        raise RunPaused("The run was paused")

    deployed = FlowRun(flow_id=uuid4(), deployment_id=uuid4())
    with FlowRunContext.model_construct(flow=campaign, flow_run=deployed), disable_run_logger():
        assert ended_as(paused(), answering(asked)) == ends_as


@pytest.mark.parametrize(
    ("by_status", "stopped", "ends_as", "told"),
    [
        ({"done": 2}, None, "Completed", "2 done"),
        ({"done": 1, "failed": 1}, None, "Failed", "Not all done: 1 done, 1 failed of 2 images; failed: run again"),
        ({"blocked": 2}, None, "Failed", "Not all done: 2 blocked of 2 images; blocked: change these prompts"),
        (
            {"unknown": 2},
            None,
            "Failed",
            "Not all done: 2 unknown of 2 images; unknown: may be paid",
        ),
        (
            {"done": 1, "pending": 1},
            CreditsExhausted("Top up (402)"),
            "Failed",
            "Stopped early: 1 done, 1 pending of 2 images. Top up (402)",
        ),
        (
            {"done": 1, "pending": 1},
            Interrupted("Ctrl-C"),
            "Cancelled",
            "Stopped early: 1 done, 1 pending of 2 images. Ctrl-C",
        ),
    ],
)
def test_the_state_says_what_the_exit_code_says(by_status, stopped, ends_as, told):
    """Green where every image is done and nowhere else, with the counts and what to do next; the name is Prefect's own.

    What waits for runs that have failed (an automation, a notification) hears of it.
    """
    result = CampaignResult(name="Tea", folder="tea", cells=2, by_status=by_status)

    async def run() -> CampaignResult:
        if stopped is None:
            return result
        reporter().ended(result.model_copy(update={"stopped_because": str(stopped)}))
        raise stopped

    state = asyncio.run(end_of_run(run(), asked=answering(None)))
    assert (state.name, state.message[: len(told)]) == (ends_as, told)
    if stopped is not None:
        assert state.data is stopped, "who started it is told why"
    elif ends_as == "Failed":
        assert state.data.result == result


def test_a_run_that_is_cancelled_in_the_moment_of_its_end_ends_as_cancelled():
    """Prefect takes no other end of a run that somebody has cancelled."""
    state = asyncio.run(end_of_run(finished_run(), asked=answering(RunCancelled("cancelled"))))
    assert (state.name, state.message) == ("Cancelled", "1 done")
    assert state.data.result == RESULT, "an inbox files its matrix"


def test_other_ends_are_left_alone():
    """A fault of this program is told as one, with where it happened; input that is refused, in a table."""

    async def failing(error: Exception) -> CampaignResult:
        raise error

    for error in (ZeroDivisionError(), InputInvalid.of(source="tea.csv", row=3, problem="is odd")):
        with pytest.raises(type(error)):
            asyncio.run(end_of_run(failing(error)))


def test_a_run_that_is_watched_is_left_to_whoever_watches():
    """The terminal looks after signals itself."""
    watcher = Reporter()

    async def who() -> CampaignResult:
        assert reporter() is watcher
        return RESULT

    with watched_by(watcher):
        assert asyncio.run(end_of_run(who(), asked=answering(None))).is_completed()


def test_no_task_ends_since_the_run_is_being_suspended():
    """It would take the others of its lane with it, and what they have paid for; afterwards Prefect may."""
    request = FlowRunSuspensionRequest()
    run = FlowRun(flow_id=uuid4(), deployment_id=uuid4())
    context = FlowRunContext.model_construct(flow=campaign, flow_run=run, flow_run_suspension_request=request)

    async def suspended() -> CampaignResult:
        request.mark_requested(Suspended())
        raise_if_flow_run_suspension_requested()
        return RESULT

    with context, disable_run_logger():
        assert asyncio.run(end_of_run(suspended(), asked=answering(None))).is_completed()
        with pytest.raises(Pause):
            raise_if_flow_run_suspension_requested()


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


yes = answering(RunCancelled("The run was cancelled in Prefect"))
no = answering(None)


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
            await end_of_run(run(), [announce_campaign], asked=is_cancelled)

    asyncio.run(end())
    assert told(flow_run) == [event]


def test_the_workers_hook_tells_nothing_twice(flow_run):
    """It may run as well, in a process of its own, of the run as the server knows it."""
    asyncio.run(end_of_run(interrupted_run(), [announce_campaign], asked=yes))
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

    state = asyncio.run(end_of_run(interrupted_run(), [failing, hearing], asked=yes))
    assert (state.type.value, ended) == ("CANCELLED", ["CANCELLED"])


def test_the_run_and_prefect_do_the_same_at_the_end():
    """One that is killed before it comes to its end has its worker do it."""
    assert campaign.on_cancellation_hooks == campaign.on_crashed_hooks == [*AT_THE_END]
