"""What a run says that it has spent is what it has asked for, and nothing that was paid before it or beside it."""

import asyncio

import httpx
import pytest

from tasks.ledger.ledger import Ledger
from tasks.records.keys import ANSWERS, ENDS, INTENTS
from tasks.records.outcome import SANDBOX
from tasks.storage.storage import CampaignStore
from tests.factories import PRICE_USD, a_cell, a_request, an_outcome
from tests.tasks.harness import CELLS, Api, Ended, run, storage_refuses, without_engine  # noqa: F401  a fixture

pytestmark = pytest.mark.usefixtures("without_engine")


@pytest.fixture
def store(tmp_path) -> CampaignStore:
    """An empty folder."""
    return CampaignStore.open(str(tmp_path), "lamps")


@pytest.fixture
def api() -> Api:
    """An API that answers at once."""
    return Api()


def ran(store: CampaignStore, api: Api, **options) -> Ended:
    """One run over both cells."""
    return asyncio.run(run(store, api, **options))


def test_each_image_is_spent_once(store, api):
    """By the run that asks for it; the next one has nothing to ask for."""
    assert ran(store, api).spent_usd == 2 * PRICE_USD
    again = ran(store, api)
    assert (again.spent_usd, again.tally.cost_usd) == (0, 2 * PRICE_USD)


def test_cutting_anew_costs_nothing(store, api):
    """The originals are there."""
    ran(store, api)
    for name in store.names("variants"):
        store.delete(f"variants/{name}")
    again = ran(store, api)
    assert (again.statuses, again.spent_usd, again.tally.cost_usd) == (["done"] * 2, 0, 2 * PRICE_USD)
    assert store.names("variants")


def test_fetching_what_was_paid_costs_nothing(store, api):
    """By its old link: the run that has paid for it could not store it."""
    with storage_refuses("originals"):
        first = ran(store, api)
    paid = api.billed.total()  # one, where the storage has stopped the run before the other lane could ask
    assert first.spent_usd == paid * PRICE_USD > 0
    again = ran(store, api)
    assert (again.statuses, api.billed.total()) == (["done"] * 2, 2)
    assert again.spent_usd == (2 - paid) * PRICE_USD


@pytest.mark.parametrize(("expired", "spent_usd"), [(False, 0), (True, 2 * PRICE_USD)])
def test_trying_again_costs_what_is_asked_for_anew(store, api, expired, spent_usd):
    """Nothing where the old link works after all."""
    api.expired = True
    assert ran(store, api).spent_usd == 2 * PRICE_USD
    api.expired = expired
    assert ran(store, api, retry=["failed"]).spent_usd == spent_usd
    assert api.billed.total() * PRICE_USD == 2 * PRICE_USD + spent_usd


def test_what_is_refused_is_not_spent(store, api):
    """The API bills no image that it did not draw."""
    api.refusal = httpx.Response(422, json={"error": "no"})
    assert ran(store, api).spent_usd == 0


def test_what_another_run_has_ended_meanwhile_is_its_own(store, api):
    """A cell that is found ended when it is looked at again."""
    other = Ledger(store, "other")

    def end_the_other(prompt: str) -> None:
        cell = next(cell for cell in CELLS if cell.request.prompt != prompt)
        if other.intend(cell, 1):
            other.note_end(an_outcome(cell, "unknown"))

    api.before = end_the_other
    ended = ran(store, api, slots=1)
    assert sorted(ended.statuses) == ["done", "unknown"]
    assert (ended.spent_usd, ended.tally.cost_usd) == (PRICE_USD, 2 * PRICE_USD)


def as_if_drawn(store: CampaignStore, folder: str) -> None:
    """Let the records in a folder of the ledger say that the sandbox has drawn what they tell of."""
    for name in store.names(folder):
        key = f"{folder}/{name}"
        told = store.read(key).replace(b'"made_by":"api.example.com"', b'"made_by":"sandbox"')
        assert b'"made_by":"sandbox"' in told
        store.write(key, told)


@pytest.mark.parametrize("left", ["ended, copied", "ended", "answered"])
@pytest.mark.parametrize("retry", [(), ("failed", "unknown")])
def test_what_the_sandbox_has_drawn_is_never_taken_for_paid(store, api, left, retry):
    """Wherever its record should come from: the ledger and its copy, or an answer of which nothing was stored."""
    assert ran(store, api).statuses == ["done"] * 2
    as_if_drawn(store, ANSWERS)
    as_if_drawn(store, ENDS)
    if left != "ended, copied":
        store.delete("ledger/outcomes.jsonl")
    else:
        store.write("ledger/outcomes.jsonl", b"\n".join(store.read(f"{ENDS}/{n}") for n in store.names(ENDS)))
    if left == "answered":
        for folder in (ENDS, INTENTS):
            for name in store.names(folder):
                store.delete(f"{folder}/{name}")
    again = ran(store, api, retry=retry)
    assert (again.statuses, again.spent_usd, api.billed.total()) == (["done"] * 2, 2 * PRICE_USD, 4)
    assert {outcome.original.made_by for outcome in again.outcomes.values()} == {"api.example.com"}
    assert ran(store, api, retry=retry).spent_usd == 0


def test_what_an_earlier_version_has_made_stays_done(store, api):
    """Its records do not say by whom."""
    ran(store, api)
    for name in store.names(ENDS):
        told = store.read(f"{ENDS}/{name}")
        store.write(f"{ENDS}/{name}", told.replace(b',"made_by":"api.example.com"', b""))
    store.delete("ledger/outcomes.jsonl")
    again = ran(store, api)
    assert (again.statuses, again.spent_usd) == (["done"] * 2, 0)
    assert {outcome.original.made_by for outcome in again.outcomes.values()} == {None}
    assert SANDBOX not in store.read("manifest.csv").decode()


ENDS_WITHOUT_AN_IMAGE = {
    "blocked": httpx.Response(422, json={"error": "no"}),
    "unknown": httpx.Response(500),
    "failed": httpx.Response(404),
}


@pytest.mark.parametrize("status", ENDS_WITHOUT_AN_IMAGE)
@pytest.mark.parametrize("is_copied", [True, False])
def test_an_end_without_an_image_says_who_was_asked(store, api, status, is_copied):
    """What the sandbox has refused or left open is no end of a cell that is to be paid."""
    api.refusal = ENDS_WITHOUT_AN_IMAGE[status]
    ended = ran(store, api)
    assert {(one.status, one.made_by) for one in ended.outcomes.values()} == {(status, "api.example.com")}
    api.refusal = None
    assert ran(store, api).statuses == [status] * 2
    for folder in (ENDS, INTENTS):
        as_if_drawn(store, folder)
    if is_copied:
        store.write("ledger/outcomes.jsonl", b"\n".join(store.read(f"{ENDS}/{n}") for n in store.names(ENDS)))
    else:
        store.delete("ledger/outcomes.jsonl")
    again = ran(store, api)
    assert (again.statuses, again.tally.cost_usd, api.billed.total()) == (["done"] * 2, 2 * PRICE_USD, 2)


@pytest.mark.parametrize("is_asked_for", [True, False])
def test_what_the_sandbox_was_asked_for_and_left_open_costs_nothing(store, api, is_asked_for):
    """A trial that was killed has paid nothing, whatever is open; what was paid before it stays in doubt."""
    paid, trial = Ledger(store, "paid", made_by="api.example.com"), Ledger(store, "trial", made_by=SANDBOX)
    assert paid.intend(CELLS[0], 1)
    assert trial.intend(CELLS[0], 2)
    assert trial.intend(CELLS[1], 1)
    again = ran(store, api, cells=CELLS[1:] if is_asked_for else [a_cell(a_request("Lamp 3"))])
    assert (again.statuses, api.billed.total()) == (["done"], 1)
    assert again.tally.cost_usd == PRICE_USD
    both = ran(store, api)
    assert sorted(both.statuses) == ["done", "unknown"]
    assert both.tally.cost_usd == 2 * PRICE_USD
