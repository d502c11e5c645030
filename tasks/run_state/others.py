"""What a run knows of what the campaign's other runs have begun."""

import asyncio
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from tasks.ledger.names import Turn


@dataclass
class Others:
    """The turns of other runs, as of the last time that all intents were listed."""

    turns: AbstractSet[Turn] = frozenset()
    """Those that were not in this run's own sums."""
    settled: AbstractSet[str] | None = None
    """The files beside this run's own heartbeat before that listing, if none was of a run that may be alive. While they
    are the same, nobody has begun anything since. None where that is not known."""
    beats: int = 0
    """How often this run has shown that it is alive."""
    asked: int = 0
    """How often it was asked what others have begun."""
    answered: int = 0
    """How many questions the last listing has answered: all that had been asked when it began."""
    listing: asyncio.Lock = field(default_factory=asyncio.Lock)

    def beat(self) -> int:
        """The number of one more sign of life."""
        self.beats += 1
        return self.beats

    def ask(self) -> int:
        """The number of one more question."""
        self.asked += 1
        return self.asked

    def listed(self, turns: AbstractSet[Turn], answered: int) -> None:
        """All intents were listed after so many questions, and `turns` were others'."""
        self.turns, self.answered = turns, answered

    def settle(self, beside: AbstractSet[str] | None) -> None:
        """Note the files beside this run's own heartbeat, if none is of a run that may be alive; else None."""
        self.settled = beside
