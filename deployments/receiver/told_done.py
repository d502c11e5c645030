"""The generations that the API's webhooks have told to be done, each once: in the journal's file, and to who waits."""

import asyncio
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, ParamSpec, Protocol, TypeVar

from deployments.receiver.journal import failures_named
from tasks.webhooks.news import News

KEPT_S: Final = 7 * 86_400.0
"""So long one that is told again is known; what is older than minutes is not believed again in any case."""
RECENT_S: Final = 3_600.0
"""Whoever asks for the first time is told what has come within so long."""
TOLD_MAX: Final = 1_000
"""So many are told at a time."""
WAIT_S: Final = 5.0
"""How long a question waits for news: short enough that no question holds up the end of the receiver."""

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS told_done (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    generation_id TEXT NOT NULL UNIQUE,
    received_at REAL NOT NULL
);
CREATE INDEX IF NOT EXISTS told_done_at ON told_done (received_at);
"""

P = ParamSpec("P")
T = TypeVar("T")


class OnThread(Protocol):
    """Runs a function on the one thread on which the journal is used."""

    async def __call__(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Its result."""


@dataclass(frozen=True)
class DoneTable:
    """The table, for one thread at a time. Every method may raise JournalFailed. Times: seconds since 1970."""

    database: sqlite3.Connection

    @classmethod
    def open(cls, database: sqlite3.Connection) -> "DoneTable":
        """The table in the journal's file, made if it is not there."""
        with failures_named():
            database.executescript(_SCHEMA)
        return cls(database)

    def add(self, generation_id: str, now: float) -> bool:
        """Keep it durably; whether it was not there yet. What is old is forgotten."""
        statement = (  # a conflict would use up a number
            "INSERT INTO told_done (generation_id, received_at) SELECT ?, ? "
            "WHERE NOT EXISTS (SELECT 1 FROM told_done WHERE generation_id = ?)"
        )
        with failures_named():
            self.database.execute("DELETE FROM told_done WHERE received_at < ?", (now - KEPT_S,))
            return self.database.execute(statement, (generation_id, now, generation_id)).rowcount == 1

    def after(self, number: int | None, now: float) -> News:
        """What has come after `number`; what is recent, where it is None or of another journal."""
        with failures_named():
            last = self.database.execute("SELECT seq FROM sqlite_sequence WHERE name = 'told_done'").fetchone()
            latest = last[0] if last else 0
            if number is None or number > latest:
                which, value = "received_at >= ?", now - RECENT_S
            else:
                which, value = "number > ?", number
            statement = f"SELECT number, generation_id FROM told_done WHERE {which} ORDER BY number LIMIT ?"  # noqa: S608  ours
            rows = self.database.execute(statement, (value, TOLD_MAX)).fetchall()
        return News(done=tuple(row[1] for row in rows), next=rows[-1][0] if len(rows) == TOLD_MAX else latest)

    def count(self) -> int:
        """How many there are."""
        with failures_named():
            return int(self.database.execute("SELECT count(*) FROM told_done").fetchone()[0])


@dataclass(eq=False)
class ToldDone:
    """The same, while a receiver runs."""

    table: DoneTable
    on_thread: OnThread
    _come: asyncio.Event = field(default_factory=asyncio.Event)
    """Set, and replaced, whenever one is new."""

    async def add(self, generation_id: str) -> bool:
        """Keep it durably and tell who waits; whether it is new. Raises JournalFailed."""
        is_new = await self.on_thread(self.table.add, generation_id, time.time())
        if is_new:
            come, self._come = self._come, asyncio.Event()
            come.set()
        return is_new

    async def count(self) -> int:
        """How many are remembered. Raises JournalFailed."""
        return await self.on_thread(self.table.count)

    async def after(self, number: int | None, wait_s: float = WAIT_S) -> News:
        """What has come after `number`, as soon as there is something; without one, what is recent, at once.

        Nothing after `wait_s`. Raises JournalFailed.
        """
        deadline = asyncio.get_running_loop().time() + wait_s
        while True:
            come = self._come
            news = await self.on_thread(self.table.after, number, time.time())
            if news.done or news.next != number:
                return news
            try:
                async with asyncio.timeout_at(deadline):
                    await come.wait()
            except TimeoutError:
                return news
