"""Whoever watches a campaign's shards gives them up where he cannot look at them for minutes, and not sooner."""

import asyncio
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from prefect.client.schemas.objects import StateType
from prefect.exceptions import ObjectNotFound
from prefect.logging import disable_run_logger

from flows.campaign_run import run_shards as module
from flows.campaign_run.hand_out import Handed
from flows.campaign_run.run_shards import LOOK_EVERY_S, PATIENCE_S, Shard, watch
from tasks.errors import ServerLost, ShardCancelled
from tasks.records.campaign import Campaign, Plan
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
