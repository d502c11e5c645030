"""Which delivery is attempted next: due ones first, no endpoint more than its share, none through an open breaker."""

import heapq
from collections import Counter, defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Final

from tasks.models.attempt import Attempt
from tasks.models.breaker import Breaker
from tasks.models.outbox import Delivery, QueuedEvent

ENDPOINT_PLACES: Final = 16
"""Attempts under way at one endpoint: one that hangs holds no more than these."""
PLACES: Final = 80
"""Attempts under way in all; the sender has somewhat more connections."""


@dataclass(frozen=True)
class Job:
    """A delivery of which this process means to make the next attempt."""

    delivery: Delivery
    due: datetime
    attempts: int = 0
    """How many were begun before."""
    event: QueuedEvent | None = None
    """At hand where the event has just been queued; otherwise it is read when it is due."""
    is_contested: bool = False
    """The last attempt was somebody else's, who has not told what came of it: it may have ended the delivery."""
    is_replay: bool = False
    """Asked for by a person: one attempt, whatever the breaker says, of which the breaker learns nothing."""

    @property
    def endpoint(self) -> str:
        """Where it goes."""
        return self.delivery.endpoint


@dataclass
class DeliveryQueue:
    """The jobs of one deliverer."""

    _jobs: list[tuple[datetime, int, Job]] = field(default_factory=list)
    """By when they can be looked at."""
    _parked: defaultdict[str, deque[Job]] = field(default_factory=lambda: defaultdict(deque))
    """Due, and their endpoint has no place free."""
    _breakers: dict[str, Breaker] = field(default_factory=dict)
    _under_way: Counter[str] = field(default_factory=Counter)
    _numbers: Iterator[int] = field(default_factory=count)

    def add(self, job: Job, at: datetime | None = None) -> None:
        """Take a job, to be looked at when it is due, or at another time."""
        heapq.heappush(self._jobs, (at or job.due, next(self._numbers), job))

    def next_job(self, now: datetime) -> Job | None:
        """A job whose attempt begins now; `finished` must be told of it. None where there is none at the moment."""
        while self._jobs and self._jobs[0][0] <= now and self._under_way.total() < PLACES:
            _, _, job = heapq.heappop(self._jobs)
            breaker = self._breakers.get(job.endpoint, Breaker())
            if breaker.open_until is not None and breaker.is_open(now) and not job.is_replay:
                self.add(job, breaker.open_until)
            elif self._free_places(job.endpoint, now, is_replay=job.is_replay) <= 0:
                self._parked[job.endpoint].append(job)
            else:
                self._under_way[job.endpoint] += 1
                return job
        return None

    def finished(self, job: Job, attempt: Attempt | None, begun_at: datetime, now: datetime) -> None:
        """The attempt of `job` is over; None where it was not made after all."""
        self._under_way[job.endpoint] -= 1
        if not self._under_way[job.endpoint]:
            del self._under_way[job.endpoint]
        if attempt is not None and not job.is_replay:
            breaker = self._breakers.get(job.endpoint, Breaker())
            self._breakers[job.endpoint] = breaker.after(attempt, begun_at, now)
        self._unpark(job.endpoint, now)

    def wakes_at(self) -> datetime | None:
        """When the next job can be looked at; None where one that is under way must end first."""
        return self._jobs[0][0] if self._jobs and self._under_way.total() < PLACES else None

    def drop_retries(self) -> None:
        """Forget what has been attempted before: it is left to a later deliverer."""
        self._jobs = [entry for entry in self._jobs if not entry[2].attempts]
        heapq.heapify(self._jobs)
        for endpoint, jobs in self._parked.items():
            self._parked[endpoint] = deque(job for job in jobs if not job.attempts)

    def _free_places(self, endpoint: str, now: datetime, *, is_replay: bool) -> int:
        breaker = Breaker() if is_replay else self._breakers.get(endpoint, Breaker())
        return breaker.places(now, ENDPOINT_PLACES) - self._under_way[endpoint]

    def _unpark(self, endpoint: str, now: datetime) -> None:
        """Put back as many as there are places for; all, where the breaker has opened, to wait for it."""
        parked = self._parked[endpoint]
        breaker = self._breakers.get(endpoint, Breaker())
        free = len(parked) if breaker.is_open(now) else self._free_places(endpoint, now, is_replay=False)
        for _ in range(min(free, len(parked))):
            self.add(parked.popleft())
        if not parked:
            del self._parked[endpoint]
