"""Counts a campaign while it runs."""

import time
from collections import Counter
from decimal import Decimal

from tasks.models.outcome import Outcome, Status


class Tally:
    """How many cells have ended, how, and what they cost; the one thing here that changes."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.cost_usd = Decimal(0)
        self.by_status: Counter[Status] = Counter()
        self.started_s = time.monotonic()

    def count(self, outcome: Outcome) -> None:
        """Add a cell that has ended."""
        self.by_status[outcome.status] += 1
        self.cost_usd += outcome.cost_usd

    @property
    def ended(self) -> int:
        """The cells that have ended, in whatever way."""
        return self.by_status.total()

    @property
    def not_done(self) -> int:
        """The cells that have ended without an image."""
        return self.ended - self.by_status["done"]

    def remaining_s(self) -> float | None:
        """The seconds left at the pace so far; None before the first cell has ended."""
        if not self.ended:
            return None
        return (time.monotonic() - self.started_s) / self.ended * (self.total - self.ended)
