"""Receivers of callbacks for tests: in this process with a clock that is turned by hand, and over a socket."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tasks.clients.outbox import Outbox
from tasks.models.attempt import Attempt
from tasks.models.outbox import QueuedEvent
from tasks.send_callback import Deliverer
from tests.factories import STARTED_AT

OK = Attempt(result="delivered", message="200", status_code=200)
DOWN = Attempt(result="failed", message="connection refused")


@dataclass
class Clock:
    """Stands still until it is turned."""

    at: datetime = STARTED_AT

    def __call__(self) -> datetime:
        """The time it shows."""
        return self.at

    def turn(self, **ahead: float) -> None:
        """Turn it ahead."""
        self.at += timedelta(**ahead)


@dataclass
class Receivers:
    """Stands in for the sender and everybody behind it: counts what arrives, and answers as it is told."""

    answers: Callable[[str], Attempt] = lambda _: OK
    hangs: frozenset[str] = frozenset()
    """URLs that never answer."""
    heard: Counter[tuple[str, str]] = field(default_factory=Counter)
    """How often each URL was sent each event."""
    under_way: Counter[str] = field(default_factory=Counter)
    peak: Counter[str] = field(default_factory=Counter)

    async def send(self, url: str, event_id: str, body: bytes) -> Attempt:
        """One attempt."""
        assert body
        self.heard[url, event_id] += 1
        self.under_way[url] += 1
        self.peak[url] = max(self.peak[url], self.under_way[url])
        try:
            await asyncio.sleep(3600 if url in self.hangs else 0)
            return self.answers(url)
        finally:
            self.under_way[url] -= 1


@asynccontextmanager
async def a_deliverer(outbox: Outbox, receivers: Receivers, clock: Clock | None = None) -> AsyncIterator[Deliverer]:
    """A deliverer of `outbox`; its clock stands still, and chance is in the middle."""
    with ThreadPoolExecutor(4) as pool:
        yield Deliverer(outbox, receivers, pool, clock or Clock(), lambda: 0.5)


def an_event(number: int = 1, url: str = "https://example.com/hook") -> QueuedEvent:
    """An event that has just happened."""
    return QueuedEvent(
        event_id=f"evt_{number}",
        event="generation.completed",
        job_id=f"tea-{number}",
        url=url,
        at=STARTED_AT,
        body='{"event": "generation.completed"}',
    )


async def delivered_now(outbox: Outbox, receivers: Receivers, clock: Clock | None = None) -> Deliverer:
    """Take up the outbox and make every attempt that is due."""
    async with a_deliverer(outbox, receivers, clock) as deliverer:
        await deliverer.take_up()
        await deliverer.drain()
        return deliverer
