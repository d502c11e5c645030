"""Counts a campaign while it runs."""

import time
from collections import Counter
from decimal import Decimal

from tasks.records.outcome import Outcome, Status


class Tally:
    """How many cells have ended, how, and what the campaign has cost in all its runs."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.cost_usd = Decimal(0)
        self.taken_over = 0
        self.trouble = ""
        """Why nothing moves at the moment, if so; set by `tell` alone."""
        self.by_status: Counter[Status] = Counter()
        self.started_s = time.monotonic()

    def tell(self, trouble: str) -> None:
        """Why nothing moves at the moment; nothing once it does."""
        self.trouble = trouble

    def count(self, outcome: Outcome) -> None:
        """Add a cell that has ended in this run."""
        self.by_status[outcome.status] += 1

    def take_over(self, outcome: Outcome) -> None:
        """Add a cell that had ended before this run began."""
        self.count(outcome)
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
        """The seconds left at the pace so far; None before the first cell has ended in this run."""
        ended_now = self.ended - self.taken_over
        if not ended_now:
            return None
        return (time.monotonic() - self.started_s) / ended_now * (self.total - self.ended)
