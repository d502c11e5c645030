"""Whether the API works at all. It tells an API that works on nothing from one that refuses a certain cell."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from tasks.errors import ApiAway

UNANSWERED_MAX: Final = 20
"""The campaign stops when so many requests in a row get no answer: each may have been paid, for nothing."""
REQUEUED_MAX: Final = 3
"""The campaign stops when the API has turned so many cells away for minutes, and worked on no other meanwhile."""


@dataclass
class ApiHealth:
    """What a run has heard of the API."""

    heard_at: datetime | None = None
    """When it last worked on a request."""
    unanswered: int = 0
    """How many requests in a row were sent and got no answer."""
    requeued: set[str] = field(default_factory=set)
    """The cells that were turned away for minutes since it last worked on a request."""

    def heard(self) -> None:
        """It has worked on a request, whatever came of it."""
        self.heard_at, self.unanswered = datetime.now(UTC), 0
        self.requeued.clear()

    def not_heard(self) -> ApiAway | None:
        """A request got no answer. Returns what stops the campaign when too many in a row got none, else None."""
        self.unanswered += 1
        if self.unanswered < UNANSWERED_MAX:
            return None
        return ApiAway(
            f"The API has left {self.unanswered} requests in a row without an answer, and each may have been paid; "
            "run again when it answers"
        )

    def is_silent_since(self, time: datetime) -> bool:
        """Whether it has worked on nothing since then."""
        return self.heard_at is None or self.heard_at < time

    def is_worth_another(self, cell_id: str, waiting: Iterable[str]) -> bool:
        """Note that a cell was turned away for minutes. Returns whether one that is `waiting` is to be tried."""
        self.requeued.add(cell_id)
        return any(other not in self.requeued for other in waiting) and len(self.requeued) < REQUEUED_MAX
