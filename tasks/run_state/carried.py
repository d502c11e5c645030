"""The pictures that go along with requests in flight: each is read once and held once, however many carry it."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager

from tasks.records.reference import Reference

Read = Callable[[Reference], Awaitable[bytes]]


class Carried:
    """Holds the bytes of a picture from the first request that carries it to the end of the last."""

    def __init__(self) -> None:
        self._held: dict[str, asyncio.Future[bytes]] = {}
        self._users: Counter[str] = Counter()

    @asynccontextmanager
    async def holding(self, references: Sequence[Reference], read: Read) -> AsyncIterator[Mapping[str, bytes]]:
        """The bytes of each by its SHA-256. Raises what `read` raises; whoever comes after that reads anew."""
        digests = {one.sha256: one for one in references}
        self._users.update(digests.keys())
        try:
            for sha256, reference in digests.items():
                if sha256 not in self._held:
                    self._held[sha256] = asyncio.ensure_future(read(reference))
            yield {sha256: await asyncio.shield(self._held[sha256]) for sha256 in digests}
        finally:
            self._users.subtract(digests.keys())
            for sha256 in digests:
                if not self._users[sha256]:
                    del self._users[sha256]
                    self._held.pop(sha256, None)
