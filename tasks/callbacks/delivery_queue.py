"""Which delivery is attempted next: due ones first, nobody more than their share, none through an open breaker.

A delivery passes two gates. That of its endpoint heeds every failure. That of its host heeds only those without an
answer: where each row has a URL of its own, a host that is down is one piece of news, and an endpoint that answers
wrongly says nothing about its neighbours.
"""

import heapq
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Final

from tasks.callbacks.attempt import Attempt
from tasks.callbacks.breaker import Breaker
from tasks.callbacks.names import Delivery, QueuedEvent

ENDPOINT_AT_ONCE: Final = 16
"""Attempts under way at one endpoint: one that hangs holds no more than these."""
HOST_AT_ONCE: Final = 32
"""Attempts under way at all endpoints of one host."""
AT_ONCE_MAX: Final = 80
"""Attempts under way in all; the sender has somewhat more connections."""
UNHEARD_AT_ONCE: Final = 4
"""At an endpoint or a host that has not answered yet: many that hang leave room for one that is well."""
ANSWERED: Final = Attempt(result="delivered", message="", status_code=200)
"""What any answer says of a host."""


@dataclass(frozen=True)
class DueDelivery:
    """A delivery of which this process means to make the next attempt."""

    delivery: Delivery
    at: datetime
    attempts: int = 0
    """How many were begun before."""
    event: QueuedEvent | None = None
    """At hand where the event has just been queued; otherwise it is read when it is due."""
    is_contested: bool = False
    """The last attempt was somebody else's, who has not told what came of it: it may have ended the delivery."""
    is_asked_for: bool = False
    """By a person: one attempt, whatever a breaker says, of which it learns nothing."""
    is_replay: bool = False
    """Of a delivery that is over: if it fails, it is over again."""

    @property
    def endpoint(self) -> str:
        """Where it goes."""
        return self.delivery.endpoint


@dataclass(eq=False)
class Gate:
    """What is let through at a time to one endpoint, or to one host."""

    at_once: int
    breaker: Breaker = field(default_factory=Breaker)
    is_heard: bool = False
    """Whether anything was ever answered there."""
    under_way: int = 0
    parked: deque[DueDelivery] = field(default_factory=deque)
    """Due, and not let through."""
    wakes_at: datetime | None = None
    """When the queue looks at it again, since its breaker is open."""

    def free(self, now: datetime, *, is_asked_for: bool = False) -> int:
        """How many more may begin; negative where the breaker has opened since others began."""
        most = self.at_once if self.is_heard else UNHEARD_AT_ONCE
        return (most if is_asked_for else self.breaker.at_once(now, most)) - self.under_way


def news_of(attempt: Attempt | None) -> tuple[Attempt, ...]:
    """What an attempt says of its endpoint, and what of its host; nothing where it was not made."""
    if attempt is None:
        return ()
    return (attempt, attempt if attempt.status_code is None else ANSWERED)


@dataclass
class DeliveryQueue:
    """The deliveries of one deliverer that are due now or later."""

    _waiting: list[tuple[datetime, int, DueDelivery | Gate]] = field(default_factory=list)
    """By when they are looked at: deliveries that are due then, and gates whose breaker lets one through then."""
    _endpoints: dict[str, Gate] = field(default_factory=dict)
    _hosts: dict[str, Gate] = field(default_factory=dict)
    _host_of: dict[str, Gate] = field(default_factory=dict)
    """By endpoint, where an event of it was seen."""
    _under_way: int = 0
    _numbers: Iterator[int] = field(default_factory=count)

    def add(self, due: DueDelivery) -> None:
        """Take a delivery, to be looked at when it is due."""
        if due.event is not None:
            self._learn(due.event)
        self._push(due.at, due)

    def next_due(self, now: datetime) -> DueDelivery | None:
        """A delivery whose attempt begins now, and ends with a call of `finished`; None where none can begin."""
        while self._waiting and self._waiting[0][0] <= now and self._under_way < AT_ONCE_MAX:
            _, _, found = heapq.heappop(self._waiting)
            if isinstance(found, Gate):
                found.wakes_at = None
                self._unpark(found, now)
            elif not self._is_parked(found, now):
                self._under_way += 1
                for gate in self._gates(found):
                    gate.under_way += 1
                return found
        return None

    def is_admitted(self, due: DueDelivery, event: QueuedEvent, now: datetime) -> bool:
        """Whether an attempt may go on now that its event is read and its host known; if not, `add` it again."""
        host = self._learn(event)
        return due.is_asked_for or host.free(now) >= 0

    def finished(self, due: DueDelivery, attempt: Attempt | None, begun_at: datetime, now: datetime) -> None:
        """An attempt is over; it came to `attempt`, or to None where it was not made after all."""
        gates = self._gates(due)
        self._under_way -= 1
        for gate in gates:
            gate.under_way -= 1
        for gate, news in zip(gates, news_of(attempt), strict=False):
            gate.is_heard = gate.is_heard or news.status_code is not None
            if not due.is_asked_for:
                gate.breaker = gate.breaker.after(news, begun_at, now)
        for gate in gates:
            self._unpark(gate, now)

    def gate_of(self, due: DueDelivery) -> Gate:
        """That of its host, or while nothing of its endpoint was seen, that of the endpoint."""
        return self._gates(due)[-1]

    def wakes_at(self) -> datetime | None:
        """When there is something to look at; None where an attempt that is under way must end first."""
        return self._waiting[0][0] if self._waiting and self._under_way < AT_ONCE_MAX else None

    def keep_only(self, is_kept: Callable[[DueDelivery], bool]) -> None:
        """Forget all others that are not under way: they are left to a later deliverer."""
        self._waiting = [entry for entry in self._waiting if isinstance(entry[2], Gate) or is_kept(entry[2])]
        heapq.heapify(self._waiting)
        for gate in (*self._endpoints.values(), *self._hosts.values()):
            gate.parked = deque(filter(is_kept, gate.parked))

    def _push(self, at: datetime, found: DueDelivery | Gate) -> None:
        heapq.heappush(self._waiting, (at, next(self._numbers), found))

    def _learn(self, event: QueuedEvent) -> Gate:
        """The gate of the event's host, which its endpoint's deliveries pass from now on, those under way included."""
        endpoint = event.delivery.endpoint
        if endpoint not in self._host_of:
            self._host_of[endpoint] = host = self._hosts.setdefault(event.host, Gate(HOST_AT_ONCE))
            host.under_way += self._endpoints[endpoint].under_way if endpoint in self._endpoints else 0
        return self._host_of[endpoint]

    def _gates(self, due: DueDelivery) -> tuple[Gate, ...]:
        endpoint = self._endpoints.setdefault(due.endpoint, Gate(ENDPOINT_AT_ONCE))
        host = self._host_of.get(due.endpoint)
        return (endpoint,) if host is None else (endpoint, host)

    def _is_parked(self, due: DueDelivery, now: datetime) -> bool:
        """Park a delivery that a gate does not let through; its other gate lets another through in its place."""
        gates = self._gates(due)
        shut = next((gate for gate in gates if gate.free(now, is_asked_for=due.is_asked_for) <= 0), None)
        if shut is None:
            return False
        shut.parked.append(due)
        self._wake(shut, now)
        for gate in gates:
            if gate is not shut:
                self._unpark(gate, now, most=1)
        return True

    def _unpark(self, gate: Gate, now: datetime, most: int = AT_ONCE_MAX) -> None:
        """Put as many back as may be under way."""
        for _ in range(min(gate.free(now), len(gate.parked), most)):
            due = gate.parked.popleft()
            self._push(due.at, due)
        self._wake(gate, now)

    def _wake(self, gate: Gate, now: datetime) -> None:
        """See to it that a gate is looked at when its breaker lets one through."""
        opens_at = gate.breaker.open_until
        if gate.parked and opens_at is not None and opens_at > now and gate.wakes_at is None:
            gate.wakes_at = opens_at
            self._push(opens_at, gate)
