"""What is acknowledged is kept and done once; what is not believed, not readable or too large is a 4xx, never a 5xx."""

import asyncio
import hashlib
import json
import logging
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.types import ASGIApp, Message

from deployments.callback_inbox import Inbox
from deployments.callback_receiver import CallbackReceiver, command, receiving
from deployments.callback_routes import BODY_MAX_BYTES, Routes, application
from deployments.json_lines import JsonLines
from deployments.process_callbacks import AT_ONCE, Processor
from deployments.receiver_settings import ReceiverSettings
from tasks.clients.hooks import Hook, Hooks
from tasks.errors import InputInvalid
from tasks.models.fault import Fault
from tasks.models.received_event import ReceivedEvent
from tasks.models.signature import Secrets
from tests.deployments.events import PATH, SECRET, SECRETS, event_body, signed

BODY = event_body()


@asynccontextmanager
async def receiver(
    folder: Path, hook: Hook | None = None, secrets: Secrets | None = SECRETS
) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a receiver that runs in this process."""
    set_up = ReceiverSettings(secrets=secrets, inbox=folder / "callbacks.sqlite")
    async with receiving(set_up, Hooks(hook, hook)) as app, client_of(app) as client:
        yield client


def client_of(app: ASGIApp) -> httpx.AsyncClient:
    """A client whose requests go to `app`; what that raises is answered with a 500, as a server would."""
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://receiver", trust_env=False)


async def settled(client: httpx.AsyncClient, **counts: int) -> None:
    """Wait until the receiver's health shows these counts."""
    async with asyncio.timeout(5):
        while counts.items() - (await client.get("/health")).json().items():  # noqa: ASYNC110  seen from outside only
            await asyncio.sleep(0.01)


def answer(folder: Path, body: bytes = BODY, headers: dict[str, str] | None = None, **options: Any) -> httpx.Response:
    """What one request is answered."""

    async def scenario() -> httpx.Response:
        async with receiver(folder, **options) as client:
            return await client.post(PATH, content=body, headers=signed(body) if headers is None else headers)

    return asyncio.run(scenario())


def rows(folder: Path) -> list[tuple[str, str, int]]:
    """What the journal holds when no receiver runs."""
    with sqlite3.connect(folder / "callbacks.sqlite") as database:
        found = database.execute("SELECT event_id, state, tries FROM events ORDER BY rowid").fetchall()
    database.close()
    return found


def test_an_event_is_acknowledged_and_then_handed_on(tmp_path):
    """The user's function gets it as a record, with the id to tell repetitions by."""
    seen: list[ReceivedEvent] = []

    async def scenario() -> httpx.Response:
        async with receiver(tmp_path, seen.append) as client:
            response = await client.post(PATH, content=BODY, headers=signed(BODY))
            await settled(client, waiting=0, done=1, failed=0)
            return response

    response = asyncio.run(scenario())
    assert (response.status_code, response.json()) == (200, {"received": True})
    assert [(event.id, event.job_id, event.metadata) for event in seen] == [
        ("evt_1", "teapot-hero-4cc9bec7", {"sku": "T-1"})
    ]


def test_an_event_that_comes_again_is_acknowledged_and_not_processed_again(tmp_path):
    """At once, later, and after a restart; with another body under its id as well."""
    seen: list[ReceivedEvent] = []

    async def scenario() -> list[int]:
        statuses: list[int] = []
        for _ in range(2):
            async with receiver(tmp_path, seen.append) as client:
                bodies = (BODY, BODY, event_body(seed=7))
                responses = [await client.post(PATH, content=body, headers=signed(body)) for body in bodies]
                statuses += [response.status_code for response in responses]
                await settled(client, waiting=0, done=1)
        return statuses

    assert asyncio.run(scenario()) == [200] * 6
    assert len(seen) == 1


def test_the_acknowledgement_does_not_wait_for_the_work(tmp_path):
    """It comes while the user's function still runs."""

    async def scenario() -> None:
        release = asyncio.Event()

        async def slow(_: ReceivedEvent) -> None:
            await release.wait()

        async with receiver(tmp_path, slow) as client:
            assert (await client.post(PATH, content=BODY, headers=signed(BODY))).status_code == 200
            await settled(client, waiting=1, done=0)
            release.set()
            await settled(client, waiting=0, done=1)

    asyncio.run(scenario())


def test_the_end_waits_for_the_events_in_hand(tmp_path):
    """And begins no other."""
    begun: list[str] = []

    async def scenario() -> None:
        release = asyncio.Event()

        async def slow(event: ReceivedEvent) -> None:
            begun.append(event.id)
            await release.wait()

        async with receiver(tmp_path, slow) as client:
            for n in range(9):
                await client.post(PATH, content=BODY, headers=signed(BODY, f"evt_{n}"))
            while len(begun) < AT_ONCE:  # noqa: ASYNC110  as above
                await asyncio.sleep(0.01)
            asyncio.get_running_loop().call_later(0.3, release.set)

    asyncio.run(scenario())
    assert len(begun) == AT_ONCE
    assert {event_id: state for event_id, state, _ in rows(tmp_path)} == {
        f"evt_{n}": "done" if f"evt_{n}" in begun else "waiting" for n in range(9)
    }


def test_no_error_of_a_function_ends_a_worker(tmp_path):
    """Not even one that means the end of a task."""

    async def breaks(event: ReceivedEvent) -> None:
        if event.id != "last":
            raise asyncio.CancelledError

    async def scenario() -> None:
        async with receiver(tmp_path, breaks) as client:
            for event_id in (*"abcdef", "last"):
                await client.post(PATH, content=BODY, headers=signed(BODY, event_id))
            await settled(client, waiting=6, done=1)

    asyncio.run(scenario())
    assert [tries for _, state, tries in rows(tmp_path) if state == "waiting"] == [1] * 6


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        (dict, "missing"),
        (lambda: signed(BODY) | {"webhook-signature": "v1,AAAA"}, "mismatched"),
        (lambda: signed(BODY + b" "), "mismatched"),
        (lambda: signed(BODY, secrets=Secrets.parse("whsec_" + "b3RoZXIh" * 4)), "mismatched"),
        (lambda: signed(BODY, age_s=400), "stale"),
        (lambda: signed(BODY, age_s=-400), "stale"),
        (lambda: signed(BODY) | {"webhook-timestamp": "now"}, "malformed"),
    ],
)
def test_what_is_not_believed_is_401(tmp_path, headers, reason):
    """And nothing of it is kept."""
    response = answer(tmp_path, headers=headers())
    assert (response.status_code, response.json()) == (401, {"error": f"The signature is {reason}"})
    assert rows(tmp_path) == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b'"generation.completed"',
        b"{}",
        b'{"event": 7}',
        b"\xff\xfe",
        b'{"event": "\xff"}',
        b'{"event": "generation.completed"',
        b"[" * 30_000,
        b'{"event": "generation.completed", "seed": ' + b"9" * 5_000 + b"}",
        b'{"event": "generation.completed", "prompt": "\\ud800"}',
        event_body(jobId=...),
        event_body(jobId=7),
        event_body(timestamp="yesterday"),
        event_body(timestamp="2026-11-22T10:42:07"),
        event_body(variants=["og"]),
        event_body(metadata={"sku": {"a": 1}}),
    ],
)
def test_what_cannot_be_read_is_400(tmp_path, body):
    """Well signed as it may be."""
    response = answer(tmp_path, body)
    assert response.status_code == 400
    assert "canary" not in response.text
    assert rows(tmp_path) == []


def test_further_keys_and_other_events_are_accepted(tmp_path):
    """A newer sender is not turned away; an event of a kind that is not known is passed over."""
    assert answer(tmp_path, event_body(width_px=1312)).json() == {"received": True}
    assert answer(tmp_path, b'{"event": "variant.completed"}').json() == {"received": True}
    assert [row[0] for row in rows(tmp_path)] == ["evt_1"]


def test_a_campaigns_own_events_have_no_job(tmp_path):
    """They are told to the log and done."""
    body = event_body("campaign.completed", jobId=None, filePath=..., variants=None, seed=None)
    assert answer(tmp_path, body).status_code == 200


@pytest.mark.parametrize("is_announced", [True, False])
def test_a_body_that_is_too_large_is_413(tmp_path, is_announced):
    """Also one that comes in chunks and announces nothing; what comes after the cap is not read."""
    sent = 0

    async def chunks() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(1000):
            sent += 1000
            yield b"x" * 1000

    async def scenario() -> httpx.Response:
        async with receiver(tmp_path) as client:
            content = b"x" * (BODY_MAX_BYTES + 1) if is_announced else chunks()
            return await client.post(PATH, content=content, headers=signed(BODY))

    assert asyncio.run(scenario()).status_code == 413
    assert sent <= BODY_MAX_BYTES + 2000


def test_an_event_that_cannot_be_kept_is_not_acknowledged(tmp_path):
    """503 makes the sender come again; health says the same."""

    async def scenario() -> None:
        inbox = Inbox.open(tmp_path / "callbacks.sqlite")
        processor = Processor(inbox, lambda _: asyncio.sleep(0))
        working = asyncio.create_task(processor.run())
        async with client_of(application(Routes(SECRETS, processor, working))) as client:
            inbox.database.execute("PRAGMA query_only = ON")
            response = await client.post(PATH, content=BODY, headers=signed(BODY))
            assert (response.status_code, response.headers["retry-after"]) == (503, "30")
            assert (await client.get("/health")).status_code == 503
            inbox.database.execute("PRAGMA query_only = OFF")
            assert (await client.post(PATH, content=BODY, headers=signed(BODY))).status_code == 200
            assert (await client.get("/health")).status_code == 200
            await processor.stop(working)
            assert (await client.get("/health")).status_code == 503
        inbox.close()

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", PATH, 405), ("POST", "/health", 405), ("GET", "/", 404)]
)
def test_other_requests_are_told_off_in_json(tmp_path, method, path, status):
    """Every answer can be read by a program."""

    async def scenario() -> httpx.Response:
        async with receiver(tmp_path) as client:
            return await client.request(method, path)

    response = asyncio.run(scenario())
    assert (response.status_code, set(response.json())) == (status, {"error"})


def test_without_signatures_the_id_is_still_needed(tmp_path):
    """Whoever has said CALLBACK_UNSIGNED=1 believes everybody, and still does everything once."""
    assert answer(tmp_path, headers={"webhook-id": "evt_1"}, secrets=None).status_code == 200
    assert answer(tmp_path, headers={}, secrets=None).status_code == 400
    assert answer(tmp_path, headers={"webhook-id": "two words"}, secrets=None).status_code == 400
    assert [row[0] for row in rows(tmp_path)] == ["evt_1"]


def test_logs_are_one_object_a_line_without_prompts_or_secrets(tmp_path, caplog):
    """Whatever happens to an event, an event of a failure included."""
    caplog.set_level(logging.INFO)
    failed = event_body("generation.failed", error="The safety check\nrefused it")

    async def scenario() -> None:
        async with receiver(tmp_path) as client:
            for body in (BODY, failed):
                await client.post(PATH, content=body, headers=signed(body, body[:25].hex()))
            await settled(client, waiting=0, done=2)

    asyncio.run(scenario())
    lines = [JsonLines().format(record) for record in caplog.records]
    told = [json.loads(line) for line in lines]
    assert not any("\n" in line or "canary" in line or SECRET in line for line in lines)
    assert {"generation.completed", "generation.failed", "received"} <= {line["message"] for line in told}
    assert [line["error"] for line in told if line["message"] == "generation.failed"] == [
        "The safety check\nrefused it"
    ]


header_texts = st.text(st.characters(min_codepoint=1, max_codepoint=255, exclude_characters="\r\n"), max_size=60)
any_headers = st.dictionaries(
    st.sampled_from(["webhook-id", "webhook-timestamp", "webhook-signature", "content-length", "content-type"]),
    header_texts.map(lambda text: text.encode("latin-1")),
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=3,
)
fields = st.sampled_from(["event", "jobId", "seed", "metadata", "variants", "timestamp", "error", "id", "x"])
bodies = st.binary(max_size=200) | st.dictionaries(fields, json_values).map(lambda change: event_body(**change))


@pytest.fixture(scope="module")
def post(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[bytes, dict[str, Any]], int]]:
    """The status that a receiver which runs already answers to a body and headers."""
    with asyncio.Runner() as runner:
        running = receiver(tmp_path_factory.mktemp("inbox"))
        client = runner.run(running.__aenter__())
        yield lambda body, headers: runner.run(client.post(PATH, content=body, headers=headers)).status_code
        runner.run(running.__aexit__(None, None, None))


@settings(max_examples=60)
@given(bodies, any_headers, st.booleans())
def test_no_request_whatever_is_a_5xx(post, body, headers, is_signed):
    """Any body, any headers; signed well or not at all."""
    event_id = hashlib.sha256(body).hexdigest()
    assert post(body, headers | (signed(body, event_id) if is_signed else {})) in {200, 400, 401, 413}


@settings(max_examples=40)
@given(st.dictionaries(fields, json_values))
def test_what_is_signed_is_kept_or_cannot_be_read(post, change):
    """Nothing that our sender could send is lost: 200 or 400, whatever a field holds."""
    body = event_body(**change)
    assert post(body, signed(body, hashlib.sha256(body).hexdigest())) in {200, 400}


def started(load: Callable[[], ReceiverSettings]) -> list[Message]:
    """What the application tells a server that starts it and ends it."""

    async def scenario() -> list[Message]:
        said: list[Message] = []
        heard = asyncio.Queue[Message]()
        heard.put_nowait({"type": "lifespan.startup"})
        heard.put_nowait({"type": "lifespan.shutdown"})

        async def send(message: Message) -> None:
            said.append(message)

        await CallbackReceiver(load)({"type": "lifespan"}, heard.get, send)
        return said

    handlers = logging.getLogger().handlers[:]
    try:
        return asyncio.run(scenario())
    finally:
        logging.getLogger().handlers[:] = handlers


def test_a_receiver_that_cannot_start_says_why_in_a_sentence(tmp_path):
    """A missing secret, or a journal that is none."""

    def no_secret() -> ReceiverSettings:
        raise InputInvalid([Fault(source="CALLBACK_SECRET", problem="is not set")])

    assert started(no_secret) == [{"type": "lifespan.startup.failed", "message": "CALLBACK_SECRET: is not set"}]
    (tmp_path / "photo.jpg").write_bytes(bytes(2000))
    said = started(lambda: ReceiverSettings(secrets=SECRETS, inbox=tmp_path / "photo.jpg"))
    assert [message["type"] for message in said] == ["lifespan.startup.failed"]
    assert "photo.jpg" in said[0]["message"]


def test_a_receiver_that_starts_ends_as_well(tmp_path):
    """Both are told to the server, and the journal is free again."""
    set_up = ReceiverSettings(secrets=SECRETS, inbox=tmp_path / "callbacks.sqlite")
    for _ in range(2):
        said = started(lambda: set_up)
        assert [message["type"] for message in said] == ["lifespan.startup.complete", "lifespan.shutdown.complete"]


@pytest.mark.parametrize(
    ("env", "told"),
    [
        ({}, "CALLBACK_SECRET: is not set; give the sender's secret, or set CALLBACK_UNSIGNED=1"),
        ({"CALLBACK_SECRET": SECRET, "CALLBACK_ON_FAILED": "no_such_shop:x"}, "CALLBACK_ON_FAILED: 'no_such_shop:x' "),
    ],
)
def test_the_command_says_what_to_set(monkeypatch, capsys, env, told):
    """In one line, before it listens."""
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    assert command([]) == 2
    printed = capsys.readouterr()
    assert (printed.out, printed.err.count("\n")) == ("", 1)
    assert printed.err.startswith(told)
