"""Counts a campaign while it runs."""

import time
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from typing import Final

from tasks.records.outcome import Outcome, Status

STILL_AFTER_S: Final = 10.0
"""A campaign of which nothing has ended for so long stands still, unless it has taken its time before."""

SAID_FROM_S: Final = 0.5
"""Less than this would be told as 0 s, while images are still to come."""


class Tally:
    """How many cells have ended, how, and what the campaign has cost in all its runs."""

    def __init__(self, total: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.total = total
        self.cost_usd = Decimal(0)
        self.taken_over = 0
        self.trouble = ""
        """Why nothing moves at the moment, if so; set by `tell` alone."""
        self.by_status: Counter[Status] = Counter()
        self._clock = clock
        self._started_s = self._moved_s = clock()
        self._longest_s = 0.0
        """The longest time so far in which nothing has ended."""

    def tell(self, trouble: str) -> None:
        """Why nothing moves at the moment; nothing once it does."""
        self.trouble = trouble

    def count(self, outcome: Outcome) -> None:
        """Add a cell that has ended in this run."""
        self.by_status[outcome.status] += 1
        now_s = self._clock()
        self._longest_s = max(self._longest_s, now_s - self._moved_s)
        self._moved_s = now_s

    def take_over(self, outcome: Outcome) -> None:
        """Add a cell that had ended before this run began."""
        self.by_status[outcome.status] += 1
        self.taken_over += 1

    @property
    def ended(self) -> int:
        """The cells that have ended, in whatever way."""
        return self.by_status.total()

    @property
    def not_done(self) -> int:
        """The cells that have ended without an image."""
        return self.ended - self.by_status["done"]

    def remaining_s(self) -> float | None:
        """The seconds left at the pace so far, counting down; None where nothing has ended in this run, or moves."""
        ended_now, waited_s = self.ended - self.taken_over, self._clock() - self._moved_s
        if not ended_now or self.trouble or waited_s > max(STILL_AFTER_S, 1.5 * self._longest_s):
            return None
        left_s = (self._moved_s - self._started_s) / ended_now * (self.total - self.ended) - waited_s
        return left_s if left_s > SAID_FROM_S else None
