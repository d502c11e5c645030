"""Every end becomes an event, once, whatever happened to the run that should have told it."""

import asyncio
import csv
import json
import uuid
from datetime import datetime
from pathlib import Path

import httpx
import pytest
from prefect.client.schemas.objects import FlowRun, State
from prefect.states import Cancelled, Completed, Crashed, Failed

from flows.campaign import campaign as flow
from tasks import make_variants
from tasks.callbacks.callback_settings import load_callback_settings
from tasks.callbacks.deliver_outbox import serve_outbox
from tasks.callbacks.delivery_report import Wish
from tasks.callbacks.outbox import Outbox
from tasks.callbacks.queue_events import Announcements
from tasks.errors import (
    CreditsExhausted,
    InputInvalid,
    Interrupted,
    OriginalUnreadable,
    StorageFailed,
    VariantsFailed,
)
from tasks.ledger.ledger import Ledger
from tasks.planning.plan_campaign import plan_campaign
from tasks.records.campaign import Campaign
from tasks.records.fault import Fault
from tasks.records.result import CampaignResult
from tasks.records.verdicts import Verdicts
from tasks.reporting.reporter import Reporter, watched_by
from tasks.run_state.toolbox import toolbox
from tasks.running.announce_cells import LAST_TRY_S, announce_campaign
from tasks.running.separate_sandbox import keep_apart
from tasks.storage.storage import CampaignStore
from tests.factories import a_cell, a_request, an_outcome
from tests.tasks.harness import CELLS, SETTINGS, VARIANTS, Api, run, without_engine  # noqa: F401  a fixture
from tests.tasks.receivers import listening

pytestmark = pytest.mark.usefixtures("without_engine")

RESULT = CampaignResult(name="Lamps", folder="x", cells=2, by_status={"done": 1, "blocked": 1})


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CampaignStore:
    """An empty folder; receivers on this machine are allowed."""
    monkeypatch.setenv("CALLBACK_ALLOW_PRIVATE", "1")
    monkeypatch.delenv("CALLBACK_SECRET", raising=False)
    return CampaignStore.open(str(tmp_path), "lamps")


def told_to(url: str) -> list:
    """The two cells, each with a callback URL."""
    return [cell.model_copy(update={"callback_url": url}) for cell in CELLS]


def events_in(store: CampaignStore) -> list[dict]:
    """The bodies of the events in the outbox."""
    outbox = Outbox(store)
    return [json.loads(event.body) for event in outbox.read_many(outbox.queued())]


def test_what_a_killed_run_has_not_told_the_next_one_tells_once(store):
    """Its cells had ended and nobody had queued their events; a third run has nothing to tell."""
    asyncio.run(run(store, Api()))
    assert store.names("callbacks") == [], "nobody wants to be told"
    with listening() as receiver:
        for _ in range(2):
            asyncio.run(run(store, Api(), cells=told_to(receiver.url)))
        assert sorted(event["jobId"] for event in receiver.events) == sorted(cell.cell_id for cell in CELLS)
        assert set(receiver.ids.values()) == {1}


def test_a_url_that_is_named_later_is_told_of_everything_and_the_first_nothing_twice(store):
    """Each endpoint hears of each end once; two URLs of one cell are two endpoints."""
    with listening() as one, listening() as two:
        asyncio.run(run(store, Api(), cells=told_to(one.url)))
        asyncio.run(run(store, Api(), cells=told_to(f"{one.url} {two.url}")))
        assert set(one.ids.values()) == {1}
        assert one.ids == two.ids
        assert len(one.ids) == 2


def test_what_a_run_may_and_must_is_what_the_next_one_may_and_must(store, monkeypatch):
    """One whose environment forgot the secret queues, says so and sends nothing; whoever has it sends all."""
    with listening() as receiver:
        monkeypatch.setenv("CALLBACK_SECRET", "whsec_" + "c2VjcmV0" * 4)
        asyncio.run(run(store, Api(), cells=told_to(receiver.url)[:1]))
        assert Outbox(store).terms() == {"signed", "private"}
        for variable in ("CALLBACK_SECRET", "CALLBACK_ALLOW_PRIVATE"):
            monkeypatch.delenv(variable)
        said: list[str] = []
        watcher = Reporter()
        watcher.warn = said.append
        with watched_by(watcher):
            asyncio.run(run(store, Api(), cells=told_to(receiver.url)))
        assert (len(receiver.heard), len(said), len(events_in(store))) == (1, 1, 2)
        assert "CALLBACK_SECRET is not set here" in said[0]
        monkeypatch.setenv("CALLBACK_SECRET", "whsec_" + "c2VjcmV0" * 4)
        asyncio.run(serve_outbox(store, "lamps", Wish(), load_callback_settings()))
        assert all("webhook-signature" in headers for headers, _ in receiver.heard)
        assert set(receiver.ids.values()) == {1}
        assert len(receiver.ids) == 2


def test_another_turn_is_another_event(store):
    """A cell that was refused and then made is told twice: of each end, once."""
    with listening() as receiver:
        cells = told_to(receiver.url)[:1]
        refusing = Api(refusal=httpx.Response(422, json={"error": "no"}))
        asyncio.run(run(store, refusing, cells=cells))
        asyncio.run(run(store, Api(), cells=cells, retry=["blocked"]))
        asyncio.run(run(store, Api(), cells=cells))
        assert [event["status"] for event in receiver.events] == ["blocked", "done"]
        assert set(receiver.ids.values()) == {1}


def test_only_what_is_wanted_is_told(store):
    """The filter holds for the outbox too."""
    wanted = Campaign(matrix="lamps.csv", callback_events=("generation.failed",))
    with listening() as receiver:
        asyncio.run(run(store, Api(), cells=told_to(receiver.url), campaign=wanted))
        assert receiver.events == events_in(store) == []


def test_a_receiver_that_hangs_holds_no_campaign_up(store):
    """The run ends soon after its last image; what has no answer waits."""
    with listening() as receiver:
        receiver.hangs.set()

        async def timed() -> float:
            started = asyncio.get_running_loop().time()
            await run(store, Api(), cells=told_to(receiver.url), last_try_s=LAST_TRY_S)
            return asyncio.get_running_loop().time() - started

        assert asyncio.run(timed()) < 12, "before the sender itself gives up"
    standings = Outbox(store).load()
    assert {one.state for one in standings} == {"waiting"}
    assert max(one.attempts for one in standings) <= 1


def test_a_campaign_whose_outbox_fails_is_done_all_the_same(store, monkeypatch):
    """The next run tells what this one could not."""

    def fail(*_) -> bool:
        raise StorageFailed("full")

    with listening() as receiver:
        with monkeypatch.context() as patch:
            patch.setattr(Outbox, "queue", fail)
            assert asyncio.run(run(store, Api(), cells=told_to(receiver.url))).statuses == ["done", "done"]
            assert receiver.events == []
        asyncio.run(run(store, Api(), cells=told_to(receiver.url)))
        assert len(receiver.ids) == 2


def test_a_malformed_secret_is_told_before_anything_is_paid(store, monkeypatch):
    """By the variable's name, without its value."""
    monkeypatch.setenv("CALLBACK_SECRET", "s3cret")
    api = Api()
    with pytest.raises(InputInvalid, match="CALLBACK_SECRET") as raised:
        asyncio.run(run(store, api, cells=told_to("http://127.0.0.1:9/")))
    assert "s3cret" not in str(raised.value)
    assert api.billed.total() == 0


def test_a_paid_run_tells_of_its_own_images(store, tmp_path):
    """What the sandbox's trial has told is cleared with it: the same cell is told again, as another event."""
    (tmp_path / "lamps.csv").write_text("prompt\nLamp 0\nLamp 1\n")

    def trial(*, is_sandbox: bool) -> None:
        keep_apart(store, plan_campaign(Campaign(matrix=str(tmp_path / "lamps.csv"), sandbox=is_sandbox)))

    with listening() as receiver:
        trial(is_sandbox=True)
        asyncio.run(run(store, Api(), cells=told_to(receiver.url)))
        trial(is_sandbox=False)
        assert events_in(store) == []
        asyncio.run(run(store, Api(), cells=told_to(receiver.url)))
        assert len(receiver.ids) == 4


def broken(*_) -> None:
    """A cut that cannot be made."""
    raise VariantsFailed("cannot")


def no_image(*_) -> None:
    """An original that is none after all."""
    raise OriginalUnreadable("cannot")


@pytest.mark.parametrize("is_told", [True, False])
@pytest.mark.parametrize(
    ("api", "cut", "status"),
    [
        (Api(), None, "done"),
        (Api(refusal=httpx.Response(422)), None, "blocked"),
        (Api(refusal=httpx.Response(400)), None, "failed"),
        (Api(refusal=httpx.Response(500)), None, "unknown"),
        (Api(refusal=httpx.Response(200, content=b"{}")), None, "unknown"),
        (Api(refusal=httpx.Response(429)), None, "failed"),
        (Api(expired=True), None, "failed"),
        (Api(image=b"no image"), None, "failed"),
        (Api(), broken, "failed"),
        (Api(), no_image, "failed"),
    ],
)
def test_an_end_is_made_once_and_written_once(store, monkeypatch, api, cut, status, is_told):
    """Whoever comes first, hook or run: ledger, manifest and event tell the same of it, to the moment."""
    written = []
    note_end = Ledger.note_end
    monkeypatch.setattr(Ledger, "note_end", lambda self, end: written.append(end) or note_end(self, end))
    if cut is not None:
        monkeypatch.setattr(make_variants, "cut_all", cut)
    with listening() as receiver:
        cells = told_to(receiver.url)[:1] if is_told else CELLS[:1]
        ended = asyncio.run(run(store, api, cells=cells))
        assert written == list(ended.outcomes.values())
        [outcome] = written
        [row] = csv.DictReader(store.read("manifest.csv").decode().splitlines())
        assert (outcome.status, row["status"]) == (status, status)
        ended_at = outcome.finished_at.replace(microsecond=outcome.finished_at.microsecond // 1000 * 1000)
        assert datetime.fromisoformat(row["finished_at"]) == ended_at
        if is_told:
            [event] = receiver.events
            assert (event["status"], event["error"]) == (status, outcome.error)
            assert datetime.fromisoformat(event["timestamp"]) == outcome.finished_at
        assert (outcome.original is None) == (status != "done" and cut is not broken)


def test_an_end_that_was_told_is_the_one_that_an_interruption_leaves(store, monkeypatch):
    """The run is cut off after its hook has told of an image, and before it has written so itself."""
    hook = Announcements.announce

    async def cut_off(self, cell, outcome) -> None:
        await hook(self, cell, outcome)
        if toolbox().stop.reason is None:
            toolbox().stop.because(Interrupted("Ctrl-C"))
            raise asyncio.CancelledError

    monkeypatch.setattr(Announcements, "announce", cut_off)
    with listening() as receiver:
        cells = told_to(receiver.url)[:1]
        ended = asyncio.run(run(store, Api(), cells=cells))
        monkeypatch.undo()
        monkeypatch.setenv("CALLBACK_ALLOW_PRIVATE", "1")
        assert ended.statuses == ["done"]
        assert Ledger(store, "another").load([cells[0]]).outcomes == ended.outcomes
        [event] = receiver.events
        assert datetime.fromisoformat(event["timestamp"]) == ended.outcomes[cells[0].cell_id].finished_at


def ended(store: CampaignStore, state: State, **parameters) -> list[dict]:
    """The events after a run of the flow has ended in `state`."""
    given = {"matrix": "lamps.csv", "output": str(Path(store.address).parent), "callback_url": "https://example.com/"}
    flow_run = FlowRun(flow_id=uuid.uuid4(), parameters=given | parameters, run_count=1)
    asyncio.run(announce_campaign(flow, flow_run, state))
    return events_in(store)


def test_a_run_that_ended_by_itself_completes_the_campaign(store):
    """With the counts of its result, also where not every cell is done."""
    [event] = ended(store, Completed(data=RESULT))
    assert (event["event"], event["jobId"], event["campaign"]) == ("campaign.completed", "lamps", "lamps")
    assert (event["counts"], event["page"]) == ({"done": 1, "blocked": 1}, f"{store.address}/index.html")


def test_a_campaign_that_is_held_completes_and_awaits_its_review(store):
    """Until somebody has decided on all of it; then `campaign.approved` has told so."""
    result = RESULT.model_copy(update={"approval": Verdicts(undecided=1)})
    [event] = ended(store, Completed(data=result), hold=True)
    assert (event["event"], event["review"]) == ("campaign.completed", "awaited")
    Ledger(store, "run").note_end(an_outcome(CELLS[0]))
    kept = RESULT.model_copy(update={"approval": Verdicts(kept=1)})
    events = ended(store, Completed(data=kept), hold=True)
    assert sorted(event.get("review", "") for event in events) == ["", "awaited"]


def test_what_a_campaign_has_come_to_is_told_once(store):
    """A run that finds nothing left to do tells nothing anew; once another cell has ended, there is news."""
    ledger = Ledger(store, "run")
    ledger.note_end(an_outcome(CELLS[0]))
    assert len(ended(store, Completed(data=RESULT))) == 1
    assert len(ended(store, Completed(data=RESULT))) == 1
    ledger.note_end(an_outcome(CELLS[1], "blocked"))
    assert len(ended(store, Completed(data=RESULT))) == 2
    for _ in range(2):
        events = ended(store, Failed(data=CreditsExhausted("Top up the account (402)")))
    assert len(events) == 4, "each run that was stopped is news"


@pytest.mark.parametrize(
    ("state", "error"),
    [
        (Failed(data=CreditsExhausted("Top up the account (402)")), "Top up the account (402)"),
        (Failed(data=RuntimeError("secret")), "The run failed"),
        (Crashed(data=KeyboardInterrupt()), "The run crashed"),
        (Cancelled(), "The run was cancelled"),
    ],
)
def test_a_run_that_was_stopped_fails_the_campaign(store, state, error):
    """With what the ledger knows of its cells by then."""
    ledger = Ledger(store, "run")
    ledger.note_end(an_outcome(CELLS[0]))
    ledger.note_end(an_outcome(CELLS[1], "unknown"))
    [event] = ended(store, state)
    assert (event["event"], event["error"]) == ("campaign.failed", error)
    assert (event["counts"], event["costUsd"]) == ({"done": 1, "unknown": 1}, 0.16)


@pytest.mark.parametrize(
    ("state", "parameters"),
    [
        (Failed(data=InputInvalid([Fault(source="m.csv", problem="x")])), {}),
        (Completed(data=RESULT), {"dry_run": True}),
        (Completed(data=RESULT), {"callback_url": None}),
        (Completed(data=RESULT), {"callback_events": ["generation.failed"]}),
        (Crashed(data=KeyboardInterrupt()), {}),
    ],
)
def test_nothing_is_told_of_a_run_that_never_was_one(store, state, parameters):
    """Wrong input, a dry run, nobody to tell, nothing wanted, a crash before the first request."""
    assert ended(store, state, **parameters) == []


def test_a_run_that_could_ask_for_nothing_is_not_announced(store):
    """Its key was refused, or the balance is empty: every turn that it had begun was given back."""
    ledger = Ledger(store, "run")
    assert ledger.intend(CELLS[0], 1)
    ledger.mark_released(CELLS[0].cell_id, 1)
    assert ended(store, Failed(data=CreditsExhausted("Top up the account (402)"))) == []
    assert ledger.intend(CELLS[0], 2)
    assert len(ended(store, Failed(data=CreditsExhausted("Top up the account (402)")))) == 1


def test_a_cell_has_its_urls_one_by_one():
    """As they stand in the matrix, separated by white space."""
    assert a_cell(a_request(), callback_url="https://a/ https://b/").endpoints == ("https://a/", "https://b/")
    assert a_cell(a_request()).endpoints == ()


def test_what_the_next_run_finds_otherwise_is_not_told(store, monkeypatch):
    """A cell that is paid and could not be cut, since the storage failed, has not ended: its event is its end's."""
    write = CampaignStore.publish

    def failing(self, files) -> None:
        if any(key.startswith("variants/") for key in files):
            raise StorageFailed("away for a moment")
        write(self, files)

    with listening() as receiver:
        cells = told_to(receiver.url)
        with monkeypatch.context() as patch:
            patch.setattr(CampaignStore, "publish", failing)
            assert asyncio.run(run(store, Api(), cells=cells)).stopped_by is not None
        assert events_in(store) == []
        assert asyncio.run(run(store, Api(), cells=cells)).statuses == ["done", "done"]
        assert {event["event"] for event in receiver.events} == {"generation.completed"}
        assert len(receiver.events) == 2


def test_a_turn_that_is_lost_and_tried_again_at_once_is_told_too(store):
    """`--retry unknown` over a killed run: that the first request may have been paid, and then the image."""
    dead = Ledger(store, "dead-run")
    with listening() as receiver:
        cells = told_to(receiver.url)
        dead.intend(cells[0], 1)
        asyncio.run(run(store, Api(), cells=cells[:1], retry=["unknown"]))
        told = sorted((event["event"], event["status"]) for event in receiver.events)
    assert told == [("generation.completed", "done"), ("generation.failed", "unknown")]
