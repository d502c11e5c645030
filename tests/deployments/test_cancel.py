"""A campaign that somebody cancels in Prefect's UI leaves everything in order, and is gone on with by the same form."""

import asyncio
import csv
import time
from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import pytest
from prefect import get_client
from prefect.client.schemas.objects import FlowRun
from prefect.deployments import run_deployment
from prefect.states import Cancelling

from deployments.setup import main
from sandbox.options import SandboxOptions
from sandbox.server import running_sandbox
from tests.chaos.conftest import is_long
from tests.deployments.workers import a_worker, end_of
from tests.tasks.receivers import listening

CELLS, PLACES = 64, 4
OPTIONS = SandboxOptions(places=2 * PLACES, latency_range_s=(1.0, 2.0), plain_pictures=True)
PARAMETERS = {
    "matrix": "lamps.csv",
    "max_in_flight": PLACES,
    "variants": [{"name": "og", "width": 120, "height": 63}],
    "callback_events": ["campaign.completed", "campaign.failed"],
}


def started(**parameters: Any) -> FlowRun:
    """A run of the campaign, with the same parameters each time."""
    run = run_deployment("campaign/campaign", parameters=PARAMETERS | parameters, timeout=0)
    assert isinstance(run, FlowRun)
    return run


def cancel(run: FlowRun) -> None:
    """What the UI's button does."""

    async def ask() -> None:
        async with get_client() as prefect:
            await prefect.set_flow_run_state(run.id, Cancelling())

    asyncio.run(ask())


def bill_of(api: str) -> dict[str, Any]:
    """What the API has counted."""
    return dict(httpx.get(f"{api}/stats", trust_env=False).json())


def statuses_in(home: Path) -> Counter[str]:
    """How the cells stand in the manifest."""
    text = (home / "campaigns" / "lamps" / "manifest.csv").read_text(encoding="utf-8-sig")
    return Counter(row["status"] for row in csv.DictReader(text.splitlines()))


@is_long
@pytest.mark.timeout(300)
@pytest.mark.usefixtures("server")
@pytest.mark.parametrize("shards", [1, 2])
def test_a_cancelled_campaign_is_in_order_and_goes_on(tmp_path: Path, shards: int):
    """What is in flight arrives and is listed, nothing more is asked for, and the next run pays for what is missing."""
    assert main([]) == 0
    with (tmp_path / "lamps.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["prompt"], *([f"Lamp {number}"] for number in range(CELLS))])
    with running_sandbox(OPTIONS) as api, listening() as receiver:
        env = {"IDEOGRAM_BASE_URL": api, "IDEOGRAM_API_KEY": "any", "CALLBACK_ALLOW_PRIVATE": "1"}
        with a_worker(tmp_path, **env) as log:
            run = started(callback_url=receiver.url, shards=shards)
            while bill_of(api)["billed"] < 2 * PLACES:
                time.sleep(0.1)
            cancel(run)
            run = end_of(run)
            said, statuses, bill = log.read_text(), statuses_in(tmp_path), bill_of(api)
            assert run.state is not None
            assert run.state.type.value == "CANCELLED", said
            if shards == 1:
                assert statuses == {"done": bill["requests"], "pending": CELLS - bill["requests"]}, said
            assert sum(statuses.values()) == CELLS
            assert bill["requests"] < CELLS

            again = end_of(started(callback_url=receiver.url, shards=shards))
            bill = bill_of(api)
    assert again.state is not None
    assert (again.state.type.value, again.state.message) == ("COMPLETED", f"{CELLS} done")
    assert statuses_in(tmp_path) == {"done": CELLS}
    assert (bill["billed"], len(bill["prompts"])) == (CELLS, CELLS)
    told = [(event["event"], event["error"]) for event in receiver.events]
    assert told[:1] == [("campaign.failed", "The run was cancelled")], log.read_text()
