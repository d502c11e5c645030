"""How long, and how many, connections may hold the receiver without having sent a whole request.

Each takes one of the process's descriptors, of which it usually has 1,024. uvicorn itself waits for a head for ever,
and where descriptors are used up, nobody is answered any more.
"""

import asyncio
import logging
import resource
from typing import ClassVar, Final

from uvicorn.protocols.http.h11_impl import H11Protocol

REQUEST_TIMEOUT_S: Final = 20.0
"""From the connection, or the answer before, to the last byte of a request."""
BACKLOG: Final = 64
"""So many connections are accepted at a time; descriptors of those that make room for them are free a little later."""
DESCRIPTORS_KEPT: Final = 4 * BACKLOG
"""For those, and for all that is no connection: the journal, logs, what the user's functions open."""
CONNECTIONS_MAX: Final = 4_096
TOLD_EVERY_S: Final = 60.0

logger = logging.getLogger(__name__)


def connections_max() -> int:
    """How many connections this process can hold, by the descriptors that it may have."""
    descriptors, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    held = CONNECTIONS_MAX if descriptors == resource.RLIM_INFINITY else descriptors - DESCRIPTORS_KEPT
    return max(1, min(held, CONNECTIONS_MAX))


class Unfinished:
    """The connections on which a whole request is waited for."""

    def __init__(self, most: int, timeout_s: float) -> None:
        self.most = most
        self._timeout_s = timeout_s
        self._timers: dict[H11Protocol, asyncio.TimerHandle] = {}
        """Of each, the oldest first, what gives it up."""
        self._told_at = float("-inf")

    def begin(self, connection: H11Protocol) -> None:
        """Wait for its next request from now on."""
        self.end(connection)
        if not connection.transport.is_closing():
            self._timers[connection] = connection.loop.call_later(self._timeout_s, connection.transport.abort)

    def end(self, connection: H11Protocol) -> None:
        """Its request has come, or it is gone."""
        timer = self._timers.pop(connection, None)
        if timer is not None:
            timer.cancel()

    def make_room(self, now: float) -> None:
        """Close the one that has been waited for longest; say so now and then, by the loop's clock `now`."""
        oldest = next(iter(self._timers))
        self.end(oldest)
        oldest.transport.abort()
        if now - self._told_at > TOLD_EVERY_S:
            self._told_at = now
            logger.warning("%d connections are open; those that send no whole request are closed", self.most)


class BoundedProtocol(H11Protocol):
    """uvicorn's HTTP/1.1, less its patience."""

    unfinished: ClassVar[Unfinished]

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Take the place of another where there are as many as can be held."""
        super().connection_made(transport)
        self.unfinished.begin(self)
        if len(self.connections) > self.unfinished.most:
            self.unfinished.make_room(self.loop.time())

    def data_received(self, data: bytes) -> None:
        """Once a request is whole, its answer may take as long as it does."""
        super().data_received(data)
        if self.cycle is not None and not self.cycle.more_body and not self.cycle.response_complete:
            self.unfinished.end(self)

    def on_response_complete(self) -> None:
        """Wait for another request, unless it lay there already."""
        super().on_response_complete()
        if self.cycle.response_complete or self.cycle.more_body:
            self.unfinished.begin(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        self.unfinished.end(self)
        super().connection_lost(exc)


def bounded_protocol(most: int, timeout_s: float = REQUEST_TIMEOUT_S) -> type[H11Protocol]:
    """The protocol of a server that holds `most` connections, and none for `timeout_s` without a whole request.

    One more than `most` takes the place of the one that has been waited for longest.
    """

    class Bounded(BoundedProtocol):
        unfinished = Unfinished(most, timeout_s)

    return Bounded
