"""When to look for a generation again: learned from how long others of its kind took. Pure; ages in seconds."""

import math
from collections import deque
from dataclasses import dataclass, field
from typing import Final

REMEMBERED: Final = 40
"""So many durations are remembered of a kind: an API that is slower than an hour ago is seen to be."""
EARLIEST_S: Final = 0.5
LATEST: Final = 1200.0
"""Before anything is known, a generation takes from this age to so many times as long; each doubling is as likely."""
SPREAD: Final = 0.08
SPREAD_MIN_S: Final = 0.15
"""A duration that was seen makes those likely that differ by so much of it, or by so many seconds."""
LIKELY: Final = 0.05
"""Below this, no poll is worth its place among the others."""
RARE: Final = 0.03
"""Of what takes longer than so few do, nothing was learned: it is looked for at growing distances."""
LATE_SHARE: Final = 0.2
LATE_S: Final = (1.0, 10.0)
"""Each time after so much of its age, and within these seconds."""


@dataclass
class Durations:
    """How long the generations of one kind took, each as an interval: it was found done, and before that not yet."""

    earliest_s: float = EARLIEST_S
    """Nothing is looked for before this age, until others of its kind were found done earlier."""
    _seen: deque[tuple[float, float]] = field(default_factory=lambda: deque(maxlen=REMEMBERED))

    def note(self, pending_at_s: float, done_at_s: float) -> None:
        """One was pending at the one age, and done at the other."""
        middle_s = (max(pending_at_s, 0.0) + done_at_s) / 2
        half_s = max((done_at_s - pending_at_s) / 2, SPREAD * middle_s, SPREAD_MIN_S)
        self._seen.append((middle_s - half_s, middle_s + half_s))

    def pending(self, age_s: float) -> float:
        """The share of generations that take longer than `age_s`."""
        shares = (_above(age_s, low_s, high_s) for low_s, high_s in self._seen)
        return (_unknown(age_s / self.earliest_s) + sum(shares)) / (1 + len(self._seen))

    def likelihood(self, pending_at_s: float, age_s: float) -> float:
        """How likely one is done at `age_s` that was pending at the earlier age."""
        before = self.pending(pending_at_s)
        if before < RARE:
            return min(1.0, LIKELY * (age_s - pending_at_s) / min(max(LATE_S[0], LATE_SHARE * age_s), LATE_S[1]))
        return 1 - self.pending(age_s) / before


def _above(age_s: float, low_s: float, high_s: float) -> float:
    """The share of what lies evenly between `low_s` and `high_s` that lies above `age_s`."""
    return min(1.0, max(0.0, (high_s - age_s) / (high_s - low_s)))


def _unknown(times: float) -> float:
    """The share that is pending after so many times the earliest age, where nothing was ever seen."""
    return max(0.0, 1 - math.log(max(times, 1.0)) / math.log(LATEST))
