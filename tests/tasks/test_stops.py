"""What stops a campaign before it spends what it must not: its budget over all its runs, an API that is away."""

import asyncio
from pathlib import Path

import httpx
import pytest

from tasks import run_lanes
from tasks.clients.storage import CampaignStore
from tasks.errors import ApiAway, BudgetReached
from tasks.workload import UNANSWERED_MAX
from tests.factories import PRICE_USD, a_cell, a_request
from tests.tasks.running import Api, Ended, run, without_engine  # noqa: F401  a fixture

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
def test_two_runs_at_once_keep_one_budget(store, monkeypatch, affordable: int):
    """However they share the cells, they spend no more than was said, and no less than all but the last image."""
    monkeypatch.setattr(run_lanes, "LOOK_EVERY_S", 0.02)
    api = Api()

    async def both() -> list[Ended]:
        budget_usd = affordable * PRICE_USD
        return await asyncio.gather(*(run(store, api, OTHERS, budget_usd=budget_usd) for _ in range(2)))

    ended = asyncio.run(both())
    assert affordable - 1 <= api.billed.total() <= affordable
    assert set(api.billed.values()) <= {1}
    if affordable < len(OTHERS):
        assert any(isinstance(one.stopped_by, BudgetReached) for one in ended)


@pytest.mark.parametrize("refusal", [httpx.Response(503), httpx.Response(429)])
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
        def __call__(self, request: httpx.Request) -> httpx.Response:
            """Turn one prompt away."""
            asked.append(request.method)
            self.refusal = httpx.Response(503) if f"lamp {which}".encode() in request.content else None
            return super().__call__(request)

    ended = ran(store, Picky(), OTHERS, places=places)
    assert ended.stopped_by is None
    assert ended.outcomes.pop(OTHERS[which].cell_id).status == "failed"
    assert ended.statuses == ["done"] * (len(OTHERS) - 1)
    assert asked.count("POST") <= len(OTHERS) + 1, "put off once"


def test_requests_that_get_no_answer_stop_the_campaign(store):
    """Each may have been paid: a payer does not want a thousand of them."""

    def hang_up(_: str) -> None:
        raise httpx.ReadTimeout("nothing came")

    cells = tuple(a_cell(a_request(f"Lamp {number}")) for number in range(UNANSWERED_MAX + 10))
    ended = ran(store, Api(before=hang_up), cells, places=2)
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
    ended = ran(store, Api(before=hang_up_often), cells, places=2)
    assert ended.stopped_by is None
    assert ended.statuses.count("unknown") > UNANSWERED_MAX
