"""What the API has accepted to draw survives whatever kills a run: the next one fetches it by its id, unpaid."""

import random
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.buckets import Bucket, bucket, s3_server  # noqa: F401  fixtures
from tests.chaos.campaigns import KILLED, KilledCampaign
from tests.chaos.conftest import Make, is_long

LEDGER = "tasks.ledger.ledger:Ledger"
LOOK = "tasks.api.ideogram:IdeogramClient.look"
STORE = "tasks.storage.storage:CampaignStore"
ELSEWHERE = Path(__file__).with_name("elsewhere.py")
OPTIONS = ("--max-in-flight", "4", "--model", "4.5", "--quality", "low")

AFTER_ACCEPTED = (
    f"{LEDGER}.note_answer:after:1",
    f"{LOOK}:before:1",
    f"{LOOK}:after:1",
    f"{LOOK}:after:4",
    f"{LEDGER}.note_answer:before:5",
    f"{LEDGER}.note_answer:after:5",
    "tasks.asking.fetch:download:before:1",
    "tasks.asking.fetch:download:after:2",
    "tasks.generate_image:first_key:before:1",
    "pathlib:Path.replace:after:6",
    "tasks.make_variants:cut_all:after:1",
    f"{LEDGER}.note_end:before:1",
    f"{LEDGER}.note_end:after:2",
)
"""Each step between the note of an id and the note of its cell's end."""
RANDOM_KILLS = 25


@pytest.fixture(params=["disk", "bucket"])
def where(request: pytest.FixtureRequest) -> dict[str, str]:
    """Where a campaign's files lie."""
    if request.param == "disk":
        return {}
    return {"output": f"{request.getfixturevalue('bucket').url}/campaigns"}


def accepted(make_campaign: Make, cells: int, **fields: Any) -> KilledCampaign:
    """A campaign of a model whose images are accepted and drawn after that."""
    return make_campaign(cells, options=OPTIONS, price_usd=Decimal("0.03"), **fields)


def check_paid(campaign: KilledCampaign) -> Counter[str]:
    """To its end: billed is what is done, exactly, and unknown is what was just being submitted."""
    counts = campaign.finish()
    unknown = [row["prompt"] for row in campaign.rows() if row["status"] == "unknown"]
    bill = campaign.bill()
    billed = sum(bill["prompts"].get(prompt, {"billed": 0})["billed"] for prompt in unknown)
    assert bill["billed"] == counts["done"] + billed, campaign.log
    assert bill["unknown_fields"] == {}
    names = {name.rpartition(".json")[0] for name in campaign.store().names("ledger/answers")}
    left = {f"{row['cell_id']}.1" for row in campaign.rows() if row["status"] == "unknown"}
    assert not names & left, "an id that was noted was not asked for"
    return counts


@is_long
@pytest.mark.timeout(900)
def test_killed_at_every_step_after_it_was_accepted(make_campaign: Make, where: dict[str, str]):
    """Nothing is unknown, but what other lanes were just submitting when the process died."""
    points = [point for point in AFTER_ACCEPTED if not (where and point.startswith("pathlib"))]
    campaign = accepted(make_campaign, 6 * len(points), **where)
    for point in points:
        campaign.run(point=point)
    assert campaign.kills == len(points), campaign.log
    counts = check_paid(campaign)
    assert counts["unknown"] <= 3 * len(points)


@is_long
@pytest.mark.timeout(900)
def test_killed_at_every_step_one_at_a_time(make_campaign: Make, where: dict[str, str]):
    """With one image in flight nothing else is being submitted: billed is what is done, and nothing is unknown."""
    points = [point for point in AFTER_ACCEPTED if not (where and point.startswith("pathlib"))]
    points = [point.rpartition(":")[0] + ":1" for point in points if "note_answer:before" not in point]
    campaign = accepted(make_campaign, 2 * len(points), **where)
    campaign.options = ("--max-in-flight", "1", *OPTIONS[2:])
    for point in points:
        campaign.run(point=point)
    assert campaign.kills == len(points), campaign.log
    assert check_paid(campaign) == {"done": 2 * len(points)}


@is_long
@pytest.mark.timeout(1800)
def test_killed_at_random(make_campaign: Make, where: dict[str, str]):
    """Twenty-five times, at any moment: what is billed is done, and what is unknown was being submitted."""
    chance = random.Random(7)
    campaign = accepted(make_campaign, 8 * RANDOM_KILLS, **where)
    for _ in range(RANDOM_KILLS):
        campaign.kill_after(chance.uniform(0, 0.6), chance.randint(1, 5))
    assert campaign.kills >= RANDOM_KILLS - 3, campaign.log
    check_paid(campaign)


@is_long
@pytest.mark.timeout(300)
def test_another_machine_collects_what_a_dead_one_has_submitted(
    make_campaign: Make,
    bucket: Bucket,  # noqa: F811
    tmp_path: Path,
):
    """Another home, the same bucket: by the ids alone, and nothing is asked for again."""
    campaign = accepted(make_campaign, 4, output=f"{bucket.url}/campaigns")
    assert campaign.run(point=f"{LOOK}:before:1").returncode == KILLED
    noted = {name.partition(".")[0] for name in campaign.store().names("ledger/answers")}
    other = {"PREFECT_HOME": str(tmp_path / "another-home"), "CHAOS_MACHINE": "another"}
    campaign.run(script=ELSEWHERE, env=other)
    rows, prompts = campaign.rows(), campaign.bill()["prompts"]
    collected = [row for row in rows if row["cell_id"] in noted]
    assert collected
    assert {(row["status"], prompts[row["prompt"]]["requests"]) for row in collected} == {("done", 1)}, campaign.log
    check_paid(campaign)
