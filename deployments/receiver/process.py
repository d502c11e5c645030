"""Processes journaled events, a few at a time, until each is done or has failed for the last time.

At least once: the record that an event is done is written after its work, so a crash in between repeats the work.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final, ParamSpec, TypeVar

from deployments.receiver.journal import Journal, Journaled, JournalFailed
from deployments.receiver.json_lines import log_in_json
from flows.prefect_server.named_server import import_prefect
from tasks.api.connection import as_text
from tasks.receiving.handle_event import Done, Work, handle_event
from tasks.receiving.hooks import Hooks
from tasks.receiving.received_event import ReceivedEvent, parse_event

RETRY_DELAYS_S: Final = (2.0, 10.0, 60.0, 300.0, 1800.0, 7200.0, 21_600.0, 43_200.0)
"""After each failed try; after the last, some twenty hours in all, the event is given up."""
AT_ONCE: Final = 4
LOOK_EVERY_S: Final = 1.0
"""How often a worker looks for what has become due meanwhile."""
STOP_PATIENCE_S: Final = 20.0
"""How long an event in hand may take when the receiver ends."""
TIDY_EVERY_S: Final = 86_400.0

P = ParamSpec("P")
T = TypeVar("T")
Handle = Callable[[ReceivedEvent, Done], Awaitable[None]]
"""Works on an event. It is done when this returns, or earlier, if this says so itself."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Processor:
    """The workers of one inbox, and the one thread on which it is used."""

    inbox: Journal
    handle: Handle
    retry_delays_s: tuple[float, ...] = RETRY_DELAYS_S
    thread: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "inbox"))
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    stopping: asyncio.Event = field(default_factory=asyncio.Event)

    async def on_inbox_thread(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The result of `function`, without blocking what else goes on."""
        return await asyncio.get_running_loop().run_in_executor(self.thread, lambda: function(*args, **kwargs))

    async def keep(self, event_id: str, body: bytes) -> bool:
        """Journal an event durably and wake a worker; whether it is new. Raises JournalFailed."""
        is_new = await self.on_inbox_thread(self.inbox.add, event_id, body, time.time())
        self.arrived.set()
        return is_new

    async def run(self) -> None:
        """Work until `stop`."""
        await asyncio.gather(self._tidy(), *(self._work() for _ in range(AT_ONCE)))

    async def stop(self, running: asyncio.Task[None]) -> None:
        """End after the events in hand; one that takes too long is left, and begun again by the next receiver.

        A plain function cannot be stopped: the process lasts until it returns, or is killed, which loses nothing.
        """
        self.stopping.set()
        self.arrived.set()
        await asyncio.wait({running}, timeout=STOP_PATIENCE_S)
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
        self.thread.shutdown()

    async def _work(self) -> None:
        while not self.stopping.is_set():
            self.arrived.clear()
            journaled = await self._claimed()
            if journaled is not None:
                await self._process(journaled)
            elif not self.stopping.is_set():
                await _until(self.arrived, LOOK_EVERY_S)

    async def _claimed(self) -> Journaled | None:
        try:
            return await self.on_inbox_thread(self.inbox.claim, time.time())
        except JournalFailed as failure:
            logger.error(str(failure))  # noqa: TRY400  the sentence says it
            return None

    async def _process(self, journaled: Journaled) -> None:
        """Take one event to its end, or to its next try."""

        async def done() -> None:
            await self._note(self.inbox.finish, journaled.event_id, time.time())

        try:
            event = parse_event(journaled.event_id, journaled.body)
            if event is not None:
                await self.handle(event, done)
        except (Exception, asyncio.CancelledError) as error:  # whatever a hook raises, it is tried again
            if (task := asyncio.current_task()) and task.cancelling():
                raise
            await self._note_failure(journaled, as_text(f"{type(error).__name__}: {error}"))
        else:
            await done()
        finally:
            self.inbox.let_go(journaled.event_id)

    async def _note_failure(self, journaled: Journaled, error: str) -> None:
        facts = {"event_id": journaled.event_id, "tries": journaled.tries + 1, "error": error}
        if journaled.tries < len(self.retry_delays_s):
            delay_s = self.retry_delays_s[journaled.tries]
            logger.warning("an event failed and is tried again", extra={**facts, "in_s": delay_s})
            await self._note(self.inbox.postpone, journaled.event_id, error, time.time() + delay_s)
        else:
            logger.error("an event failed for the last time", extra=facts)
            await self._note(self.inbox.give_up, journaled.event_id, error, time.time())

    async def _note(self, note: Callable[P, None], *args: P.args, **kwargs: P.kwargs) -> None:
        """Write it down, and where the journal fails, again and again: what is done should not be done twice."""
        while True:
            try:
                return await self.on_inbox_thread(note, *args, **kwargs)
            except JournalFailed as failure:
                logger.error(str(failure))  # noqa: TRY400  as above
                if self.stopping.is_set():
                    return None
                await _until(self.stopping, LOOK_EVERY_S)

    async def _tidy(self) -> None:
        while not self.stopping.is_set():
            with suppress(JournalFailed):
                await self.on_inbox_thread(self.inbox.forget_old, time.time())
            await _until(self.stopping, TIDY_EVERY_S)


async def _until(event: asyncio.Event, timeout_s: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(timeout_s):
            await event.wait()


async def is_server_there() -> bool:
    """Whether Prefect's server answers its client."""
    from prefect.client.orchestration import get_client  # noqa: PLC0415  as below

    async with get_client() as client:
        error = await client.api_healthcheck()
    if error is not None:
        said = "Prefect's server does not answer, so this is done without a run"
        logger.warning(said, extra={"error": as_text(f"{type(error).__name__}: {error}")})
    return error is None


def handle_here(hooks: Hooks) -> Handle:
    """What follows an event, in this process."""

    async def handle(event: ReceivedEvent, _: Done) -> None:
        await handle_event(event, hooks)

    return handle


def handle_as_flow(hooks: Hooks) -> Handle:
    """What follows an event of an image as a flow on Prefect's server; a campaign's own events are only told.

    Where the server does not answer, or lets no run be made, it is done in this process: it shows in the log, and waits
    for nobody. Where the server goes away while a run is on, Prefect tries for a minute or more to store its end; that
    the event is done is noted before. Raises SettingsUnusable where Prefect cannot read its settings.
    """
    import_prefect()
    from flows.handle_callback import FLOWS, done_as_run  # noqa: PLC0415  Prefect takes seconds

    log_in_json()

    async def handle(event: ReceivedEvent, done: Done) -> None:
        if event.event in FLOWS and await is_server_there():
            await done_as_run(Work(event, hooks, done), FLOWS[event.event])
        else:
            await handle_event(event, hooks)

    return handle
