"""A process that is killed at any moment loses nothing and pays nothing twice, and the next run goes on."""

import random

import pytest

from tests.chaos.conftest import Make, is_long

LEDGER = "tasks.ledger.ledger:Ledger"
STORE = "tasks.storage.storage:CampaignStore"
API = "tasks.api.ideogram:IdeogramClient.generate"
RENAME = "pathlib:Path.replace:after"

POINTS = {
    "intent": [f"{LEDGER}.intend:before:2", f"{LEDGER}.intend:after:3", "os:link:before:1", "os:link:after:5"],
    "request": [f"{API}:before:1", f"{API}:before:4", f"{API}:after:1", f"{API}:after:3"],
    "answer": [f"{LEDGER}.note_answer:before:2", f"{LEDGER}.note_answer:after:1", f"{LEDGER}.note_answer:after:3"],
    "original": [
        "tasks.asking.fetch:download:before:2",
        "tasks.asking.fetch:download:after:1",
        f"{RENAME}:3",
        f"{RENAME}:4",
    ],
    "variants": ["tasks.make_variants:cut_all:before:1", "tasks.make_variants:cut_all:after:2", f"{RENAME}:7"],
    "end": [f"{LEDGER}.note_end:before:1", f"{LEDGER}.note_end:after:2"],
}
IMAGE = "tasks.generate_image"
IN_VAIN = [
    f"{IMAGE}:download:after:1",
    f"{IMAGE}:decode:before:1",
    "tasks.storage.disk:move:before:1",
    "tasks.storage.disk:move:after:1",
    f"{LEDGER}.note_end:before:1",
]
PUBLISH = [
    "tasks.publishing.campaign_files:campaign_files:after:1",
    f"{LEDGER}.copy_outcomes:before:1",
    f"{LEDGER}.copy_outcomes:after:1",
    "tasks.running.begin_run:standing:after:1",
]


def test_two_kills_lose_nothing(make_campaign: Make):
    """Killed after an answer that nobody noted, and between a stored original and its end."""
    campaign = make_campaign(7)
    campaign.run(point=f"{API}:after:1")
    campaign.run(point=f"{LEDGER}.note_end:before:1")
    assert campaign.kills == 2
    assert campaign.end()["done"] >= 3, "only what was in flight is not known"


@is_long
@pytest.mark.timeout(600)
@pytest.mark.parametrize("points", POINTS.values(), ids=POINTS)
def test_killed_at_every_point(make_campaign: Make, points: list[str]):
    """Before and after each step between a plan and an end; what was answered and noted is always kept."""
    campaign = make_campaign(6 * len(points))
    for point in points:
        campaign.run(point=point)
    assert campaign.kills == len(points), campaign.log
    campaign.finish()


@is_long
@pytest.mark.timeout(600)
def test_killed_with_an_image_that_cannot_be_read(make_campaign: Make):
    """Between its download and its end: what came is kept once, the end names it, and nothing is paid again."""
    campaign = make_campaign(1)
    campaign.prompts = ("[sandbox:truncated] a lamp",)
    for point in IN_VAIN:
        campaign.run(point=point)
    assert campaign.kills == len(IN_VAIN), campaign.log
    campaign.run()
    (torn,) = campaign.rows()
    kept = f"{torn['cell_id']}.unreadable"
    assert torn["status"] == "failed", campaign.log
    assert f"originals/{kept}" in torn["error"]
    assert campaign.store().names("originals") == [kept]
    assert campaign.bill()["billed"] == 1


@is_long
@pytest.mark.timeout(600)
def test_killed_while_it_publishes(make_campaign: Make):
    """Everything is paid and stored: each next run pays nothing, and the last writes what is missing."""
    campaign = make_campaign(4)
    for point in PUBLISH:
        campaign.run(point=point)
    assert campaign.kills == len(PUBLISH), campaign.log
    assert campaign.finish() == {"done": 4}
    assert campaign.bill()["requests"] == 4


@is_long
@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", range(2))
def test_killed_at_random(make_campaign: Make, seed: int):
    """Some time after some requests have left."""
    chance = random.Random(seed)
    campaign = make_campaign(40)
    for _ in range(4):
        campaign.kill_after(chance.uniform(0, 0.6), chance.randint(1, 6))
    assert campaign.kills == 4
    campaign.finish()
