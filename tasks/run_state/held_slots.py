"""The slots in flight that this run holds, as its lanes and Prefect's server tell."""

import sys
import time
from dataclasses import dataclass, field


@dataclass
class HeldSlots:
    """Which lanes hold a slot, and whether others want one."""

    lanes: set[int] = field(default_factory=set)
    """By their numbers."""
    is_contended: bool = False
    """Whether others want the slots that this run holds."""
    most: int = sys.maxsize
    """How many the API allows the account, as it has said itself."""
    _lost_at: float | None = None

    def acquire(self, lane: int) -> None:
        """A lane was granted its slot."""
        self.lanes.add(lane)

    def release(self, lane: int) -> None:
        """A lane gives its slot back."""
        self.lanes.discard(lane)

    def keep_to(self, most: int) -> None:
        """The API has said how many images the account may have in flight: fewer than this run has lanes, perhaps."""
        self.most = min(self.most, most)

    def contend(self, *, is_contended: bool) -> None:
        """Note whether others want slots."""
        self.is_contended = is_contended

    def heard(self) -> None:
        """Prefect's server has answered a lane."""
        self._lost_at = None

    def not_heard_for_s(self) -> float:
        """Note that Prefect's server has not answered a lane. Returns for how many seconds it has answered none."""
        self._lost_at = time.monotonic() if self._lost_at is None else self._lost_at
        return time.monotonic() - self._lost_at
