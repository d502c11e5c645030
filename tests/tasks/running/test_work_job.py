"""What a run makes of what earlier and other runs have left: nothing is paid twice, and what is paid is fetched."""

import asyncio
from datetime import UTC, datetime
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import httpx
import pytest
from PIL import Image

from tasks import make_variants
from tasks.errors import BudgetReached, CreditsExhausted, Interrupted, StorageFailed, VariantsFailed
from tasks.images.cut_image import Cuts
from tasks.ledger.heartbeats import Watcher, this_run
from tasks.ledger.ledger import Ledger
from tasks.ledger.names import Intents
from tasks.ledger.records import Answered
from tasks.records.answer import ImageObject
from tasks.records.focus import Crop
from tasks.records.keys import ENDS, INTENTS, OUTCOMES_KEY
from tasks.records.variant import Variant
from tasks.run_state.job import Job
from tasks.run_state.toolbox import open_toolbox, toolbox
from tasks.running import work_job
from tasks.storage.storage import CampaignStore
from tests.factories import PRICE_USD, a_cell, a_request, an_outcome, marked
from tests.tasks.harness import (  # noqa: F401  without_engine is a fixture
    CELLS,
    SETTINGS,
    VARIANTS,
    Api,
    Ended,
    picture,
    run,
    storage_refuses,
    without_engine,
)
from tests.waiting import LIMIT_S

pytestmark = pytest.mark.usefixtures("without_engine")

CELL = CELLS[0]
ID = CELL.cell_id


@pytest.fixture
def store(tmp_path: Path) -> CampaignStore:
    """An empty folder."""
    return CampaignStore.open(str(tmp_path), "lamps")


@pytest.fixture
def api() -> Api:
    """An API that answers at once."""
    return Api()


@pytest.fixture
def dead(store: CampaignStore) -> Ledger:
    """The ledger as a run writes it that shows no sign of life."""
    return Ledger(store, "dead-run")


@pytest.fixture
def living(store: CampaignStore) -> Ledger:
    """The ledger as another run writes it whose process is alive."""
    heartbeat = this_run("living-run")
    store.write(heartbeat.key, heartbeat.model_dump_json().encode())
    return Ledger(store, "living-run")


def answered(attempts: int = 1) -> Answered:
    """An answer to the first cell that was noted."""
    image = ImageObject(is_image_safe=True, seed=7, url="https://ideogram.ai/x.png?sig=1", prompt="A lamp")
    return Answered(cell_id=ID, turn=1, image=image, attempts=attempts, started_at=datetime.now(UTC))


def ran(store: CampaignStore, api: Api, **options) -> Ended:
    """One run over the first cell."""
    return asyncio.run(run(store, api, **{"cells": [CELL]} | options))


# Left by a run that was killed


def test_an_intent_without_an_answer_is_unknown(store, api, dead):
    """It may have been paid: told so, counted as spent, not sent again by this run or the next."""
    dead.intend(CELL, 1)
    for _ in range(2):
        ended = ran(store, api)
        outcome = ended.outcomes[ID]
        assert (outcome.status, outcome.cost_usd, ended.tally.cost_usd) == ("unknown", PRICE_USD, PRICE_USD)
        assert "may have been paid" in outcome.error
    assert api.billed.total() == 0


@pytest.mark.parametrize("is_found_now", [True, False])
def test_unknown_is_tried_again_when_asked(store, api, dead, is_found_now):
    """In another turn, on top of what the first may have cost; whether this run finds it out or one before."""
    dead.intend(CELL, 1)
    if not is_found_now:
        ran(store, api)
    ended = ran(store, api, retry=["unknown"])
    outcome = ended.outcomes[ID]
    assert (outcome.status, outcome.turn, outcome.cost_usd) == ("done", 2, 2 * PRICE_USD)
    assert ended.tally.cost_usd == 2 * PRICE_USD
    assert api.billed.total() == 1


def test_an_answer_is_fetched_and_not_paid_again(store, api, dead):
    """Its link lives for hours; what is told of it is what the killed run knew."""
    dead.intend(CELL, 1)
    dead.note_answer(answered(attempts=3))
    ended = ran(store, api)
    outcome = ended.outcomes[ID]
    assert (outcome.status, outcome.cost_usd, outcome.attempts, outcome.original.seed) == ("done", PRICE_USD, 3, 7)
    assert api.billed.total() == 0


def test_an_original_that_is_stored_is_not_downloaded_again(store, api, dead):
    """Killed between storing and noting: the link may be dead by now."""
    dead.intend(CELL, 1)
    dead.note_answer(answered())
    store.write(f"originals/{ID}.png", picture())
    api.expired = True
    assert ran(store, api).statuses == ["done"]


def test_a_link_that_has_expired_is_told_as_paid(store, api, dead):
    """Nothing can be kept of it; paying again is for a person to decide."""
    dead.intend(CELL, 1)
    dead.note_answer(answered(attempts=2))
    api.expired = True
    outcome = ran(store, api).outcomes[ID]
    assert (outcome.status, outcome.cost_usd, outcome.attempts) == ("failed", PRICE_USD, 2)
    assert "expired" in outcome.error


@pytest.mark.parametrize("is_back", [True, False])
def test_a_link_that_failed_is_tried_before_paying_again(store, api, dead, is_back):
    """`--retry failed` pays only where the image that was paid cannot be had."""
    dead.intend(CELL, 1)
    dead.note_answer(answered())
    api.expired = True
    ran(store, api)
    api.expired = not is_back
    ended = ran(store, api, retry=["failed"])
    outcome = ended.outcomes[ID]
    expected = ("done", 1, PRICE_USD) if is_back else ("failed", 2, 2 * PRICE_USD)
    assert (outcome.status, outcome.turn, outcome.cost_usd) == expected
    assert ended.tally.cost_usd == outcome.cost_usd
    assert api.billed.total() == (0 if is_back else 1)
    assert ran(store, api).outcomes[ID] == outcome


def test_a_recovery_that_cannot_be_stored_gives_nothing_back(store, api, dead):
    """The cell is paid: its intent stays, whoever comes next fetches it and does not pay."""
    dead.intend(CELL, 1)
    dead.note_answer(answered())
    with storage_refuses("originals"):
        ended = ran(store, api)
    assert isinstance(ended.stopped_by, StorageFailed)
    assert ended.tally.cost_usd == ended.outcomes[ID].cost_usd == PRICE_USD, "it is told as paid"
    assert dead.look_at(ID, 1).owner is not None
    assert ran(store, api).statuses == ["done"]
    assert api.billed.total() == 0


def test_what_was_taken_over_from_a_dead_run_is_never_given_back(store, api, dead):
    """The storage fails while a run finds out what became of it: it may have been paid, whoever owns it by now."""
    dead.intend(CELL, 1)

    class Failing(Ledger):
        def read_answer(self, *_) -> None:
            raise StorageFailed("away")

    ended = ran(store, api, ledger=lambda own: Failing(own.store, own.run_id))
    assert isinstance(ended.stopped_by, StorageFailed)
    assert not dead.is_released(ID, 1)
    assert ran(store, api).statuses == ["unknown"]
    assert api.billed.total() == 0


def test_a_damaged_record_stops_nobody(store, api, dead):
    """An end that is empty is found out again from the answer; an intent that is empty may have been paid."""
    dead.intend(CELL, 1)
    dead.note_answer(answered())
    store.write(f"{ENDS}/{ID}.1.done.json", b"")
    other = CELLS[1].cell_id
    store.write(f"{INTENTS}/{other}.1.json", b"")
    ended = ran(store, api, cells=CELLS)
    assert (ended.outcomes[ID].status, ended.outcomes[other].status) == ("done", "unknown")
    assert api.billed.total() == 0


# Held by a run that is alive


@pytest.mark.parametrize("status", ["done", "blocked", "unknown"])
def test_what_another_run_has_begun_is_waited_for(store, api, living, status):
    """Its end is taken over as it is, whatever it is, and counted as spent in the campaign."""
    living.intend(CELL, 1)

    async def scenario() -> Ended:
        running = asyncio.create_task(run(store, api, [CELL]))
        await asyncio.sleep(0.3)
        assert not running.done()
        living.note_end(end)
        return await running

    end = an_outcome(CELL, status, marked=marked(CELL, VARIANTS))
    ended = asyncio.run(scenario())
    assert ended.outcomes[ID] == end
    assert ended.tally.cost_usd == end.cost_usd
    assert api.billed.total() == 0


def test_what_another_run_gives_back_is_asked_for(store, api, living):
    """It was stopped before its request left; this run owns the turn then."""
    living.intend(CELL, 1)

    async def scenario() -> Ended:
        running = asyncio.create_task(run(store, api, [CELL]))
        await asyncio.sleep(0.2)
        living.release(ID, 1)
        return await running

    assert asyncio.run(scenario()).statuses == ["done"]
    assert api.billed.total() == 1


def test_what_another_run_gives_back_as_it_ends_is_not_unknown(store, api, living, monkeypatch):
    """Between the look at its intent and the look for its life it gave the cell back and went away."""
    living.intend(CELL, 1)

    def gone(*_) -> bool:
        living.release(ID, 1)
        return False

    monkeypatch.setattr(Watcher, "is_alive", gone)
    assert ran(store, api).statuses == ["done"]


def test_a_cell_that_another_run_takes_first_is_left_to_it(store, api, living):
    """Both had decided to ask for it; the one that owns it pays."""
    intend = Ledger.intend

    def be_late(ledger: Ledger, cell, turn) -> bool:
        if cell == CELL and ledger.run_id != "living-run" and intend(living, cell, turn):
            living.note_end(an_outcome(cell, marked=marked(cell, VARIANTS)))
        return intend(ledger, cell, turn)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Ledger, "intend", be_late)
        ended = ran(store, api, cells=CELLS)
    assert ended.statuses == ["done", "done"]
    assert set(api.billed) == {CELLS[1].request.prompt}


# Stopped


def test_a_pause_between_two_attempts_is_not_waited_for(store, monkeypatch):
    """Once the campaign is stopped, a job of which no request is out is given back at once, and asked for next time."""

    async def pause(_: Job) -> None:
        toolbox().stop.because(Interrupted("Ctrl-C"))
        await asyncio.Event().wait()

    async def scenario() -> None:
        async with open_toolbox(SETTINGS, store, CELLS[:1], VARIANTS) as tools:
            job = tools.next_job()
            assert job is not None
            async with asyncio.timeout(LIMIT_S):
                await work_job.work_job(tools, job)
            assert not tools.cells.under_way

    monkeypatch.setattr(work_job, "generate_image", pause)
    asyncio.run(scenario())
    assert Intents.of(store.names(INTENTS)).begun == frozenset()


def test_a_cell_that_the_balance_does_not_pay_is_free_again(store, api):
    """402: nothing was run, so nothing is unknown; topped up, the same command goes on."""
    api.refusal = httpx.Response(402)
    ended = ran(store, api, cells=CELLS)
    assert isinstance(ended.stopped_by, CreditsExhausted)
    assert Intents.of(store.names(INTENTS)).begun == frozenset()
    assert ended.outcomes == {}
    api.refusal = None
    assert ran(store, api, cells=CELLS).statuses == ["done", "done"]


def test_the_budget_holds_over_all_runs(store, api, dead):
    """What is unknown counts as spent; a higher limit goes on where it stopped."""
    cells = [a_cell(a_request(f"Lamp {number}")) for number in range(5)]
    dead.intend(cells[0], 1)
    for limit, done in ((3, 2), (3, 2), (4, 3)):
        ended = ran(store, api, cells=cells, budget_usd=limit * PRICE_USD, slots=4)
        assert isinstance(ended.stopped_by, BudgetReached)
        assert (api.billed.total(), ended.tally.cost_usd) == (done, limit * PRICE_USD)
    assert "--budget-usd" in str(ended.stopped_by)
    assert ran(store, api, cells=cells, budget_usd=Decimal(1)).stopped_by is None


def test_cells_that_are_only_cut_leave_no_room_for_more(store, api):
    """What they cost was spent before; the budget knows it while they are cut."""
    ran(store, api)
    store.delete(VARIANTS[0].key(ID))
    ended = ran(store, api, cells=CELLS, budget_usd=PRICE_USD)
    assert isinstance(ended.stopped_by, BudgetReached)
    assert api.billed.total() == 1
    assert ended.outcomes[ID].status == "done"


# Made again without paying


@pytest.mark.parametrize(
    "lost",
    [
        "manifest.csv",
        "manifest.parquet",
        "manifest.xlsx",
        "index.html",
        VARIANTS[0].key(ID),
        OUTCOMES_KEY,
        "all of them",
    ],
)
def test_what_was_removed_is_made_again(store, api, lost):
    """From the ledger and the stored originals, byte for byte where it holds no time."""
    first = ran(store, api)
    everything = ["manifest.csv", "manifest.parquet", "manifest.xlsx", "index.html", VARIANTS[0].key(ID), OUTCOMES_KEY]
    manifest = store.read("manifest.csv")
    for key in everything if lost == "all of them" else [lost]:
        store.delete(key)
    again = ran(store, api)
    assert all(store.read(key) for key in everything)
    assert again.outcomes[ID].model_copy(update={"finished_at": None}) == first.outcomes[ID].model_copy(
        update={"finished_at": None}
    )
    assert again.tally.cost_usd == PRICE_USD
    assert api.billed.total() == 1
    if lost == "manifest.csv":
        assert store.read("manifest.csv") == manifest


def test_a_changed_row_is_a_new_cell(store, api):
    """The old one leaves the manifest, and stays in the ledger: changed back, it costs nothing."""
    changed = a_cell(a_request("Lamp, changed"))
    ran(store, api)
    assert ran(store, api, cells=[changed]).statuses == ["done"]
    assert ID.encode() not in store.read("manifest.csv")
    assert ran(store, api).statuses == ["done"]
    assert api.billed.total() == 2


def test_a_cut_that_failed_is_made_again_without_paying(store, api, monkeypatch):
    """`--retry failed` looks at what is stored first."""

    def fail(*_) -> None:
        raise VariantsFailed("cannot")

    with monkeypatch.context() as patch:
        patch.setattr(make_variants, "cut_all", fail)
        outcome = ran(store, api).outcomes[ID]
    assert (outcome.status, outcome.cost_usd) == ("failed", PRICE_USD)
    assert ran(store, api).statuses == ["failed"]
    ended = ran(store, api, retry=["failed"])
    assert (ended.statuses, ended.outcomes[ID].cost_usd, ended.tally.cost_usd) == (["done"], PRICE_USD, PRICE_USD)
    assert api.billed.total() == 1


def test_a_changed_focus_pays_nothing_and_cuts_again(store, api):
    """It is no part of what a cell is: the same cell, the same original, another crop, noted where the cell ended."""
    square = (Variant(name="square", width=6, height=6, format="png"),)
    before = ran(store, api, cells=[CELL], variants=square)
    assert before.outcomes[ID].crops["square"].focus == "auto"
    for focus, left in (("left", 0), ("1,0.5", 12)):
        moved = CELL.model_copy(update={"focus": focus})
        ended = ran(store, api, cells=[moved], variants=square)
        noted = Ledger(store, "").load([CELL]).outcomes[ID]
        assert ended.outcomes[ID].crops == noted.crops == {"square": Crop(focus=focus, box=(left, 0, left + 12, 12))}
        with Image.open(BytesIO(store.read(square[0].key(ID)))) as cut:
            assert cut.tobytes() == Image.open(BytesIO(picture())).resize((6, 6), 1, (left, 0, left + 12, 12)).tobytes()
    assert api.billed.total() == 1


def test_a_cut_that_cannot_be_stored_is_made_by_the_next_run(store, api):
    """A full disk is no fault of the cell: with room, the same command finishes it."""
    with storage_refuses("variants"):
        assert str(ran(store, api).stopped_by) == "full"
    assert ran(store, api).statuses == ["done"]
    assert api.billed.total() == 1


def test_what_nobody_foresaw_ends_one_cell_and_hangs_nothing(store, api, monkeypatch):
    """A fault of this program, in the cutting of one cell: told as such; the other is done."""
    cut = make_variants.cut_all

    def fail_once(image, data, cell_id, variants, *more) -> Cuts:
        if cell_id == ID:
            raise RuntimeError("odd")
        return cut(image, data, cell_id, variants, *more)

    monkeypatch.setattr(make_variants, "cut_all", fail_once)
    ended = ran(store, api, cells=CELLS)
    assert {ended.outcomes[cell.cell_id].status for cell in CELLS} == {"failed", "done"}
    assert "A fault of this program: RuntimeError: odd" in ended.outcomes[ID].error
