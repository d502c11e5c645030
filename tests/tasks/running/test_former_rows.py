"""Images of rows that the matrix no longer has are told of, put aside when asked, and cost nothing when they return."""

import asyncio
import csv
import io

import pytest

from tasks.ledger.ledger import Ledger
from tasks.ledger.put_aside import REMOVED_MANIFEST
from tasks.planning.plan_campaign import plan_campaign
from tasks.publishing.recut import Recut, RecutResult
from tasks.publishing.recut_campaign import recut_campaign
from tasks.records.campaign import Campaign
from tasks.records.plan import Plan
from tasks.reporting.endings import came_to
from tasks.running.finished_campaign import finished_result
from tasks.running.plan_retry import plan_dry_run
from tasks.running.settle_variants import settle
from tasks.storage.storage import CampaignStore
from tests.factories import PRICE_USD
from tests.tasks.harness import VARIANTS, Api, Ended, run, without_engine  # noqa: F401  a fixture

pytestmark = pytest.mark.usefixtures("without_engine")


@pytest.fixture(params=["{tmp}/out", "memory://{name}"])
def waves(request, tmp_path):
    """Plans of one campaign whose matrix has these lamps, on a disk and in what is like a bucket."""
    output = request.param.format(tmp=tmp_path, name=tmp_path.name)

    def plan(*lamps: int) -> Plan:
        matrix = tmp_path / "lamps.csv"
        matrix.write_text("product\n" + "".join(f"Lamp {number}\n" for number in lamps))
        return plan_campaign(Campaign(matrix=str(matrix), output=output, variants=VARIANTS))

    return plan


def store_of(plan: Plan) -> CampaignStore:
    """Its files."""
    return CampaignStore.open(plan.campaign.output, plan.campaign.slug)


def ran(plan: Plan, api: Api | None = None) -> Ended:
    """A run of the campaign as it is planned."""
    store = store_of(plan)
    settle(Ledger(store, ""), plan)
    return asyncio.run(run(store, api or Api(), plan.cells))


def aside(store: CampaignStore) -> RecutResult:
    """What a person asks for who hands the folder on."""
    wanted = Recut(campaign_folder=store.root, put_aside=True)
    return recut_campaign(wanted, progress=lambda _done, _total: None)


def products(store: CampaignStore, key: str = "manifest.csv") -> list[str]:
    """Those of a manifest."""
    return [row["product"] for row in csv.DictReader(io.StringIO(store.read(key).decode("utf-8-sig"), newline=""))]


def test_what_is_left_of_an_earlier_wave_is_counted(waves):
    """With what it has cost, in the plan and in the summary; neither says so of a first wave."""
    ran(waves(1, 2))
    plan = waves(2, 3)
    told = plan_dry_run(plan.campaign.model_copy(update={"dry_run": True})).notes
    store = store_of(plan)
    assert told[-2:] == (
        (
            "1 image of rows that the matrix no longer has lies among the files; "
            f"python flows/recut_variants.py {store.root} --put-aside moves such images to removed/"
        ),
        (
            "run before: 1 of 2 images done, $0.16 spent, $0.08 of it on rows that the matrix no longer has; "
            "still to pay: 1 image, $0.08"
        ),
    )
    ran(plan)
    result = finished_result(plan)
    assert (result.cost_usd, result.former_usd, result.former_images) == (2 * PRICE_USD, PRICE_USD, 1)
    assert came_to(result) == (
        "2 done of 2 images. $0.16 for this matrix, $0.00 of it in this run; $0.24 for the campaign in all. "
        "1 image of rows that the matrix no longer has lies among the files"
    )
    assert ">Lamp 1</bdi>" in store.read("index.html").decode().partition('id="former"')[2]
    assert products(store) == ["Lamp 2", "Lamp 3"]


def test_what_is_put_aside_is_out_of_what_is_handed_on(waves):
    """With a manifest of its own, though the matrix that had it is gone; nothing that was paid is deleted."""
    ran(waves(1, 2, 3))
    plan = waves(3)
    store = store_of(plan)
    ran(plan)
    result = aside(store)
    assert (result.put_aside, result.removed) == (2, 4), "a variant and a preview of each"
    assert "2 images moved to removed/" in result.sentence()
    [cell_id] = [cell.cell_id for cell in plan.cells]
    assert store.names("originals") == [f"{cell_id}.png"]
    assert store.names("variants") == [f"{cell_id}-og.png"]
    assert sorted(products(store, REMOVED_MANIFEST)) == ["Lamp 1", "Lamp 2"]
    assert len(store.names("removed/originals")) == 2
    assert 'id="former"' not in store.read("index.html").decode()
    assert (finished_result(plan).former_images, finished_result(plan).former_usd) == (0, 2 * PRICE_USD)
    assert aside(store).put_aside == 0


@pytest.mark.parametrize("is_looked_at_first", [True, False])
def test_a_row_that_comes_back_costs_nothing(waves, is_looked_at_first):
    """Its image is moved back, and cut; a look moves nothing. The manifest of what lies aside has only what does."""
    ran(waves(1, 2, 3))
    ran(waves(3))
    plan = waves(1, 3)
    store = store_of(plan)
    aside(store)
    if is_looked_at_first:
        left = plan_dry_run(plan.campaign.model_copy(update={"dry_run": True})).left
        assert (left.made, left.cost_usd, left.most_usd) == (2, 0, 0)
        assert len(store.names("removed/originals")) == 2
    assert finished_result(plan) is None
    api = Api()
    assert ran(plan, api).statuses == ["done", "done"]
    assert not api.billed
    assert len(store.names("originals")) == len(store.names("variants")) == 2
    assert products(store, REMOVED_MANIFEST) == ["Lamp 2"]


def test_what_cannot_be_read_is_put_aside_and_taken_back_too(waves):
    """It is paid as well, and a retry reads it before it pays: it is counted, shown and listed like an image."""
    broken = Api(image=Api().image[:-30])
    assert ran(waves(1, 2), broken).statuses == ["failed", "failed"]
    plan = waves(2)
    store = store_of(plan)
    assert "1 image of rows that the matrix no longer has" in "".join(plan_dry_run(plan.campaign).notes)
    ran(plan)
    assert finished_result(plan).former_images == 1
    assert ">Lamp 1</bdi>" in store.read("index.html").decode().partition('id="former"')[2]
    plan = waves(1, 2)
    assert aside(store).put_aside == 1
    assert products(store, REMOVED_MANIFEST) == ["Lamp 1"]
    ran(plan)
    assert len(store.names("originals")) == 2
    assert store.names("removed/originals") == []


def test_what_a_run_publishes_while_it_is_waited_for_is_what_is_put_aside_by(waves):
    """The rows of its matrix are no former ones, though the campaign was published with others when the wait began."""
    ran(waves(1))
    plan = waves(2)
    store = store_of(plan)
    wanted = Recut(campaign_folder=store.root, put_aside=True)
    result = recut_campaign(wanted, progress=lambda _done, _total: None, wait=lambda *_: ran(plan))
    assert result.put_aside == 1
    assert products(store) == ["Lamp 2"]
    assert products(store, REMOVED_MANIFEST) == ["Lamp 1"]
    assert store.names("originals") == [f"{cell.cell_id}.png" for cell in plan.cells]
