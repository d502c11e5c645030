"""Delivers what an outbox holds, beside a campaign and on its own; what cannot be delivered now waits there."""

import asyncio
import logging
import random
from collections import Counter
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Final, TypeVar

from tasks.api.patience import patience
from tasks.callbacks.attempt import Attempt, Sender
from tasks.callbacks.callback_settings import CallbackSettings
from tasks.callbacks.delivery_attempt import CLOSED, DAMAGED, Sending, stale_at
from tasks.callbacks.delivery_queue import DeliveryQueue, DueDelivery
from tasks.callbacks.names import DeliveryStanding, QueuedEvent, State, shown_url
from tasks.callbacks.outbox import Outbox
from tasks.callbacks.retry import Verdict, verdict
from tasks.callbacks.sender import CallbackSender
from tasks.errors import StorageFailed

STORAGE_THREADS: Final = 16

logger = logging.getLogger(__name__)

T = TypeVar("T")


def utc_now() -> datetime:
    """The time."""
    return datetime.now(UTC)


@dataclass
class Deliverer:
    """Makes the attempts of one outbox. Several may work on one: none makes an attempt that is another's."""

    outbox: Outbox
    sender: Sender
    pool: ThreadPoolExecutor
    now: Callable[[], datetime] = utc_now
    chance: Callable[[], float] = random.random
    queue: DeliveryQueue = field(default_factory=DeliveryQueue)
    came_to: Counter[State] = field(default_factory=Counter)
    """How many attempts of this deliverer ended so."""
    closed: set[str] = field(default_factory=set)
    _running: dict[asyncio.Task[None], Sending] = field(default_factory=dict)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    async def take_up(self, standings: list[DeliveryStanding] | None = None) -> None:
        """Take all that waits in the outbox. Raises StorageFailed."""
        self.closed |= await self.on_thread(self.outbox.closed_endpoints)
        for standing in await self.on_thread(self.outbox.load) if standings is None else standings:
            if standing.state == "waiting":
                due = standing.due or self.now()
                gone = standing.delivery.endpoint in self.closed
                self.add(DueDelivery(standing.delivery, self.now() if gone else due, standing.attempts))
            elif standing.state == "claimed":
                claimed_at = await self.on_thread(self.outbox.claimed_at, standing.delivery, standing.attempts)
                due = self.now() if claimed_at is None else stale_at(standing.attempts, claimed_at)
                self.add(DueDelivery(standing.delivery, due, standing.attempts, is_contested=True))

    def add(self, due: DueDelivery) -> None:
        """Take one more delivery."""
        self.queue.add(due)
        self._changed.set()

    def add_new(self, event: QueuedEvent) -> None:
        """Take an event that was queued just now."""
        self.add(DueDelivery(event.delivery, self.now(), event=event))

    async def run(self) -> None:
        """Deliver what is due, whenever it is, until cancelled; what is under way then goes on until `finish`."""
        while True:
            self._changed.clear()
            self._start_due()
            wakes_at = self.queue.wakes_at()
            wait_s = None if wakes_at is None else max(0.0, (wakes_at - self.now()).total_seconds())
            with suppress(TimeoutError):
                async with asyncio.timeout(wait_s):
                    await self._changed.wait()

    async def drain(self) -> None:
        """Make every attempt that can be made now; return when none is left and none is under way."""
        self._start_due()
        while self._running:
            await asyncio.wait(self._running, return_when=asyncio.FIRST_COMPLETED)
            self._start_due()

    async def finish(self, within_s: float) -> None:
        """A bounded last try for what was never attempted; what has no answer by then is noted as failed.

        A host that has kept something waiting for as long already is not tried: a campaign waits for no dead receiver.
        """
        latest = self.now() - timedelta(seconds=within_s)
        silent = {self.queue.gate_of(one.due) for one in self._running.values() if one.is_silent_since(latest)}
        self.queue.keep_only(lambda due: not due.attempts and self.queue.gate_of(due) not in silent)
        for one in self._running.values():
            if self.queue.gate_of(one.due) in silent:
                one.cut_off()
        with suppress(TimeoutError):
            async with patience(within_s):
                await self.drain()
        await self.close()

    async def close(self) -> None:
        """Begin nothing more, wait for no answer any more, and return when what has come is noted."""
        self.queue.keep_only(lambda _: False)
        for one in self._running.values():
            one.cut_off()
        while self._running:
            await asyncio.wait(self._running)

    def _start_due(self) -> None:
        while (due := self.queue.next_due(begun_at := self.now())) is not None:
            sending = Sending(due, begun_at)
            running = asyncio.create_task(self._work(sending))
            self._running[running] = sending
            running.add_done_callback(self._running.pop)

    async def _work(self, sending: Sending) -> None:
        due, attempt = sending.due, None
        try:
            attempt = await self._attempt(sending)
        except StorageFailed as error:
            logger.warning("A callback waits for the storage: %s", error)
        except Exception:
            logger.exception("A fault of this program: a callback waits for the next deliverer")
        finally:
            self.queue.finished(due, attempt, sending.begun_at, self.now())
            self._changed.set()

    async def _attempt(self, sending: Sending) -> Attempt | None:
        """Make the next attempt and note what it came to; None where there is none to be made. Raises StorageFailed."""
        due, number = sending.due, sending.due.attempts + 1
        if due.is_contested and await self.on_thread(self.outbox.is_over, due.delivery, due.attempts):
            return None
        if due.endpoint in self.closed and not due.is_replay:
            await self._note(due, number, None, CLOSED)
            return None
        event = due.event or await self.on_thread(self.outbox.read, due.delivery)
        if event is None:
            await self._note(due, number, None, DAMAGED)
            return None
        if sending.is_cut_off:
            return None
        if not self.queue.is_admitted(due, event, self.now()):
            self.add(replace(due, event=event))
        elif await self.on_thread(self.outbox.claim, due.delivery, number, self.now()):
            return await self._send(sending, event)
        return None

    async def _send(self, sending: Sending, event: QueuedEvent) -> Attempt:
        """Carry out an attempt that is ours, and note what it came to. Raises StorageFailed."""
        due, number = sending.due, sending.due.attempts + 1
        attempt = await sending.send(self.sender, event, self.now())
        await self._note(due, number, event, attempt)
        await self._mind_endpoint(due, attempt)
        return attempt

    async def _note(self, due: DueDelivery, number: int, event: QueuedEvent | None, attempt: Attempt) -> None:
        now = self.now()
        follows = verdict(attempt, number, event.at if event else now, now, self.chance())
        if due.is_replay and follows.state != "delivered":
            follows = Verdict("dead", why=f"Replayed in vain: {attempt.message}")
        await self.on_thread(self.outbox.note, due.delivery, number, attempt, follows, now)
        self.came_to[follows.state] += 1
        if follows.due is not None and not due.is_asked_for:
            self.add(DueDelivery(due.delivery, follows.due, number))
        if event is not None and follows.state != "delivered":
            place = shown_url(event.url)
            logger.info("%s of %s to %s, attempt %d: %s", event.event, event.job_id, place, number, follows.why)

    async def _mind_endpoint(self, due: DueDelivery, attempt: Attempt) -> None:
        """Remember an endpoint that is gone, and forget that once a replay got through."""
        if attempt.result == "gone":
            self.closed.add(due.endpoint)
            await self.on_thread(self.outbox.close, due.endpoint, attempt, self.now())
        elif attempt.result == "delivered" and due.endpoint in self.closed:
            self.closed.discard(due.endpoint)
            await self.on_thread(self.outbox.reopen, due.endpoint)

    async def on_thread(self, work: Callable[..., T], *args: object) -> T:
        """Run `work`, which waits for the storage, on a thread that no image waits for."""
        return await asyncio.get_running_loop().run_in_executor(self.pool, work, *args)


@asynccontextmanager
async def open_deliverer(outbox: Outbox, settings: CallbackSettings) -> AsyncIterator[Deliverer]:
    """A deliverer with a sender and threads of its own. Raises InputInvalid where the environment is no good."""
    with ThreadPoolExecutor(STORAGE_THREADS, "callbacks") as pool:
        async with CallbackSender.open(settings) as sender:
            deliverer = Deliverer(outbox, sender, pool)
            try:
                yield deliverer
            finally:
                await deliverer.close()
