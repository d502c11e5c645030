"""A folder knows whose it is: another campaign is refused before it pays, the same one goes on however it is told."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tasks.errors import InputInvalid
from tasks.ledger.ledger import Ledger
from tasks.ledger.occupant import key_of
from tasks.planning.plan_campaign import plan_campaign
from tasks.records.campaign import Campaign
from tasks.records.keys import SANDBOX_MARK
from tasks.records.plan import Plan
from tasks.running import claim_folder as module
from tasks.running.claim_folder import claim_folder, holding, told_of_folder
from tasks.storage.storage import CampaignStore
from tests.tasks.harness import VARIANTS, Api, run, without_engine  # noqa: F401  a fixture

pytestmark = pytest.mark.usefixtures("without_engine")

LAMPS = ("Lamp 1", "Lamp 2", "Lamp 3", "Lamp 4")


def planned(folder: Path, *prompts: str, table: str = "de/products.csv", output: str = "", **options) -> Plan:
    """The plan of a campaign of these prompts."""
    matrix = folder / table
    matrix.parent.mkdir(exist_ok=True)
    matrix.write_text("\n".join(["prompt", *(prompts or LAMPS)]))
    asked = {"matrix": str(matrix), "output": output or str(folder / "out"), "variants": VARIANTS}
    return plan_campaign(Campaign(**{**asked, **options}))


def store_of(plan: Plan) -> CampaignStore:
    """Its files."""
    return CampaignStore.open(plan.campaign.output, plan.campaign.slug)


def claim(plan: Plan) -> None:
    """Take the folder for the campaign."""
    claim_folder(store_of(plan), plan)


def ran(plan: Plan, api: Api | None = None) -> None:
    """A run of the campaign."""
    claim(plan)
    assert asyncio.run(run(store_of(plan), api or Api(), plan.cells)).stopped_by is None


def whose(plan: Plan) -> str | None:
    """The address of the table of the campaign whose folder it is."""
    occupant = holding(store_of(plan)).occupant
    return occupant and occupant.matrix


def publish_as(plan: Plan, title: str) -> None:
    """What was published last had this name."""
    ledger = Ledger(store_of(plan), "")
    published = ledger.read_published()
    assert published is not None
    ledger.keep_published(published.model_copy(update={"title": title}))


@pytest.fixture
def ended_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever wrote a record until now is no more."""
    monkeypatch.setattr(module, "is_process_alive", lambda *_: False)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"table": "de/products.csv"}, {"table": "fr/products.csv", "prompts": ("Lampe 1", "Lampe 2")}),
        ({"name": "C#"}, {"name": "C++"}),
        ({"name": "Sale 50% (DE)"}, {"name": "Sale 50 DE"}),
        ({"name": "a" * 60 + " of spring"}, {"name": "a" * 60 + " of autumn"}),
        ({"sandbox": True, "name": "C#"}, {"name": "C++"}),
        ({"sandbox": True, "name": "C#"}, {"sandbox": True, "name": "C++"}),
    ],
)
def test_another_campaign_is_refused(tmp_path: Path, one: dict, other: dict):
    """Whose folder it is is told, and what to do; nothing in it changes."""
    first = planned(tmp_path, *one.pop("prompts", ()), **one)
    ran(first)
    second = planned(tmp_path, *other.pop("prompts", ()), **other)
    assert second.campaign.slug == first.campaign.slug
    before = holding(store_of(first))
    with pytest.raises(InputInvalid) as raised:
        claim(second)
    said = str(raised.value)
    for part in (
        second.campaign.title[:50],
        store_of(first).root,
        whose(first),
        "--name",
        "--output",
        "--same-campaign",
    ):
        assert part in said
    assert holding(store_of(first)) == before


@pytest.mark.parametrize(
    "again",
    [
        {"prompts": ("Lamp 5", "Lamp 6")},
        {"table": "moved/products.csv"},
        {"table": "moved/products.csv", "prompts": ("Lamp 1", "Lamp 2", "Lamp 5")},
        {"table": "moved/products.csv", "prompts": ("Lamp 3",)},
        {"table": "moved/products.csv", "prompts": (*LAMPS, *(f"Lamp {number}" for number in range(5, 50)))},
        {"name": "PRODUCTS"},
        {"table": "fr/products.csv", "prompts": ("Lampe 1",), "same_campaign": True},
        {"name": "Products!", "same_campaign": True},
    ],
    ids=str,
)
def test_the_same_campaign_goes_on(tmp_path: Path, again: dict):
    """Edited, moved, told otherwise, or because a person says so; the record is of the newest then."""
    ran(planned(tmp_path))
    later = planned(tmp_path, *again.pop("prompts", ()), **again)
    claim(later)
    assert whose(later) == later.campaign.matrix
    claim(later.model_copy(update={"campaign": later.campaign.model_copy(update={"same_campaign": False})}))


def test_what_is_as_it_was_is_not_written_again(tmp_path: Path):
    """However often it is run."""
    plan = planned(tmp_path)
    for _ in range(3):
        ran(plan)
    assert holding(store_of(plan)).number == 1


@pytest.mark.parametrize("place", ["{tmp}/out", "memory://{name}"])
def test_of_two_that_start_at_once_one_has_the_folder(tmp_path: Path, place: str):
    """The other is refused; two of the same campaign both go on."""
    output = place.format(tmp=tmp_path, name=tmp_path.name)
    names = ("C#", "C++", "C#", "C++", "C!")
    plans = [planned(tmp_path, output=output, name=name) for name in names]
    start = threading.Barrier(len(plans))

    def try_it(plan: Plan) -> str:
        start.wait()
        try:
            claim(plan)
        except InputInvalid:
            return "refused"
        return plan.campaign.title

    with ThreadPoolExecutor(len(plans)) as pool:
        came_to = list(pool.map(try_it, plans))
    occupant = holding(store_of(plans[0])).occupant
    assert occupant is not None
    assert came_to == [name if name == occupant.title else "refused" for name in names]


@pytest.mark.usefixtures("ended_process")
def test_a_folder_in_which_nothing_was_begun_is_nobodys(tmp_path: Path):
    """Its run was refused, or killed before it asked for anything."""
    claim(planned(tmp_path, name="C#"))
    claim(planned(tmp_path, name="C++"))
    occupant = holding(store_of(planned(tmp_path, name="C"))).occupant
    assert occupant is not None
    assert occupant.title == "C++"


@pytest.mark.usefixtures("ended_process")
def test_what_was_asked_for_and_has_not_ended_is_somebodys(tmp_path: Path):
    """It may have been paid."""
    plan = planned(tmp_path, name="C#")
    claim(plan)
    Ledger(store_of(plan), "killed").intend(plan.cells[0], 1)
    with pytest.raises(InputInvalid, match="'C#'"):
        claim(planned(tmp_path, name="C++"))


@pytest.mark.parametrize(
    ("again", "is_taken"),
    [
        ({}, True),
        ({"prompts": ("Lamp 9",)}, True),
        ({"table": "fr/products.csv", "prompts": ("Lamp 9",)}, True),
        ({"name": "Products!"}, True),
        ({"name": "Products!", "prompts": ("Lamp 9",)}, False),
    ],
    ids=str,
)
def test_a_folder_of_an_earlier_version_is_taken_by_name_or_images(tmp_path: Path, again: dict, *, is_taken: bool):
    """It does not say where its table lay; what it published as, and what lies in its ledger, it does."""
    plan = planned(tmp_path)
    assert asyncio.run(run(store_of(plan), Api(), plan.cells)).stopped_by is None
    later = planned(tmp_path, *again.pop("prompts", ()), **again)
    publish_as(plan, "products")
    if is_taken:
        claim(later)
        assert whose(later) == later.campaign.matrix
    else:
        with pytest.raises(InputInvalid, match="another campaign 'products';"):
            claim(later)


def test_a_damaged_record_is_as_none(tmp_path: Path):
    """What the folder holds tells the rest."""
    plan = planned(tmp_path)
    ran(plan)
    Ledger(store_of(plan), "").keep_published(
        Ledger(store_of(plan), "").read_published().model_copy(update={"title": "products"})
    )
    store_of(plan).write(key_of(1), b"{")
    claim(plan)
    assert holding(store_of(plan)).number == 2
    store_of(plan).write(key_of(2), b"{")
    with pytest.raises(InputInvalid):
        claim(planned(tmp_path, "Lamp 9", name="Products!"))


def test_the_sandbox_does_not_draw_among_what_was_paid(tmp_path: Path):
    """Nor does an earlier version's folder, or one in which a paid run has just begun, let it."""
    ran(planned(tmp_path))
    with pytest.raises(InputInvalid, match="--sandbox: would mix with images that were paid"):
        claim(planned(tmp_path, sandbox=True))
    claim(planned(tmp_path, name="new"))
    with pytest.raises(InputInvalid, match="--sandbox: would mix"):
        claim(planned(tmp_path, name="new", sandbox=True))
    old = planned(tmp_path, name="old")
    Ledger(store_of(old), "earlier").intend(old.cells[0], 1)
    with pytest.raises(InputInvalid, match="--sandbox: would mix"):
        claim(planned(tmp_path, name="old", sandbox=True))
    store_of(old).write(SANDBOX_MARK, b"{}")
    claim(planned(tmp_path, name="old", sandbox=True))


def test_a_look_says_what_a_run_would_meet(tmp_path: Path):
    """And writes nothing."""
    plan = planned(tmp_path, name="C#")
    assert told_of_folder(plan) == plan
    assert not (tmp_path / "out").exists()
    ran(plan)
    other = planned(tmp_path, name="C++", table="fr/products.csv")
    [note] = set(told_of_folder(other).notes) - set(other.notes)
    assert "a run may be refused: 'C++' leads to" in note
    assert told_of_folder(plan) == plan
    another = planned(tmp_path, "Lamp 9", name="C#", table="fr/products.csv")
    assert len(told_of_folder(another).notes) == len(another.notes) + 1
    moved = planned(tmp_path, name="C#", table="fr/products.csv")
    assert told_of_folder(moved) == moved
    assert holding(store_of(plan)).number == 1
