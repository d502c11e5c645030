"""A breaker between us and one endpoint, or one host: while it is open nothing is sent there, so the dead cost little.

It opens after some failures in a row, or at once when the endpoint asks for fewer deliveries; then one attempt at a
time tells whether it can be closed.
"""

from datetime import datetime, timedelta
from typing import Final, NamedTuple, Self

from tasks.callbacks.attempt import Attempt

FAILURES_MAX: Final = 5
"""So many in a row open it."""
PAUSE_MIN_S: Final = 5.0
PAUSE_MAX_S: Final = 300.0


class Breaker(NamedTuple):
    """The state of one breaker. Closed, as it begins, it lets everything through."""

    failures: int = 0
    """In a row."""
    opened_at: datetime | None = None
    open_until: datetime | None = None

    def is_open(self, now: datetime) -> bool:
        """Whether nothing may be sent at `now`."""
        return self.open_until is not None and now < self.open_until

    def at_once(self, now: datetime, most: int) -> int:
        """How many attempts may be under way at `now`, where `most` may be if all is well."""
        if self.is_open(now):
            return 0
        return 1 if self.open_until is not None else most

    def after(self, attempt: Attempt, begun_at: datetime, now: datetime) -> Self:
        """The breaker after an attempt. One that is not sent says nothing about the endpoint.

        Those that were under way when it opened don't open it further: they tell the same thing again.
        """
        if attempt.result == "refused":
            return self
        if attempt.result != "failed":
            return type(self)()
        wait_s = attempt.retry_after_s or 0.0
        if self.opened_at is not None and begun_at < self.opened_at and self.open_until is not None:
            return self._replace(open_until=max(self.open_until, now + timedelta(seconds=wait_s)))
        failures = self.failures + 1
        if attempt.is_slowed:
            failures = max(failures, FAILURES_MAX)
        if failures < FAILURES_MAX:
            return self._replace(failures=failures)
        pause_s = max(min(PAUSE_MIN_S * 2.0 ** min(failures - FAILURES_MAX, 10), PAUSE_MAX_S), wait_s)
        return type(self)(failures, now, now + timedelta(seconds=pause_s))
