"""Whoever watches a campaign's shards gives them up where he cannot look at them for minutes, and not sooner."""

import asyncio
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import httpx
import pytest
from prefect.client.schemas.filters import FlowRunFilter
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.exceptions import ObjectNotFound
from prefect.logging import disable_run_logger
from prefect.states import Cancelled, Cancelling, Completed, Crashed, Failed, Running, Suspended

from flows.campaign import campaign
from flows.campaign_run import end_shards
from flows.campaign_run import run_shards as module
from flows.campaign_run.end_shards import cancel_shards
from flows.campaign_run.hand_out import Handed
from flows.campaign_run.run_shards import LOOK_EVERY_S, LOST_AFTER_S, PATIENCE_S, Shard, run_shards, started, watch
from tasks.errors import ServerLost, ShardCancelled
from tasks.records.campaign import Campaign
from tasks.records.plan import Plan
from tasks.storage.storage import CampaignStore
from tests.waiting import pass_time, stop_time

AWAY = httpx.ConnectError("gone")
PLAN: Any = SimpleNamespace(cell_count=0, cells=(), campaign=SimpleNamespace(slug="lamps"))


def watched(
    folder, monkeypatch: pytest.MonkeyPatch, *looks: float | None, paused_s: float = 0.0, failing: Exception = AWAY
) -> Shard:
    """A shard that was watched: each look at its run fails after some seconds, or finds it completed."""
    waiting = list(looks)
    shard = Shard(1, SimpleNamespace(id="run-1"), Handed(Campaign(matrix="lamps.csv")))

    async def look(run_id: str | None) -> SimpleNamespace:
        if run_id is None:  # this run's own
            return SimpleNamespace()
        took_s = waiting.pop(0)
        asyncio.get_running_loop().call_soon(pass_time, LOOK_EVERY_S)  # it waits so long until it looks again
        if took_s is None:
            return SimpleNamespace(state=SimpleNamespace(type=StateType.COMPLETED))
        pass_time(took_s)
        raise failing

    @asynccontextmanager
    async def without_server(*_: object):
        yield SimpleNamespace(read_flow_run=look)

    async def scenario() -> None:
        stop_time()
        watching = asyncio.create_task(watch(PLAN, CampaignStore.open(str(folder), "lamps"), [shard]))
        await asyncio.sleep(0)
        pass_time(LOOK_EVERY_S + paused_s)
        await watching

    for name in ("get_client", "progress_artifact"):
        monkeypatch.setattr(module, name, without_server)
    with disable_run_logger():
        asyncio.run(scenario())
    return shard


def test_a_server_that_is_away_for_minutes_ends_the_watch(tmp_path, monkeypatch):
    """Nobody learns any more how the shards stand."""
    with pytest.raises(ServerLost, match="could not be looked at for minutes: gone"):
        watched(tmp_path, monkeypatch, 0.0, 0.6 * PATIENCE_S, 0.6 * PATIENCE_S)


def test_a_server_that_comes_back_is_looked_at_again(tmp_path, monkeypatch):
    """And has its minutes again."""
    assert watched(tmp_path, monkeypatch, 0.0, 0.6 * PATIENCE_S, None).is_over


def test_a_process_that_stood_still_for_an_hour_has_not_missed_the_server_for_an_hour(tmp_path, monkeypatch):
    """Its connections may be dead when it wakes: it looks once more, before it cancels every shard."""
    assert watched(tmp_path, monkeypatch, 0.0, None, paused_s=3600).is_over


@pytest.mark.parametrize(("asked", "cells", "made"), [(99, 3, 3), (2, 3, 2), (1, 3, 1), (5, 0, 1)])
def test_there_are_no_more_shards_than_images(asked, cells, made):
    """A run with nothing to do would only take a worker's place."""
    campaign = Campaign(matrix="lamps.csv", shards=asked)
    assert Plan.model_construct(campaign=campaign, cell_count=cells).without_empty_shards().campaign.shards == made


def test_a_shard_that_somebody_deletes_ends_the_campaign(tmp_path, monkeypatch):
    """As one that is cancelled: the others are not left running."""
    with pytest.raises(ShardCancelled, match="was deleted"):
        watched(tmp_path, monkeypatch, 0.0, failing=ObjectNotFound(httpx.HTTPError("404")))


@asynccontextmanager
async def away():
    """A server that does not answer, as its client."""

    async def fail(*_: object, **__: object) -> None:
        raise AWAY

    yield SimpleNamespace(read_flow_run=fail)


def test_what_stopped_a_campaign_is_told_also_where_its_shards_cannot_be_cancelled(tmp_path, monkeypatch):
    """The server that is lost cannot be asked to; what the shards have made is published all the same."""

    async def lost(_plan: Plan, _store: CampaignStore, shards: list[Shard]) -> None:
        shards.append(Shard(1, SimpleNamespace(id="run-1"), Handed(Campaign(matrix="lamps.csv"))))
        raise ServerLost("not looked at for minutes")

    monkeypatch.setattr(module, "start_and_watch", lost)
    monkeypatch.setattr(end_shards, "get_client", away)
    with pytest.raises(ServerLost):
        asyncio.run(run_shards(PLAN, CampaignStore.open(str(tmp_path), "lamps")))


@pytest.mark.parametrize(
    ("state", "shards", "cancelled"),
    [
        (Cancelled(), 2, True),
        (Cancelling(), 2, True),
        (Failed(), 2, True),
        (Suspended(), 2, True),
        (Completed(), 2, False),
        (Crashed(), 2, False),
        (Cancelled(), 1, False),
    ],
)
def test_a_campaign_that_is_over_leaves_no_shard_running(monkeypatch, state, shards, cancelled):
    """Also one that was begun in the moment of the end; a machine that dies leaves those beside it alone."""
    ended = []

    @asynccontextmanager
    async def server():
        yield SimpleNamespace(read_flow_runs=begun, read_flow_run=stand, set_flow_run_state=end)

    async def begun(flow_run_filter: FlowRunFilter) -> list[SimpleNamespace]:
        assert flow_run_filter.parent_flow_run_id.any_ == [run.id]
        return [SimpleNamespace(id="over"), SimpleNamespace(id="running")]

    async def stand(run_id: str) -> SimpleNamespace:
        return SimpleNamespace(state=Completed() if run_id == "over" else Running())

    async def end(run_id: str, state: State) -> None:
        ended.append((run_id, state.type.value))

    monkeypatch.setattr(end_shards, "get_client", server)
    run = FlowRun(flow_id=uuid4(), parameters={"shards": shards})
    asyncio.run(cancel_shards(campaign, run, state))
    assert ended == ([("running", "CANCELLING")] if cancelled else [])


def test_a_campaign_that_is_resumed_or_retried_gets_shards_that_are_not_over(monkeypatch):
    """It is the same flow run once more: those that were cancelled are passed over, and one that runs on is taken."""
    states = {"1": Cancelled(), "2": Cancelled(), "3": Running()}

    async def arun(_: str, *, idempotency_key: str, **__: object) -> SimpleNamespace:
        number, _, times = idempotency_key.removeprefix("None-7-").partition("-")
        assert number == "1"
        return SimpleNamespace(id=idempotency_key, state=states[times or "1"])

    monkeypatch.setattr(module, "arun_deployment", arun)
    shard = asyncio.run(started(Handed(Campaign(matrix="lamps.csv")), 7))
    assert (shard.run.id, shard.attempt) == ("None-7-1-3", 1)


def test_a_shard_that_somebody_has_paused_is_waited_for():
    """It shows no life, and has not died: whoever paused it resumes it."""
    for state, is_lost in ((StateType.PAUSED, False), (StateType.RUNNING, True)):
        shard = Shard(1, SimpleNamespace(id="run-1"), Handed(Campaign(matrix="lamps.csv")), has_shown_life=True)
        shard.alive_at -= LOST_AFTER_S + 1
        assert shard.is_lost(state, is_living=False) == is_lost
