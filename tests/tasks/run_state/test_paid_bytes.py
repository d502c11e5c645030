"""What was paid for is kept, whatever comes, and read again before anything is paid again; three in a row stop."""

import asyncio
import csv
import io
from itertools import cycle
from pathlib import Path

import httpx
import pytest

from tasks.asking import fetch
from tasks.errors import BudgetReached, LinkFailed, PaidInVain
from tasks.ledger.ledger import Ledger
from tasks.records.keys import ENDS
from tasks.run_state.toolbox import open_toolbox
from tasks.running.begin_run import begin_run
from tasks.running.fetch_again import TRIED_AGAIN
from tasks.storage.storage import CampaignStore
from tests.factories import PRICE_USD, a_cell, a_request
from tests.tasks.harness import SETTINGS, VARIANTS, Api, Ended, run, without_engine  # noqa: F401  a fixture
from tests.tasks.pictures import png

pytestmark = pytest.mark.usefixtures("without_engine")

CELLS = tuple(a_cell(a_request(f"Lamp {number}")) for number in range(80))
CELL, ID = CELLS[0], CELLS[0].cell_id
TORN = Api().image[:-20]
GIANT = png((9_000, 8_000), 1, 0, b"")
UNREADABLE = {"torn": TORN, "giant": GIANT, "a page": b"<!doctype html>", "nothing": b""}


@pytest.fixture
def store(tmp_path: Path) -> CampaignStore:
    """An empty folder."""
    return CampaignStore.open(str(tmp_path), "lamps")


def ran(store: CampaignStore, api: Api, cells: int = 1, **options) -> Ended:
    """One run over the first cells."""
    return asyncio.run(run(store, api, CELLS[:cells], **options))


def originals(store: CampaignStore) -> dict[str, bytes]:
    """What lies among the originals."""
    return {name: store.read(f"originals/{name}") for name in store.names("originals")}


def row(store: CampaignStore) -> dict[str, str]:
    """The first row of the manifest."""
    return next(csv.DictReader(io.StringIO(store.read("manifest.csv").decode())))


@pytest.mark.parametrize("data", UNREADABLE.values(), ids=UNREADABLE)
def test_what_cannot_be_read_is_kept_and_named(store, data):
    """Byte for byte, under a name that claims nothing; manifest and page say what was found and where it lies."""
    outcome = ran(store, Api(image=data)).outcomes[ID]
    assert originals(store) == {f"{ID}.unreadable": data}
    assert (outcome.status, outcome.cost_usd, outcome.original) == ("failed", PRICE_USD, None)
    assert outcome.kept == f"originals/{ID}.unreadable"
    assert outcome.kept in row(store)["error"]
    assert row(store)["original"] == ""
    assert f'href="{outcome.kept}"' in store.read("index.html").decode()


def test_what_is_kept_is_read_again_before_the_link_and_before_paying(store):
    """As by the next version, which can read it: it moves to its right name, and the old one goes."""
    api = Api(image=TORN)
    ran(store, api)
    store.write(f"originals/{ID}.unreadable", Api().image)
    api.expired = True
    ended = ran(store, api, retry=["failed"])
    assert originals(store) == {f"{ID}.png": Api().image}
    assert (ended.statuses, ended.spent_usd, api.billed.total()) == (["done"], 0, 1)
    assert (ended.outcomes[ID].turn, ended.outcomes[ID].kept, ended.tally.cost_usd) == (1, None, PRICE_USD)
    assert row(store)["error"] == ""


def test_the_link_is_fetched_where_what_is_kept_does_not_help(store):
    """What it gives now takes the place of what it gave then."""
    api = Api(image=TORN)
    ran(store, api)
    api.image = Api().image
    ended = ran(store, api, retry=["failed"])
    assert (ended.statuses, ended.spent_usd, api.billed.total()) == (["done"], 0, 1)
    assert originals(store) == {f"{ID}.png": api.image}


def test_only_then_another_is_paid(store):
    """Its own image is stored beside the one that was paid before, which goes once it is not needed any more."""
    api = Api(image=TORN)
    ran(store, api)
    api.expired = True
    asked: list[str] = []

    def mended(prompt: str) -> None:
        asked.append(prompt)
        api.expired, api.image = False, Api().image

    api.before = mended
    ended = ran(store, api, retry=["failed"])
    assert (ended.statuses, ended.spent_usd, len(asked)) == (["done"], PRICE_USD, 1)
    assert ended.outcomes[ID].cost_usd == 2 * PRICE_USD
    assert f"{ID}.png" in originals(store)


def test_every_turn_keeps_what_it_paid_for(store):
    """Two images of one cell, neither of which can be read; the older is of use to a version that reads it."""
    api = Api(image=TORN)
    ran(store, api)
    later = TORN[:-1]
    api.before = lambda _: setattr(api, "image", later)
    api.image = b"now the link gives a page"
    assert ran(store, api, retry=["failed"]).statuses == ["failed"]
    assert set(originals(store).values()) >= {later}
    assert len(originals(store)) == 2
    api.expired = True
    store.write(f"originals/{ID}.unreadable", Api().image)
    ended = ran(store, api, retry=["failed"])
    assert (ended.statuses, ended.spent_usd, api.billed.total()) == (["done"], 0, 2)
    assert (ended.outcomes[ID].turn, ended.outcomes[ID].cost_usd) == (2, 2 * PRICE_USD)
    assert ran(store, api).statuses == ["done"], "the next run finds the same"


def test_what_an_earlier_turn_has_kept_stays_named(store):
    """However the later one ends, as long as the cell has no image."""
    api = Api(image=TORN)
    ran(store, api)
    api.expired = True
    outcome = ran(store, api, retry=["failed"]).outcomes[ID]
    assert (outcome.turn, outcome.kept) == (2, f"originals/{ID}.unreadable")
    assert "expired" in outcome.error


def test_a_run_that_was_killed_between_storing_and_judging_has_lost_nothing(store):
    """The bytes lie under the name that they begin like; the next run finds out that they are no image."""
    api, dead = Api(image=TORN), Ledger(store, "dead-run")
    ran(store, api)
    dead.intend(CELL, 1)
    store.delete(f"{ENDS}/{ID}.1.failed.json")
    store.delete("ledger/outcomes.jsonl")
    store.move(f"originals/{ID}.unreadable", f"originals/{ID}.png")
    api.expired = True
    outcome = ran(store, api).outcomes[ID]
    assert (outcome.status, outcome.kept) == ("failed", f"originals/{ID}.unreadable")
    assert originals(store) == {f"{ID}.unreadable": TORN}
    assert api.billed.total() == 1


@pytest.mark.parametrize("places", [1, 10])
@pytest.mark.parametrize("data", [*UNREADABLE.values(), None], ids=[*UNREADABLE, "a dead link"])
def test_three_in_a_row_stop_the_campaign(store, data, places):
    """Ten in flight pay for ten and two more, not for eighty."""
    api = Api(expired=True) if data is None else Api(image=data)
    ended = ran(store, api, 80, slots=places)
    assert isinstance(ended.stopped_by, PaidInVain)
    assert ended.stopped_by.exit_code == 3
    assert 3 <= api.billed.total() <= places + 2
    assert ended.tally.cost_usd == api.billed.total() * PRICE_USD
    assert "$0." in str(ended.stopped_by)
    assert "--retry failed" in str(ended.stopped_by)


def in_turn(*ends: bytes | None) -> Api:
    """An API whose links give these, one after the other and over again; None is a link that is dead."""
    following = cycle(ends)

    class InTurn(Api):
        def __call__(self, request: httpx.Request) -> httpx.Response:
            """Answer a request, or the next download."""
            if request.method == "GET":
                data = next(following)
                return httpx.Response(403) if data is None else httpx.Response(200, content=data)
            return super().__call__(request)

    return InTurn()


@pytest.mark.parametrize("ends", [(TORN, TORN, Api().image), (TORN, None), (TORN, GIANT)])
def test_what_is_not_the_same_three_times_running_stops_nobody(store, ends):
    """A good image in between, or another fault, says that it may be these rows."""
    ended = ran(store, in_turn(*ends), 12, slots=1)
    assert ended.stopped_by is None
    assert len(ended.statuses) == 12


def test_a_run_that_is_stopped_so_goes_on_where_it_was(store):
    """The rows that were never asked for are pending, and what is kept is read first."""
    api = Api(image=TORN)
    ran(store, api, 8, slots=1)
    api.image = Api().image
    assert ran(store, api, 8).statuses.count("failed") == 3
    assert ran(store, api, 8, retry=["failed"]).statuses == ["done"] * 8
    assert api.billed.total() == 8


def test_cells_that_are_fetched_for_nothing_stop_nobody(store):
    """What cannot be fetched is asked for again, as a person has said."""
    api = Api(image=TORN)
    ran(store, api, 3)
    api.before = lambda _: setattr(api, "image", Api().image)
    assert ran(store, api, 3, retry=["failed"], slots=1).stopped_by is None


@pytest.mark.parametrize("first", [0, 3])
def test_what_is_had_for_nothing_needs_no_budget(store, first):
    """Whatever waits before it: all of it is taken up before the next image is paid, and the money is gone by then."""
    api, cells = Api(image=TORN), CELLS[1:4]
    asyncio.run(run(store, api, cells, slots=1))
    api.image = Api().image
    cells = (*cells[:first], CELL, *cells[first:])
    ended = asyncio.run(run(store, api, cells, retry=["failed"], slots=1, budget_usd=3 * PRICE_USD))
    assert [outcome.status for outcome in ended.outcomes.values()] == ["done"] * 3
    assert (ended.spent_usd, api.billed.total()) == (0, 3)
    assert isinstance(ended.stopped_by, BudgetReached), "the one that is left cannot be paid"


@pytest.mark.parametrize("fault", ["not answered", "not allowed"])
@pytest.mark.parametrize("image", [TORN, None], ids=["torn", "never fetched"])
def test_while_a_link_may_still_give_it_no_other_image_is_paid(store, monkeypatch, fault, image):
    """That would come from the same place: a server that is away, or a host that is not allowed."""
    download, links_fail = fetch.download, [image is None]

    async def failing(*args) -> bytes:
        if links_fail[-1]:
            raise LinkFailed("The link gave nothing", link_fault=fault)
        return await download(*args)

    monkeypatch.setattr(fetch, "download", failing)
    api = Api(image=TORN)
    ran(store, api, 2)
    links_fail.append(True)
    ended = ran(store, api, 2, retry=["failed"])
    assert (ended.statuses, api.billed.total(), ended.tally.ended) == (["failed"] * 2, 2, 2)
    assert ended.tally.cost_usd == sum(outcome.cost_usd for outcome in ended.outcomes.values()) == 2 * PRICE_USD
    ended = ran(store, api, 2, retry=["failed"])
    for outcome in ended.outcomes.values():
        reasons = outcome.error.split(TRIED_AGAIN)
        assert len(reasons) == 2, "what was wrong at first, and what is now"
        assert ("cut off" in reasons[0]) == (image is TORN)
        assert reasons[1] == "The link gave nothing. The image is paid, so no other was asked for"
    links_fail.append(False)
    api.image = Api().image
    again = ran(store, api, 2, retry=["failed"])
    assert (again.statuses, api.billed.total()) == (["done"] * 2, 2)


def test_nor_an_api_that_lets_us_in(store):
    """A key that was withdrawn meanwhile pays for nothing, and opens no link either."""
    api = Api(image=TORN)
    ran(store, api, 3)
    api.image, api.refusal = Api().image, httpx.Response(401)
    ended = asyncio.run(run(store, api, CELLS[:4][::-1], retry=["failed"], slots=1))
    assert [outcome.status for outcome in ended.outcomes.values()] == ["done"] * 3


def test_a_retry_says_what_it_costs_before_it_pays(store):
    """In the notes that are shown before the first request leaves."""
    api = Api(image=TORN)
    ran(store, api, 2, slots=1)
    note = "--retry failed: 2 cells are tried again (2 failed). For nothing: 2 read from what is stored."
    assert asyncio.run(notes_of(store, "failed"))[0].startswith(note)


async def notes_of(store: CampaignStore, *retry: str) -> tuple[str, ...]:
    """What a run says as it begins."""
    async with open_toolbox(SETTINGS, store, CELLS[:2], VARIANTS) as tools:
        return (await begin_run(tools, frozenset(retry))).notes
