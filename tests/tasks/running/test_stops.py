"""What stops a campaign before it spends what it must not: its budget over all its runs, an API that is away."""

import asyncio
from pathlib import Path

import httpx
import pytest

from tasks import lane
from tasks.errors import ApiAway, BudgetReached
from tasks.ledger.ledger import Ledger
from tasks.run_state.api_health import UNANSWERED_MAX
from tasks.storage.storage import CampaignStore
from tests.factories import PRICE_USD, a_cell, a_request
from tests.tasks.harness import Api, Ended, run, without_engine  # noqa: F401  a fixture
from tests.waiting import seen

pytestmark = pytest.mark.usefixtures("without_engine")

OTHERS = tuple(a_cell(a_request(f"Another lamp {number}")) for number in range(6))


@pytest.fixture
def store(tmp_path: Path) -> CampaignStore:
    """An empty folder."""
    return CampaignStore.open(str(tmp_path), "lamps")


def ran(store: CampaignStore, api: Api, *args, **options) -> Ended:
    """What a run came to."""
    return asyncio.run(run(store, api, *args, **options))


def test_what_was_spent_on_rows_that_have_changed_counts(store):
    """Rewriting every prompt does not fill the purse; also after a run that had nothing to do with the old rows."""
    api = Api()
    assert ran(store, api).stopped_by is None
    assert ran(store, api, OTHERS[:1], budget_usd=3 * PRICE_USD).stopped_by is None
    again = ran(store, api, OTHERS, budget_usd=4 * PRICE_USD)
    assert isinstance(again.stopped_by, BudgetReached)
    assert api.billed.total() == 4
    assert again.tally.cost_usd == 2 * PRICE_USD, "what the manifest lists"


@pytest.mark.parametrize("affordable", range(1, 7))
def test_two_runs_at_once_keep_one_budget(store, affordable: int):
    """However they share the cells, they spend no more than was said, and no less than all but the last image."""
    api = Api()

    async def both() -> list[Ended]:
        budget_usd = affordable * PRICE_USD
        return await asyncio.gather(*(run(store, api, OTHERS, budget_usd=budget_usd) for _ in range(2)))

    ended = asyncio.run(both())
    assert affordable - 1 <= api.billed.total() <= affordable
    assert set(api.billed.values()) <= {1}
    if affordable < len(OTHERS):
        assert any(isinstance(one.stopped_by, BudgetReached) for one in ended)


@pytest.mark.parametrize("refusal", [httpx.Response(503, json={"error": "not now"}), httpx.Response(429)])
def test_an_api_that_turns_everybody_away_stops_the_campaign(store, refusal: httpx.Response):
    """No cell is given up for it, none is paid, and the next run takes them up."""
    api = Api(refusal=refusal)
    ended = ran(store, api, OTHERS)
    assert isinstance(ended.stopped_by, ApiAway)
    assert str(refusal.status_code) in str(ended.stopped_by)
    assert ended.outcomes == {}
    api.refusal = None
    assert ran(store, api, OTHERS).statuses == ["done"] * len(OTHERS)


@pytest.mark.parametrize("which", [0, 3, 5])
@pytest.mark.parametrize("places", [1, 3])
def test_one_row_that_is_turned_away_stops_nobody(store, which: int, places: int):
    """The API works on the others: it is this row that fails, wherever it stands in the matrix."""
    asked: list[str] = []

    class Picky(Api):
        async def __call__(self, request: httpx.Request) -> httpx.Response:
            """Turn one prompt away, after as long as the others that can be asked take: in earnest, minutes."""
            asked.append(request.method)
            if f"lamp {which}".encode() in request.content:
                if places > 1:
                    await seen(lambda: self.billed.total() == len(OTHERS) - 1)
                return httpx.Response(503, json={"error": "not now"})
            return super().__call__(request)

    ended = ran(store, Picky(), OTHERS, slots=places)
    assert ended.stopped_by is None
    assert ended.outcomes.pop(OTHERS[which].cell_id).status == "failed"
    assert ended.statuses == ["done"] * (len(OTHERS) - 1)
    assert asked.count("POST") <= len(OTHERS) + 1, "put off once"


def test_requests_that_get_no_answer_stop_the_campaign(store):
    """Each may have been paid: a payer does not want a thousand of them."""

    def hang_up(_: str) -> None:
        raise httpx.ReadTimeout("nothing came")

    cells = tuple(a_cell(a_request(f"Lamp {number}")) for number in range(UNANSWERED_MAX + 10))
    ended = ran(store, Api(before=hang_up), cells, slots=2)
    assert isinstance(ended.stopped_by, ApiAway)
    assert UNANSWERED_MAX <= ended.statuses.count("unknown") <= UNANSWERED_MAX + 2
    assert ended.tally.cost_usd == ended.statuses.count("unknown") * PRICE_USD


def test_answers_in_between_say_that_the_api_is_there(store):
    """As many as it takes, but never in a row."""
    seen: list[str] = []

    def hang_up_often(prompt: str) -> None:
        seen.append(prompt)
        if len(seen) % 4:
            raise httpx.ReadTimeout("nothing came")

    cells = tuple(a_cell(a_request(f"Lamp {number}")) for number in range(2 * UNANSWERED_MAX))
    ended = ran(store, Api(before=hang_up_often), cells, slots=2)
    assert ended.stopped_by is None
    assert ended.statuses.count("unknown") > UNANSWERED_MAX


def test_runs_of_two_matrices_under_one_name_keep_one_budget(store):
    """Neither knows the other's rows; what it cannot price by its own plan it prices by the other's intents."""
    api = Api()

    async def both() -> None:
        await asyncio.gather(*(run(store, api, part, budget_usd=3 * PRICE_USD) for part in (OTHERS[:3], OTHERS[3:])))

    asyncio.run(both())
    assert api.billed.total() <= 3


def test_what_another_run_tries_again_counts(store):
    """A second turn costs a second time, though the cell has ended for the run that does not try it again."""
    api, dead = Api(), Ledger(store, "dead-run")
    for cell in OTHERS[:3]:
        dead.intend(cell, 1)
    ran(store, api, OTHERS[:3])

    async def both() -> None:
        limit = {"budget_usd": 5 * PRICE_USD, "slots": 1}
        await asyncio.gather(run(store, api, OTHERS, **limit), run(store, api, OTHERS[:3], retry=["unknown"], **limit))

    asyncio.run(both())
    assert 3 + api.billed.total() <= 5


def test_a_run_that_has_ended_in_the_meantime_has_spent(store, monkeypatch):
    """The first run has looked at the ledger and waits for its place, while another comes, spends and goes."""
    api, real = Api(), lane.lane
    waiting, granted = asyncio.Event(), asyncio.Event()

    async def late(number: int) -> int:
        if not waiting.is_set():
            waiting.set()
            await granted.wait()
        return await real(number)

    monkeypatch.setattr(lane, "lane", late)

    async def one_after_the_other() -> None:
        first = asyncio.create_task(run(store, api, OTHERS[::-1], budget_usd=3 * PRICE_USD, slots=1))
        await waiting.wait()
        await run(store, api, OTHERS, budget_usd=3 * PRICE_USD, slots=1)
        granted.set()
        await first

    asyncio.run(one_after_the_other())
    assert api.billed.total() == 3


def test_a_fault_in_one_lane_costs_the_others_nothing(store, monkeypatch):
    """What they have in flight ends as ever; the campaign stops and says what happened."""
    real, asked = lane.lane, asyncio.Event()

    async def faulty(number: int) -> int:
        if number == 2:
            await asked.wait()
            raise RuntimeError("from the engine")
        return await real(number)

    monkeypatch.setattr(lane, "lane", faulty)
    api = Api(before=lambda _: asked.set())
    ended = ran(store, api, OTHERS, slots=2)
    assert "RuntimeError: from the engine" in str(ended.stopped_by)
    assert ended.statuses == ["done"] * api.billed.total()
    monkeypatch.setattr(lane, "lane", real)
    assert ran(store, api, OTHERS).statuses == ["done"] * len(OTHERS)
    assert set(api.billed.values()) == {1}


def test_a_finished_campaign_waits_for_no_place(store, monkeypatch):
    """A lane that is granted none, since somebody else has it, is not waited for when the others have made all."""
    real = lane.lane

    async def never_granted(number: int) -> int:
        if number == 2:
            await asyncio.Event().wait()
        return await real(number)

    monkeypatch.setattr(lane, "lane", never_granted)
    monkeypatch.setattr(lane, "LOOK_EVERY_S", 0.05)
    assert ran(store, Api(), OTHERS, slots=2).statuses == ["done"] * len(OTHERS)


def test_a_fault_of_ours_in_looking_at_other_runs_stops_the_campaign_in_order(store, monkeypatch):
    """It is told, nothing is asked for after it, and the run ends as any other that was stopped."""

    async def fail(*_: object) -> None:
        raise RuntimeError("nobody foresaw this")

    monkeypatch.setattr(lane, "resolve_begun", fail)
    api = Api()
    ended = ran(store, api)
    assert str(ended.stopped_by) == "A fault of this program: RuntimeError: nobody foresaw this"
    assert api.billed.total() == 0
