"""Every button of a run in Prefect's UI leaves a campaign in order, and nothing is paid twice by going on with it."""

import asyncio
import csv
from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import pytest
from prefect import get_client
from prefect.client.schemas.objects import FlowRun
from prefect.deployments import run_deployment
from prefect.states import AwaitingRetry, Cancelling, Suspended

from deployments.setup import main
from sandbox.options import SandboxOptions
from sandbox.server import running_sandbox
from tests.chaos.conftest import is_long
from tests.deployments.workers import a_worker, end_of, look_at
from tests.tasks.receivers import listening
from tests.waiting import until

STARTS_WITHIN_S = 200
"""A worker, a run, and the runs of its shards: three processes one after the other, on a busy machine."""
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


async def press(run: FlowRun, button: str) -> None:
    """What the UI's button does; both of Prefect's UIs force the state, but the older one that of Retry."""
    states = {"Cancel": Cancelling(), "Pause": Suspended(timeout_seconds=300), "Retry": AwaitingRetry()}
    async with get_client() as prefect:
        if button == "Resume":
            await prefect.resume_flow_run(run.id)
        else:
            await prefect.set_flow_run_state(run.id, states[button], force=True)


def billed(api: str, count: int, log: Path) -> None:
    """Wait until so many images were made. Fails with what the worker has said if they never are."""
    until(lambda: bill_of(api)["billed"] >= count, said=log.read_text, within_s=STARTS_WITHIN_S)


def bill_of(api: str) -> dict[str, Any]:
    """What the API has counted."""
    return dict(httpx.get(f"{api}/stats", trust_env=False).json())


def statuses_in(home: Path) -> Counter[str]:
    """How the cells stand in the manifest."""
    text = (home / "campaigns" / "lamps" / "manifest.csv").read_text(encoding="utf-8-sig")
    return Counter(row["status"] for row in csv.DictReader(text.splitlines()))


@is_long
@pytest.mark.timeout(600)
@pytest.mark.usefixtures("server")
@pytest.mark.parametrize("shards", [1, 2])
def test_whatever_is_pressed_the_campaign_is_in_order_and_goes_on(tmp_path: Path, shards: int):
    """What is in flight arrives and is listed, nothing more is asked for, and what follows pays for what is missing."""
    assert main([]) == 0
    with (tmp_path / "lamps.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["prompt"], *([f"Lamp {number}"] for number in range(CELLS))])
    with running_sandbox(OPTIONS) as api, listening() as receiver:
        env = {"IDEOGRAM_BASE_URL": api, "IDEOGRAM_API_KEY": "any", "CALLBACK_ALLOW_PRIVATE": "1"}
        with a_worker(tmp_path, **env) as log:
            run = started(callback_url=receiver.url, shards=shards)
            billed(api, 2 * PLACES, log)
            asyncio.run(press(run, "Pause"))
            until(lambda: "Resume goes on" in (look_at(run).state.message or ""), said=log.read_text)
            paused, made = look_at(run), bill_of(api)["requests"]
            assert (paused.state.name, made < CELLS) == ("Suspended", True)
            assert statuses_in(tmp_path) == {"done": made, "pending": CELLS - made}, log.read_text()

            asyncio.run(press(run, "Resume"))
            billed(api, made + PLACES, log)
            asyncio.run(press(run, "Cancel"))
            run = end_of(run)
            made = bill_of(api)["requests"]
            assert (run.state.name, made < CELLS) == ("Cancelled", True), log.read_text()
            assert statuses_in(tmp_path) == {"done": made, "pending": CELLS - made}, log.read_text()

            if shards == 1:
                again = end_of(started(callback_url=receiver.url, shards=shards))
            else:
                # The run says first that it is cancelled, and its worker after it, whatever was pressed in between.
                until(lambda: "successfully" in (look_at(run).state.message or ""))
                asyncio.run(press(run, "Retry"))
                until(lambda: not look_at(run).state.is_final())
                again = end_of(run)
            bill = bill_of(api)
    assert (again.state.type.value, again.state.message) == ("COMPLETED", f"{CELLS} done")
    assert statuses_in(tmp_path) == {"done": CELLS}
    assert (bill["billed"], len(bill["prompts"])) == (CELLS, CELLS)
    told = [(event["event"], event["error"]) for event in receiver.events]
    assert told[:1] == [("campaign.failed", "The run was cancelled")], log.read_text()
