"""When a delivery is tried again, and when it is given up. Times and chance are given, so that a test can turn them."""

from datetime import datetime, timedelta
from typing import Final, NamedTuple

from tasks.callbacks.attempt import Attempt
from tasks.callbacks.names import State

DELAYS_S: Final = (0, 5, 5 * 60, 30 * 60, *(hours * 3600 for hours in (2, 5, 10, 14, 20, 24)))
"""What is waited before each attempt: 75 h 35 min in all."""
ATTEMPTS_MAX: Final = len(DELAYS_S)
JITTER: Final = 0.1
"""How far a delay may be off, as a part of it: what failed at one time does not come back at one time."""
LIFETIME: Final = timedelta(days=4)
"""Of an event: where an endpoint is so far behind that the attempts come late, the one after this is the last."""
LATE_FROM: Final = 4
"""The attempt from which that counts: an endpoint that hears of an old campaign has its chances too."""


class Verdict(NamedTuple):
    """What follows from an attempt."""

    state: State
    due: datetime | None = None
    """When the next attempt may be made, where the delivery waits for one."""
    why: str = ""


def next_due(attempts: int, failed_at: datetime, chance: float, retry_after_s: float | None = None) -> datetime | None:
    """When to try again after `attempts` attempts, the last of which failed at `failed_at`; None: never.

    `chance` is evenly spread from 0 to 1. What the endpoint asks us to wait is a minimum.
    """
    if attempts >= ATTEMPTS_MAX:
        return None
    delay_s = DELAYS_S[attempts] * (1 + JITTER * (2 * chance - 1))
    return failed_at + timedelta(seconds=max(delay_s, retry_after_s or 0))


def verdict(attempt: Attempt, attempts: int, happened_at: datetime, now: datetime, chance: float) -> Verdict:
    """What follows from `attempt`, the `attempts`-th to deliver an event of `happened_at`."""
    match attempt.result:
        case "delivered":
            return Verdict("delivered", why=attempt.message)
        case "gone":
            return Verdict("dead", why=f"The endpoint is gone (410): {attempt.message}")
        case "refused":
            return Verdict("dead", why=f"We do not send there: {attempt.message}")
        case "failed":
            due = next_due(attempts, now, chance, attempt.retry_after_s)
            if due is None or (attempts >= LATE_FROM and now - happened_at >= LIFETIME):
                return Verdict("dead", why=f"Given up after {attempts} attempts; the last: {attempt.message}")
            return Verdict("waiting", due, attempt.message)
