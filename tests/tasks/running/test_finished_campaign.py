"""A finished campaign is told from its ledger alone; where anything is left to do, a run is needed."""

import asyncio
from pathlib import Path

import httpx
import pytest

from tasks.callbacks.outbox import Outbox
from tasks.callbacks.queue_events import Announcer
from tasks.callbacks.retry import Verdict
from tasks.ledger.ledger import Ledger
from tasks.planning.plan_campaign import plan_campaign
from tasks.records.campaign import Campaign
from tasks.records.campaign_event import CampaignEnd, campaign_event
from tasks.records.keys import EVENTS, SANDBOX_MARK
from tasks.records.plan import Plan
from tasks.running.finished_campaign import finished_result, was_run_before
from tasks.storage.storage import CampaignStore
from tests.factories import PRICE_USD
from tests.factories import STARTED_AT as NOW
from tests.tasks.harness import VARIANTS, Api, Ended, run, without_engine  # noqa: F401  a fixture
from tests.tasks.receivers import OK

pytestmark = pytest.mark.usefixtures("without_engine")


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    """Three lamps."""
    return planned(tmp_path, "prompt,owner\nLamp 1,ann\nLamp 2,ann\nLamp 3,ann\n")


def planned(folder: Path, text: str, **options) -> Plan:
    """The plan of a matrix."""
    matrix = folder / "lamps.csv"
    matrix.write_text(text)
    return plan_campaign(Campaign(matrix=str(matrix), output=str(folder / "out"), variants=VARIANTS, **options))


def store_of(plan: Plan) -> CampaignStore:
    """Its files."""
    return CampaignStore.open(plan.campaign.output, plan.campaign.slug)


def ran(plan: Plan, api: Api | None = None) -> Ended:
    """A run of the campaign as it is planned."""
    return asyncio.run(run(store_of(plan), api or Api(), plan.cells))


def test_a_finished_campaign_needs_no_run(plan):
    """Its sums are those of the run that made it; nothing of it was spent now."""
    assert not was_run_before(plan.campaign)
    assert finished_result(plan) is None
    ran(plan)
    assert was_run_before(plan.campaign)
    result = finished_result(plan)
    assert result is not None
    assert (result.by_status, result.cost_usd, result.spent_usd) == ({"done": 3}, 3 * PRICE_USD, 0)
    assert (result.exit_code, result.folder) == (0, store_of(plan).root)


def test_its_manifest_and_page_are_written_anew(plan, tmp_path):
    """A lost one comes back, and a changed column of the matrix shows, without a request."""
    ran(plan)
    store = store_of(plan)
    store.delete("manifest.csv")
    store.delete("index.html")
    changed = planned(tmp_path, "prompt,owner\nLamp 1,bob\nLamp 2,ann\nLamp 3,ann\n")
    assert finished_result(changed) is not None
    assert b"bob" in store.read("manifest.csv")
    assert store.read("index.html")


def test_cells_that_failed_count_as_ended_until_they_are_tried_again(plan, tmp_path):
    """The exit code says that somebody must look; `--retry` makes it a run."""
    ran(plan, Api(refusal=httpx.Response(400)))
    result = finished_result(plan)
    assert result is not None
    assert (result.by_status, result.exit_code, len(result.troubles)) == ({"failed": 3}, 1, 1)
    again = planned(tmp_path, "prompt,owner\nLamp 1,ann\nLamp 2,ann\nLamp 3,ann\n", retry=("failed",))
    assert finished_result(again) is None


@pytest.mark.parametrize("missing", ["nothing", "a cell's end", "the campaign's end", "a delivery"])
def test_where_all_has_been_told_nobody_waits_for_a_run(tmp_path, missing: str):
    """A URL that is named for the first time, or a callback that waits, needs one."""
    outcomes = ran(planned(tmp_path, "prompt\nLamp 1\nLamp 2\n")).outcomes
    plan = planned(tmp_path, "prompt\nLamp 1\nLamp 2\n", callback_url="https://example.com/a https://example.com/b")
    store = store_of(plan)
    announcer = Announcer.open(plan.campaign, outbox := Outbox(store))
    events = [event for cell in plan.cells for event in announcer.queue_cell(cell, outcomes[cell.cell_id])]
    end = campaign_event("lamps", "lamps", store.address, CampaignEnd(counts={"done": 2}, cost_usd=PRICE_USD), NOW)
    events += announcer.queue(end, announcer.id_of_completion(), plan.campaign.callback_urls)
    assert len(events) == 6
    for event in events:
        is_last = event == events[-1]
        if (missing, event) == ("a cell's end", events[0]) or (missing == "the campaign's end" and is_last):
            store.delete(event.delivery.key(EVENTS))
        elif not (missing == "a delivery" and is_last):
            outbox.note(event.delivery, 1, OK, Verdict("delivered"), NOW)
    assert (finished_result(plan) is not None) == (missing == "nothing")


@pytest.mark.parametrize("change", ["a new row", "a lost variant", "a cell in flight", "a trial"])
def test_where_anything_is_left_to_do_a_run_is_needed(plan, tmp_path, change: str):
    """Also where the sandbox has made what a paid run would take for its own."""
    ran(plan)
    store = store_of(plan)
    if change == "a new row":
        plan = planned(tmp_path, "prompt,owner\nLamp 1,ann\nLamp 2,ann\nLamp 3,ann\nLamp 4,ann\n")
    elif change == "a cell in flight":
        ended = f"ledger/ends/{plan.cells[0].cell_id}.1.done.json"
        store.delete(ended)
        assert not Ledger(store, "another").intend(plan.cells[0], 1)
    elif change == "a trial":
        store.write(SANDBOX_MARK, b"{}")
    else:
        store.delete(f"variants/{store.names('variants')[0]}")
    assert finished_result(plan) is None
