"""A run that stood still while another took its cells over pays for nothing that is not its own, and spoils nothing."""

import asyncio
import csv
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from threading import Event
from typing import Any

import httpx
import pytest
from PIL import Image

from tasks.asking import fetch
from tasks.errors import LinkFailed, StorageFailed
from tasks.ledger.heartbeats import Watcher, this_run
from tasks.ledger.ledger import Ledger
from tasks.storage.storage import CampaignStore
from tests.factories import PRICE_USD, a_cell, a_request
from tests.tasks.harness import (  # noqa: F401  without_engine is a fixture
    CELLS,
    VARIANTS,
    Api,
    Ended,
    run,
    without_engine,
)
from tests.tasks.receivers import listening

pytestmark = pytest.mark.usefixtures("without_engine")

CELL = CELLS[0]
ID = CELL.cell_id
STEPS = ("intend", "read_owner", "note_answer", "note_end")


@dataclass(frozen=True)
class Frozen(Ledger):
    """The ledger of a run whose machine stands still at one step, while `meanwhile` happens elsewhere."""

    step: str = ""
    is_after: bool = False
    meanwhile: Callable[[], Any] = lambda: None
    stood: list[object] = field(default_factory=list)

    def __getattribute__(self, name: str) -> Any:
        real = super().__getattribute__(name)
        if name not in STEPS or name != super().__getattribute__("step") or super().__getattribute__("stood"):
            return real

        def stand_still(*given: Any) -> Any:
            this = object()
            self.stood.append(this)
            if self.stood[0] is not this:  # another thread was a little earlier
                return real(*given)
            result = real(*given) if self.is_after else None
            self.meanwhile()
            return result if self.is_after else real(*given)

        return stand_still


@dataclass
class Pictures(Api):
    """Every image that it bills is another; `refusals` are answered to the requests of that number, not billed."""

    refusals: dict[int, int] = field(default_factory=dict)
    asked: int = 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer a request or a download."""
        if request.method == "GET":
            out = BytesIO()
            Image.new("RGB", (24, 12), (0, 20 * int(request.url.params["image"]), 0)).save(out, "PNG")
            return httpx.Response(200, content=out.getvalue())
        self.asked += 1
        if self.asked in self.refusals:
            return httpx.Response(self.refusals[self.asked])
        answer = json.loads(super().__call__(request).content)
        answer["data"][0]["url"] += f"&image={self.billed.total()}"
        return httpx.Response(200, json=answer)


@pytest.fixture(params=["disk", "memory"])
def store(request, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CampaignStore:
    """An empty folder; receivers on this machine may be told."""
    monkeypatch.setenv("CALLBACK_ALLOW_PRIVATE", "1")
    monkeypatch.delenv("CALLBACK_SECRET", raising=False)
    return CampaignStore.open(str(tmp_path) if request.param == "disk" else f"memory://{tmp_path.name}", "lamps")


Stand = Callable[..., tuple[Ended, list[Ended]]]


@pytest.fixture
def stand_still(store: CampaignStore, monkeypatch: pytest.MonkeyPatch) -> Stand:
    """Run a campaign that stands still at a step while another machine takes it for dead: how both ended."""

    def both(api: Api, step: str, *, is_after: bool, cells=(CELL,), **options) -> tuple[Ended, list[Ended]]:
        others: list[Ended] = []

        def frozen(own: Ledger) -> Ledger:
            loop = asyncio.get_running_loop()

            def another() -> None:
                """Nothing of the first goes on meanwhile; its beat lies there, and stands still."""
                stands, goes_on = Event(), Event()
                loop.call_soon_threadsafe(lambda: (stands.set(), goes_on.wait()))
                stands.wait()
                heartbeat = this_run(own.run_id).model_copy(update={"machine": "elsewhere"})
                store.write(heartbeat.key, heartbeat.model_dump_json().encode())
                monkeypatch.setattr(Watcher, "is_alive", lambda _, run_id: run_id != own.run_id)
                others.append(asyncio.run(run(store, api, cells, **options)))
                goes_on.set()

            return Frozen(own.store, own.run_id, step, is_after, another, made_by=own.made_by)

        own = {"budget_usd": options.get("budget_usd"), "slots": options.get("slots", 1)}
        return asyncio.run(run(store, api, cells, ledger=frozen, **own)), others

    return both


def check(store: CampaignStore, api: Api, *, paid: int) -> None:
    """The manifest costs what was billed, shows what is stored, and a third run changes nothing of it."""
    manifest = store.read("manifest.csv")
    [row] = csv.DictReader(manifest.decode().splitlines())
    assert (row["status"], Decimal(row["cost_usd"])) == ("done", paid * PRICE_USD)
    original = store.read(row["original"])
    assert sha256(original).hexdigest() == row["image_sha256"]
    with Image.open(BytesIO(original)) as image, Image.open(BytesIO(store.read(VARIANTS[0].key(ID)))) as variant:
        assert image.getpixel((5, 5)) == variant.getpixel((5, 5))
    billed = api.billed.total()
    again = asyncio.run(run(store, api, [CELL]))
    assert (again.stopped_by, again.tally.cost_usd) == (None, paid * PRICE_USD)
    assert (store.read("manifest.csv"), api.billed.total()) == (manifest, billed)


@pytest.mark.parametrize("retry", [(), ("unknown",)])
@pytest.mark.parametrize(
    ("step", "is_after", "is_out"),
    [
        ("intend", True, False),
        ("read_owner", False, False),
        ("read_owner", True, True),
        ("note_answer", False, True),
        ("note_answer", True, False),
        ("note_end", False, False),
        ("note_end", True, False),
    ],
)
def test_a_run_that_stood_still_pays_for_nothing_that_was_taken_over(store, stand_still, step, is_after, is_out, retry):
    """Save what was out when it stood still, or left before it could know: that is counted, and kept if needed."""
    api = Pictures()
    woken, [other] = stand_still(api, step, is_after=is_after, retry=retry)
    paid = 2 if is_out and retry else 1
    assert api.billed.total() == paid
    assert (woken.statuses, woken.stopped_by, other.stopped_by) == (["done"], None, None)
    assert woken.tally.cost_usd == woken.outcomes[ID].cost_usd == paid * PRICE_USD
    check(store, api, paid=paid)


@pytest.mark.parametrize("refusal", [422, 400])
def test_an_image_that_was_paid_late_is_kept_where_the_cell_has_none(store, stand_still, refusal):
    """The other run asked again and was refused; what the first had paid is the cell's."""
    api = Pictures(refusals={2: refusal})
    woken, [other] = stand_still(api, "note_answer", is_after=False, retry=["unknown"])
    assert other.statuses == ["blocked" if refusal == 422 else "failed"]
    assert woken.statuses == ["done"]
    assert api.billed.total() == 1
    assert woken.tally.cost_usd == woken.spent_usd == PRICE_USD
    check(store, api, paid=1)


def test_a_link_that_fails_for_now_leaves_what_was_paid_late_to_a_retry(store, stand_still, monkeypatch):
    """The other run gave its turn back unpaid. The image is paid, so no other is asked for, and the end says why."""
    download, links = fetch.download, []

    async def only_once(client, url: str) -> bytes:
        links.append(url)
        if len(links) > 1:
            raise LinkFailed("The link gave nothing", link_fault="not answered")
        return await download(client, url)

    with monkeypatch.context() as patch:
        patch.setattr(fetch, "download", only_once)
        api = Pictures(refusals={2: 402})
        woken, _ = stand_still(api, "note_answer", is_after=False, retry=["unknown"])
    [outcome] = woken.outcomes.values()
    assert (outcome.status, outcome.error) == ("failed", "The link gave nothing")
    assert woken.tally.cost_usd == outcome.cost_usd == api.billed.total() * PRICE_USD == PRICE_USD
    assert asyncio.run(run(store, api, [CELL], retry=["failed"])).statuses == ["done"]
    check(store, api, paid=1)


def test_many_cells_that_were_taken_over_stop_nothing(stand_still):
    """They are no images that were paid in vain: the other run has them."""
    api, cells = Pictures(), [a_cell(a_request(f"Lantern {number}")) for number in range(6)]
    woken, [other] = stand_still(api, "note_answer", is_after=False, retry=["unknown"], cells=cells, slots=6)
    assert (woken.stopped_by, other.stopped_by) == (None, None)
    assert woken.statuses == other.statuses == ["done"] * 6
    assert api.billed.total() > len(cells), "what was out was paid by both"
    assert woken.tally.cost_usd == api.billed.total() * PRICE_USD


def test_a_request_that_got_no_answer_spoils_no_image(store, stand_still):
    """It was out when its run stood still; the other run's image stands, and the lost request is in its cost."""
    api = Pictures(refusals={2: 500})
    woken, [other] = stand_still(api, "read_owner", is_after=True, retry=["unknown"])
    assert (woken.statuses, other.statuses, api.asked) == (["done"], ["done"], 2)
    check(store, api, paid=2)


def test_what_others_have_done_meanwhile_is_shown(store, stand_still):
    """Also of cells that had ended when the run began: the manifest of whoever is last is the whole truth."""
    before, after = CELLS
    asyncio.run(run(store, Api(refusal=httpx.Response(422)), [before]))
    woken, _ = stand_still(Pictures(), "intend", is_after=True, retry=["blocked"], cells=[before, after])
    rows = list(csv.DictReader(store.read("manifest.csv").decode().splitlines()))
    assert [row["status"] for row in rows] == woken.statuses == ["done", "done"]
    assert woken.tally.cost_usd == 2 * PRICE_USD
    assert Ledger(store, "").load([before, after]).outcomes == woken.outcomes


@pytest.mark.parametrize("retry", [(), ("unknown",)])
def test_each_end_is_told_once(stand_still, retry):
    """Of the turn that was lost, and of the image: by whichever run comes to it first, and never again."""
    with listening() as receiver:
        cell = CELL.model_copy(update={"callback_url": receiver.url})
        stand_still(Pictures(), "note_answer", is_after=False, retry=retry, cells=[cell])
        told = sorted((event["event"], event["status"]) for event in receiver.events)
    assert told == [("generation.completed", "done"), ("generation.failed", "unknown")]
    assert set(receiver.ids.values()) == {1}


@pytest.mark.parametrize("affordable", [1, 2, 3])
@pytest.mark.parametrize(("step", "is_after"), [("intend", True), ("read_owner", True), ("note_answer", False)])
def test_both_keep_one_budget(store, stand_still, step, is_after, affordable):
    """What was out when one stood still is spent, for the other and for the one that wakes."""
    api = Pictures()
    limit = affordable * PRICE_USD
    woken, _ = stand_still(api, step, is_after=is_after, retry=["unknown"], cells=CELLS, budget_usd=limit)
    assert api.billed.total() * PRICE_USD <= woken.tally.cost_usd <= limit
    rows = csv.DictReader(store.read("manifest.csv").decode().splitlines())
    assert sum(Decimal(row["cost_usd"]) for row in rows) == woken.tally.cost_usd


def test_a_run_whose_records_are_gone_sends_and_stores_nothing(store):
    """Somebody has removed the folder, or cleared it for a paid run: whatever it wrote could pass for another's."""
    api = Pictures()

    def frozen(own: Ledger) -> Ledger:
        def removed() -> None:
            for name in store.names("ledger/intents"):
                store.delete(f"ledger/intents/{name}")

        return Frozen(own.store, own.run_id, "read_owner", is_after=False, meanwhile=removed, made_by=own.made_by)

    ended = asyncio.run(run(store, api, [CELL], ledger=frozen))
    assert isinstance(ended.stopped_by, StorageFailed)
    assert "somebody has removed it" in str(ended.stopped_by)
    assert api.asked == 0
