"""Ledgers against the bill of a stand-in, and what can be wrong on the way."""

import asyncio
import json
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.app import create_app
from sandbox.options import SandboxOptions
from tasks.api.dialects.usages import HOURS_MAX, read_usage
from tasks.api.ideogram import IdeogramClient
from tasks.api.settings import Settings
from tasks.errors import CredentialsRejected, InputInvalid, NotAccepted, UsageHidden
from tasks.ledger.ledger import Ledger
from tasks.ledger.published import Published
from tasks.reconciling.compare import Entry, Sold, spans_of
from tasks.reconciling.reconcile import Audit, asked_spans, bill_of, reconcile
from tasks.records.usage import Usage
from tasks.reporting.tell_audit import of_reconciled
from tasks.storage.storage import CampaignStore
from tests.contract import fixtures, needs_fixtures
from tests.factories import PRICE_USD, a_cell, a_request, an_outcome

SETTINGS = Settings.for_api("http://127.0.0.1:9", "a-right-key")
CELLS = tuple(
    a_cell(a_request(f"{prompt} {n}", model="ideogram-4", quality="low", style_type=None), product=f"{prompt} {n}")
    for n, prompt in enumerate(("cup", "cup", "cup [sandbox:error]", "cup"))
)


@pytest.fixture
def app():
    """A stand-in that has drawn the images of all cells but one, which it has turned away with 500."""
    app = create_app(SandboxOptions(latency_scale=0, api_key="a-right-key"))

    async def draw():
        async with IdeogramClient.open(SETTINGS, httpx.ASGITransport(app)) as client:
            for cell in CELLS:
                await asyncio.gather(client.generate(cell.request), return_exceptions=True)

    asyncio.run(draw())
    return app


@pytest.fixture
def ledger(tmp_path):
    """What a run has noted that was answered twice: of the other two nothing came."""
    ledger = Ledger(CampaignStore.open(str(tmp_path), "cups"), "run", made_by=SETTINGS.made_by)
    ledger.keep_published(Published(title="Cups", is_sandbox=False, variants=(), cells=CELLS))
    for cell, status in zip(CELLS, ("done", "done", "unknown", "unknown"), strict=True):
        ledger.intend(cell, 1)
        ledger.note_end(an_outcome(cell, status, finished_at=datetime.now(UTC)))
    return ledger


def audit_of(app, folder, later=timedelta(hours=3), settings=SETTINGS, **fields):
    """What has come of it, so much later."""

    async def ask():
        async with IdeogramClient.open(settings, httpx.ASGITransport(app)) as client:
            return await reconcile(Audit(folder=str(folder), **fields), client, datetime.now(UTC) + later)

    return asyncio.run(ask())


@pytest.mark.usefixtures("ledger")
def test_the_bill_is_held_against_the_ledger(app, tmp_path):
    """Of a folder of campaigns, or of one; what is billed in doubt is not called free."""
    for folder in (tmp_path, tmp_path / "cups"):
        audit = audit_of(app, folder)
        (row,) = audit.rows
        assert row.sold == Sold("/v2/image/generate/ideogram-4", "turbo")
        assert (row.billed, row.known, row.perhaps, row.beyond, audit.beyond) == (3, 2, 2, 0, 0)
        assert (len(audit.perhaps), audit.free, audit.keys) == (2, (), ("sandbox",))


def test_what_was_never_billed_is_named(app, ledger, tmp_path):
    """Once the other one turns out to be done; not before the bill can have it."""
    ledger.note_end(an_outcome(CELLS[3], "done", finished_at=datetime.now(UTC)))
    assert audit_of(app, tmp_path).free == (CELLS[2].cell_id,)
    early = audit_of(app, tmp_path, timedelta(0))
    assert (early.free, early.early) == ((), 1)
    told = of_reconciled(audit_of(app, tmp_path), None)
    assert told.said == "3 images paid, 1 perhaps; nothing is billed beyond that"
    assert told.notes[0] == ("Note", "of 1 cell that may be paid, 1 never was; --retry pays for nothing twice there")
    assert told.tables[1].rows == ((CELLS[2].cell_id,),)


@pytest.mark.usefixtures("ledger")
def test_what_no_ledger_knows_of_is_beyond(app, tmp_path):
    """Even if all that may be paid was; and it is said that others may have used the key."""
    (tmp_path / "cups" / "ledger" / "intents" / f"{CELLS[0].cell_id}.1.json").unlink()
    (tmp_path / "cups" / "ledger" / "intents" / f"{CELLS[3].cell_id}.1.json").unlink()
    audit = audit_of(app, tmp_path)
    told = of_reconciled(audit, None)
    assert (audit.beyond, told.said) == (1, "1 image paid, 1 perhaps; 1 image is billed beyond that")
    assert "--key" in told.notes[-1][1]


@pytest.mark.usefixtures("ledger")
def test_a_key_that_may_not_read_the_bill_is_told_which_may(tmp_path):
    """And a wrong one that it is wrong."""
    with pytest.raises(UsageHidden, match=r"\(404\): that takes a key that is owned by an admin"):
        audit_of(create_app(SandboxOptions(is_admin=False)), tmp_path)
    with pytest.raises(CredentialsRejected):
        audit_of(create_app(SandboxOptions(api_key="another")), tmp_path)


@pytest.mark.usefixtures("ledger")
def test_a_folder_or_a_key_that_is_none_is_told(app, tmp_path):
    """With the keys that there are."""
    with pytest.raises(InputInvalid, match="holds no campaign"):
        audit_of(app, tmp_path / "nothing")
    with pytest.raises(InputInvalid, match=r"holds nothing that 127\.0\.0\.1:8 was paid for"):
        audit_of(app, tmp_path, settings=Settings.for_api("http://127.0.0.1:8", "a-right-key"))
    with pytest.raises(InputInvalid, match="keys that have: sandbox"):
        audit_of(app, tmp_path, key="production")
    assert audit_of(app, tmp_path, key="sandbox").rows


@needs_fixtures
def test_documented_answers_are_read():
    """The document's own example as well, which lacks what the document requires."""
    bodies = [one["body"] for one in fixtures() if one["name"].startswith("usage")]
    lines = [read_usage(200, {}, json.dumps(body).encode()).buckets[0].line_items[0] for body in bodies]
    assert [(line.endpoint, line.word, line.images, str(line.cost_total)) for line in lines] == [
        ("/v2/image/generate/ideogram-4", "turbo", 2100, "84.00"),
        ("/v2/image/generate/gpt-image-2", "", None, "3.47"),
    ]


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"buckets": [{"start_time": "soon", "end_time": 1}]}'])
def test_what_is_no_bill_is_said_to_be_none(body):
    """And nothing is concluded from it."""
    with pytest.raises(UsageHidden, match="in a form that is not known"):
        read_usage(200, {}, body)


def test_an_api_that_is_busy_is_asked_a_few_times():
    """Then it is told to be away."""
    asked, pauses = [], []

    async def busy(start, end):
        asked.append((start, end))
        raise NotAccepted("The API tells no usage now (503).")

    async def pause(seconds):
        pauses.append(seconds)

    entries = [Entry("a", Sold(), PRICE_USD, 5, 5, is_certain=True)]
    with pytest.raises(UsageHidden, match=r"try again later\. The API tells no usage now \(503\)"):
        asyncio.run(bill_of(busy, entries, pause))
    assert len(asked) == len(pauses) == 3


def test_what_was_used_in_the_app_is_not_of_the_keys():
    """A person's own pictures are on another line."""
    lines = [{"cost_total": "1", "source": source, "endpoint": "/generate"} for source in ("app", "api")]
    bucket = {"start_time": "1970-01-01T05:00:00+00:00", "end_time": "1970-01-01T06:00:00+00:00", "line_items": lines}

    async def told(*_):
        return Usage.model_validate({"buckets": [bucket]})

    entries = [Entry("a", Sold(), PRICE_USD, 5, 5, is_certain=True)]
    assert [(hour, line.source) for hour, line in asyncio.run(bill_of(told, entries))] == [(5, "api")]


@given(st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 400)), max_size=8))
def test_no_more_hours_are_asked_about_than_an_answer_may_have(places):
    """And each hour of the ledger in exactly one answer."""
    entries = [Entry("a", Sold(), PRICE_USD, first, first + more, is_certain=True) for first, more in places]
    asked = list(asked_spans(entries))
    hours = [hour for span in asked for hour in range(span.first, span.last + 1)]
    assert all(span.last - span.first < HOURS_MAX for span in asked)
    assert len(hours) == len(set(hours))
    assert {hour for span in spans_of(entries) for hour in range(span.first, span.last + 1)} <= set(hours)
