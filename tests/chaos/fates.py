"""What may become of a request on its way, and how often it does."""

import json
import threading
from collections import Counter
from dataclasses import dataclass, field
from random import Random
from typing import Final, NamedTuple


class Passing(NamedTuple):
    """A request on its way."""

    method: str
    path: str
    body: bytes


class Fate(NamedTuple):
    """What becomes of it."""

    arrives: bool = True
    is_answered: bool = True
    instead: tuple[int, str, bytes] | None = None
    """Status, content type and body in the place of the real answer."""


PASSES: Final = Fate()
IS_DROPPED: Final = Fate(arrives=False, is_answered=False)
LOSES_ITS_ANSWER: Final = Fate(is_answered=False)


@dataclass
class Odds:
    """Draws the fate of each request: the same from one seed, whoever comes first of those with different keys."""

    seed: str
    fates: dict[Fate, int]
    """How many of a hundred meet each; all others pass."""
    _drawn: Counter[str] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def draw(self, key: str) -> Fate:
        """The fate of the next request with this key."""
        with self._lock:
            self._drawn[key] += 1
            chance = Random(f"{self.seed} {key} {self._drawn[key]}")
        fates = [*self.fates, PASSES]
        return chance.choices(fates, [*self.fates.values(), 100 - sum(self.fates.values())])[0]


def nothing(body: object) -> Fate:
    """Billed, and answered with no image."""
    return Fate(instead=(200, "application/json", json.dumps(body).encode()))


IMAGE: Final = dict.fromkeys(("url", "prompt", "resolution", "is_image_safe", "seed"))
GATEWAY: Final = (503, "text/html", b"<html><h1>503 Service Temporarily Unavailable</h1></html>")
BUSY: Final = (503, "application/json", b'{"error": "The service is temporarily unavailable."}')
OF_THE_API: Final = {
    nothing(None): 3,
    nothing({"data": None}): 3,
    nothing({"data": [None]}): 3,
    nothing({"created": None, "data": [IMAGE]}): 3,
    nothing({"data": [IMAGE | {"is_image_safe": True}]}): 3,
    Fate(instead=GATEWAY): 6,
    Fate(arrives=False, instead=BUSY): 4,
    LOSES_ITS_ANSWER: 6,
    IS_DROPPED: 3,
}
ERROR: Final = b"<Error><Code>InternalError</Code><Message>We encountered an internal error.</Message></Error>"
SLOW: Final = b"<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>"
OF_THE_BUCKET: Final = {
    LOSES_ITS_ANSWER: 3,
    IS_DROPPED: 2,
    Fate(instead=(500, "application/xml", ERROR)): 2,
    Fate(arrives=False, instead=(503, "application/xml", SLOW)): 2,
}
OF_PICTURES: Final = {LOSES_ITS_ANSWER: 10}
