"""How often this process may ask the API how generations stand: one bound for all campaigns that run in it."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

WINDOW_S: Final = 10.0
"""The API counts polls in windows of this length."""
MARGIN: Final = 1.02
"""Polls keep so much more distance than the bound asks for, since they arrive less evenly than they leave."""


@dataclass(eq=False)
class Pace:
    """Lets polls leave one after the other, evenly; never more of them in any ten seconds than are allowed."""

    clock: Callable[[], float] = time.monotonic
    _next_at: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, most: int) -> float:
        """Leave to poll once, at `most` polls in ten seconds: 0.0 where given, else the seconds until it may be."""
        with self._lock:
            now = self.clock()
            if now < self._next_at:
                return self._next_at - now
            self._next_at = now + MARGIN * WINDOW_S / most
            return 0.0

    def rest(self, seconds: float) -> None:
        """No poll leaves for so long: the API has asked for it."""
        with self._lock:
            self._next_at = max(self._next_at, self.clock() + seconds)


PACE: Final = Pace()
"""That of this process."""
