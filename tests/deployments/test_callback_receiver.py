"""What is acknowledged is kept and done once, whatever the function that it is handed to does."""

import asyncio
import json
import logging
from collections.abc import Callable

import httpx
import pytest
from starlette.types import Message

from deployments.callback_receiver import CallbackReceiver, main
from deployments.receiver.journal import Journal
from deployments.receiver.json_lines import JSON_LINES
from deployments.receiver.process import AT_ONCE, Processor
from deployments.receiver.routes import Routes, application
from deployments.receiver.settings import ReceiverSettings
from tasks.errors import InputInvalid
from tasks.receiving.handle_event import Done
from tasks.receiving.received_event import ReceivedEvent
from tasks.records.fault import Fault
from tests.deployments.events import PATH, SECRET, SECRETS, event_body, signed
from tests.deployments.receiving import BODY, client_of, receiver, rows, settled, webhooks_of
from tests.waiting import seen


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

        async def slow(event: ReceivedEvent, _: Done) -> None:
            begun.append(event.id)
            await release.wait()

        inbox = Journal.open(tmp_path / "callbacks.sqlite")
        processor = Processor(inbox, slow)
        working = asyncio.create_task(processor.run())
        for n in range(9):
            await processor.keep(f"evt_{n}", BODY)
        await seen(lambda: len(begun) == AT_ONCE)
        ending = asyncio.create_task(processor.stop(working))
        await seen(processor.stopping.is_set)
        assert not ending.done()
        release.set()
        await ending
        inbox.close()

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


def test_an_event_that_cannot_be_kept_is_not_acknowledged(tmp_path):
    """503 makes the sender come again; health says the same."""

    async def scenario() -> None:
        inbox = Journal.open(tmp_path / "callbacks.sqlite")
        processor = Processor(inbox, lambda *_: asyncio.sleep(0))
        working = asyncio.create_task(processor.run())
        async with client_of(application(Routes(SECRETS, processor, working, webhooks_of(processor)))) as client:
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
    lines = [JSON_LINES.format(record) for record in caplog.records]
    told = [json.loads(line) for line in lines]
    assert not any("\n" in line or "canary" in line or SECRET in line for line in lines)
    assert {"generation.completed", "generation.failed", "received"} <= {line["message"] for line in told}
    assert all({"at", "level", "logger", "message"} <= set(line) for line in told)
    assert [line["error"] for line in told if line["message"] == "generation.failed"] == [
        "The safety check\nrefused it"
    ]


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
    """Before it listens."""
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    assert main([]) == 2
    printed = capsys.readouterr()
    assert (printed.out, printed.err.count("\n")) == ("", 2)
    assert printed.err.startswith(f"1 thing to mend; nothing was started:\n  {told}")
