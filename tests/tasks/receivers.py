"""Receivers of callbacks for tests: in this process with a clock that is turned by hand, and over a socket."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

from tasks.callbacks.attempt import Attempt
from tasks.callbacks.names import QueuedEvent
from tasks.callbacks.outbox import Outbox
from tasks.callbacks.send_callback import Deliverer
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

    def heard_of(self, url: str) -> int:
        """How many events one URL was sent."""
        return sum(to == url for to, _ in self.heard)

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


@dataclass
class Listener:
    """A receiver over a socket: what it heard, in order, and how it answers."""

    status: int = 200
    hangs: Event = field(default_factory=Event)
    """Set: it says nothing more until the test is over."""
    over: Event = field(default_factory=Event)
    heard: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    """Headers and body of each request."""
    url: str = ""

    @property
    def events(self) -> list[dict[str, Any]]:
        """The bodies."""
        return [json.loads(body) for _, body in self.heard]

    @property
    def ids(self) -> Counter[str]:
        """How often each event came."""
        return Counter(headers["webhook-id"] for headers, _ in self.heard)


@contextmanager
def listening(status: int = 200) -> Iterator[Listener]:
    """A receiver on this machine, as long as the context lasts."""
    listener = Listener(status)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            length = int(self.headers["content-length"])
            body = self.rfile.read(length)
            if len(body) < length:
                return  # its sender died
            if listener.hangs.is_set():
                listener.over.wait()
                return
            listener.heard.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(listener.status)
            self.send_header("location", "http://127.0.0.1:9/")
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing."""

    class Server(ThreadingHTTPServer):
        request_queue_size = 128  # each event comes on a connection of its own, as many at once as are sent

        def handle_error(self, *_: object) -> None:
            """Nothing: senders that die are what some tests are about."""

    server = Server(("127.0.0.1", 0), Handler)
    listener.url = f"http://127.0.0.1:{server.server_address[1]}/hook?token=t0ken"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield listener
    finally:
        listener.over.set()
        server.shutdown()
        thread.join()
        server.server_close()
