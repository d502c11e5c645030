"""Runs of one campaign keep one budget, and ask the storage no more than that takes."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from tasks.errors import BudgetReached, RemovalDenied
from tasks.ledger.heartbeats import BEAT_EVERY_S, DEAD_AFTER_S, Watcher, this_run
from tasks.run_state.toolbox import Toolbox, open_toolbox
from tasks.running.check_budget import check_budget
from tasks.running.show_life import show_beat
from tasks.storage.storage import CampaignStore
from tests.factories import a_cell, a_request
from tests.tasks.harness import SETTINGS, VARIANTS

CELLS = tuple(a_cell(a_request(f"Lamp {number}")) for number in range(30))
PRICE_USD = CELLS[0].price_usd
INTENTS, RUNS = "ledger/intents", "ledger/runs"


@pytest.fixture
def listed(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often each folder is listed."""
    found: Counter[str] = Counter()
    for way in ("names", "tags"):
        real = getattr(CampaignStore, way)

        def listing(store: CampaignStore, folder: str, real=real):
            found[folder] += 1
            return real(store, folder)

        monkeypatch.setattr(CampaignStore, way, listing)
    return found


@asynccontextmanager
async def a_run(folder, affordable: int = 99) -> AsyncIterator[Toolbox]:
    """A run that shows itself, with a budget for so many images."""
    store = CampaignStore.open(str(folder), "lamps")
    async with open_toolbox(SETTINGS, store, CELLS, VARIANTS, affordable * PRICE_USD) as tools:
        tools.purse.prices = {cell.cell_id: cell.price_usd for cell in CELLS}
        tools.now = [0.0]  # type: ignore[attr-defined]
        tools.watcher = Watcher(store, lambda: tools.now[0])  # type: ignore[attr-defined]
        await show_beat(tools)
        yield tools


async def begins(tools: Toolbox, number: int) -> bool:
    """Whether a cell is within the budget, once its intent is there; from then on it is under way."""
    ask = next(ask for ask in tools.cells.waiting if ask.cell == CELLS[number])
    job = tools.cells.start(ask)
    assert tools.ledger.intend(ask.cell, 1)
    try:
        await check_budget(tools, job)
    except BudgetReached:
        tools.cells.leave(job)
        tools.ledger.release(ask.cell.cell_id, 1)
        return False
    return True


def outlast(tools: Toolbox) -> None:
    """Beats of a run, until it has seen for long enough who stands still."""
    for _ in range(int(DEAD_AFTER_S / BEAT_EVERY_S) + 2):
        tools.watcher.sweep(tools.ledger.run_id)
        tools.now[0] += BEAT_EVERY_S  # type: ignore[attr-defined]


def test_a_run_alone_lists_the_intents_once(tmp_path, listed):
    """Between its first look at the ledger and its heartbeat another may have come, spent, and gone."""

    async def scenario() -> None:
        async with a_run(tmp_path, affordable=12) as tools:
            async with a_run(tmp_path, affordable=12) as gone:
                assert await begins(gone, 0)
                tools.store.delete(this_run(gone.ledger.run_id).key)
            listed.clear()
            assert [await begins(tools, number) for number in range(1, 13)] == [True] * 11 + [False]

    asyncio.run(scenario())
    assert listed == {RUNS: 12, INTENTS: 1}


@pytest.mark.parametrize("may_remove", [True, False])
def test_a_dead_run_elsewhere_costs_one_listing_more(tmp_path, listed, monkeypatch, may_remove):
    """Once it has stood still for long enough; what it has promised counts for good."""

    def denied(*_: object) -> None:
        raise RemovalDenied("no")

    if not may_remove:
        monkeypatch.setattr(CampaignStore, "remove", denied)

    async def scenario() -> None:
        async with a_run(tmp_path, affordable=9) as tools, a_run(tmp_path) as dead:
            heartbeat = this_run(dead.ledger.run_id).model_copy(update={"machine": "another"})
            dead.store.write(heartbeat.key, heartbeat.model_dump_json().encode())
            assert await begins(dead, 0)
            assert await begins(tools, 1)
            outlast(tools)
            listed.clear()
            assert [await begins(tools, number) for number in range(2, 10)] == [True] * 7 + [False]
            assert listed == {RUNS: 8, INTENTS: 1}

    asyncio.run(scenario())


@pytest.mark.parametrize("may_remove", [True, False])
@pytest.mark.parametrize("beats_first", [True, False])
def test_a_run_that_was_taken_for_dead_and_wakes_keeps_the_budget(tmp_path, monkeypatch, may_remove, beats_first):
    """It shows itself before it looks: from then on each sees what the other begins."""

    def denied(*_: object) -> None:
        raise RemovalDenied("no")

    if not may_remove:
        monkeypatch.setattr(CampaignStore, "remove", denied)

    async def scenario() -> None:
        async with a_run(tmp_path, affordable=6) as tools, a_run(tmp_path, affordable=6) as woken:
            heartbeat = this_run(woken.ledger.run_id).model_copy(update={"machine": "another"})
            woken.store.write(heartbeat.key, heartbeat.model_dump_json().encode())
            assert await begins(woken, 0)
            assert await begins(tools, 1)
            outlast(tools)
            assert await begins(tools, 2)
            if beats_first:
                await show_beat(woken)
            assert [await begins(one, number) for number, one in enumerate((woken, tools, woken), start=3)] == [
                True
            ] * 3
            assert [await begins(one, number) for number, one in enumerate((tools, woken), start=6)] == [False] * 2

    asyncio.run(scenario())


def test_those_who_ask_meanwhile_share_one_listing(tmp_path, listed):
    """Thirty images that begin at once list all intents twice: while the first goes on, everybody else comes."""

    async def scenario() -> None:
        async with AsyncExitStack() as stack:
            one, _ = [await stack.enter_async_context(a_run(tmp_path)) for _ in range(2)]
            assert all(await asyncio.gather(*(begins(one, number) for number in range(30))))

    asyncio.run(scenario())
    assert listed[RUNS] == 30
    assert listed[INTENTS] < 10


def test_of_two_who_begin_at_once_one_sees_both(tmp_path):
    """However many listings they share, no image more than the budget allows is begun."""

    async def scenario() -> int:
        async with a_run(tmp_path, affordable=10) as one, a_run(tmp_path, affordable=10) as two:
            numbers = iter(range(30))

            async def lane(tools: Toolbox) -> int:
                begun = 0
                while await begins(tools, next(numbers)):
                    begun += 1
                return begun

            return sum(await asyncio.gather(*(lane(tools) for tools in (one, two, one, two))))

    assert 7 <= asyncio.run(scenario()) <= 10
