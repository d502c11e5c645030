"""A journaled event is worked on until it is done or was tried often enough."""

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path

import pytest
from prefect.exceptions import Abort

from deployments.receiver.journal import Journal
from deployments.receiver.process import Handle, Processor, handle_here
from tasks.receiving.handle_event import Done
from tasks.receiving.hooks import Hooks
from tasks.receiving.received_event import ReceivedEvent
from tests.deployments.events import event_body
from tests.waiting import LIMIT_S


@pytest.fixture
def inbox(tmp_path: Path):
    """An open journal."""
    inbox = Journal.open(tmp_path / "callbacks.sqlite")
    yield inbox
    inbox.close()


def process(
    inbox: Journal,
    handle: Handle,
    *event_ids: str,
    until: Callable[[], bool],
    delays_s: tuple[float, ...] = (0.0, 0.0),
) -> None:
    """Journal the events and process them until something is true."""

    async def scenario() -> None:
        processor = Processor(inbox, handle, delays_s)
        working = asyncio.create_task(processor.run())
        for event_id in event_ids:
            await processor.keep(event_id, event_body())
        async with asyncio.timeout(LIMIT_S):
            while not await processor.on_inbox_thread(until):  # noqa: ASYNC110  seen in the journal only
                await asyncio.sleep(0.01)
        await processor.stop(working)

    asyncio.run(scenario())


def test_a_failing_function_is_called_again_and_then_given_up(inbox, caplog):
    """As often as there are pauses, and once before them; the error is told, the event is not lost."""
    calls: list[str] = []

    def breaks(event: ReceivedEvent) -> None:
        calls.append(event.id)
        raise RuntimeError("no such shop")

    process(inbox, handle_here(Hooks(breaks)), "a", until=lambda: inbox.counts()["failed"] == 1)
    assert len(calls) == 3
    errors = [vars(record) for record in caplog.records if record.levelno == logging.ERROR]
    assert [(told["event_id"], told["tries"], told["error"]) for told in errors] == [
        ("a", 3, "RuntimeError: no such shop")
    ]
    assert inbox.retry_failed(0.0) == 1


@pytest.mark.parametrize("error", [SystemExit(0), KeyboardInterrupt(), Abort()])
@pytest.mark.parametrize("is_async", [False, True])
def test_a_function_that_would_end_the_receiver_fails_like_any_other(inbox, error, is_async):
    """It is tried as often, and the next event is worked on."""

    def ends(event: ReceivedEvent) -> None:
        if event.id == "a":
            raise error

    async def ends_later(event: ReceivedEvent) -> None:
        ends(event)

    hook = ends_later if is_async else ends
    process(inbox, handle_here(Hooks(hook)), "a", "b", until=lambda: inbox.counts()["failed"] == 1)
    assert inbox.counts() | {"waiting": 0} == {"waiting": 0, "done": 1, "failed": 1}


def test_a_function_that_recovers_is_done(inbox):
    """The event stays itself from try to try."""
    calls: list[str] = []

    async def breaks_once(event: ReceivedEvent, _: Done) -> None:
        calls.append(event.id)
        if len(calls) == 1:
            raise ConnectionError

    process(inbox, breaks_once, "a", until=lambda: inbox.counts()["done"] == 1)
    assert calls == ["a", "a"]


def test_a_slow_event_holds_up_no_other(inbox):
    """Others are worked on beside it."""
    release = asyncio.Event()
    seen: list[str] = []

    async def slow_for_one(event: ReceivedEvent, _: Done) -> None:
        if event.id == "slow":
            await release.wait()
        seen.append(event.id)
        if len(seen) == 6:
            release.set()

    process(inbox, slow_for_one, "slow", *"abcdef", until=lambda: inbox.counts()["done"] == 7)
    assert seen == [*"abcdef", "slow"]


def test_a_journal_that_fails_for_a_while_repeats_no_work(inbox):
    """That an event is done is written down as soon as that can be."""
    calls: list[str] = []

    async def fills_the_disk(event: ReceivedEvent, _: Done) -> None:
        calls.append(event.id)
        inbox.database.execute("PRAGMA query_only = ON")
        asyncio.get_running_loop().call_later(0.2, inbox.database.execute, "PRAGMA query_only = OFF")

    process(inbox, fills_the_disk, "a", until=lambda: inbox.counts()["done"] == 1)
    assert calls == ["a"]


def test_an_event_is_done_when_its_work_is_and_not_when_that_is_shown(inbox):
    """Where a run of it waits minutes for its server, an end of the receiver must not let the work be done again."""
    is_stored = asyncio.Event()

    async def waits_for_a_server(_: ReceivedEvent, done: Done) -> None:
        await done()
        await is_stored.wait()

    async def scenario() -> None:
        processor = Processor(inbox, waits_for_a_server)
        working = asyncio.create_task(processor.run())
        await processor.keep("a", event_body())
        async with asyncio.timeout(LIMIT_S):
            while (await processor.on_inbox_thread(inbox.counts))["done"] < 1:  # noqa: ASYNC110  as above
                await asyncio.sleep(0.01)
        assert inbox.in_hand == {"a"}
        is_stored.set()
        await processor.stop(working)

    asyncio.run(scenario())


def test_functions_get_the_events_that_are_theirs(inbox):
    """A finished image and one that failed have each their own; a campaign's own events have none."""
    done: list[str] = []
    failed: list[str] = []

    async def add_failed(event: ReceivedEvent) -> None:
        failed.append(event.id)

    async def scenario() -> None:
        handle = handle_here(Hooks(lambda event: done.append(event.id), add_failed))
        processor = Processor(inbox, handle)
        working = asyncio.create_task(processor.run())
        for kind in ("generation.completed", "generation.failed", "campaign.completed", "campaign.failed"):
            await processor.keep(kind, event_body(kind))
        async with asyncio.timeout(LIMIT_S):
            while (await processor.on_inbox_thread(inbox.counts))["done"] < 4:  # noqa: ASYNC110  as above
                await asyncio.sleep(0.01)
        await processor.stop(working)

    asyncio.run(scenario())
    assert (done, failed) == (["generation.completed"], ["generation.failed"])
