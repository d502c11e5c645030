"""The journal of received callbacks: one SQLite file, in which each event stands once, from its arrival to its end."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Self

from tasks.records.exit_code import ExitCode
from tasks.storage import disk

LOCK_WAIT_S: Final = 10.0
"""How long a receiver that starts waits for the one before it to end."""
KEPT_S: Final = 90 * 86_400.0
"""A finished event is remembered for longer than any sender repeats it, or a person would."""

FILES: Final = ("", "-wal", "-shm", "-journal")
"""The endings of the files that SQLite makes of one; what was received may hold links and tokens."""

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS events (
    event_id TEXT PRIMARY KEY,
    body BLOB NOT NULL,
    received_at REAL NOT NULL,
    state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'done', 'failed')),
    tries INTEGER NOT NULL DEFAULT 0,
    due_at REAL NOT NULL,
    error TEXT,
    finished_at REAL
);
CREATE INDEX IF NOT EXISTS events_due ON events (state, due_at);
"""


class JournalFailed(Exception):
    """The journal cannot be read or written; what was not journaled was not acknowledged."""

    exit_code = ExitCode.BAD_INPUT


@dataclass(frozen=True)
class Journaled:
    """An event that is to be processed; `tries` counts those that failed."""

    event_id: str
    body: bytes
    tries: int


@dataclass(frozen=True)
class Journal:
    """The open journal, for one thread at a time. Every method may raise JournalFailed. Times: seconds since 1970."""

    database: sqlite3.Connection
    in_hand: set[str] = field(default_factory=set)
    """Claimed and not yet ended, of this process; a crash forgets it, and the events are claimed anew."""

    @classmethod
    def open(cls, path: Path, lock_wait_s: float = LOCK_WAIT_S) -> Self:
        """The journal at `path`, made if it is not there. Only one process at a time may have it open."""
        try:
            disk.make_folder(path.parent)
            with suppress(FileExistsError):  # SQLite gives its other files the rights of this one
                disk.write_new(path, b"", is_private=True)
            disk.close_to_others((), [path.with_name(path.name + ending) for ending in FILES])
            database = sqlite3.connect(path, timeout=lock_wait_s, isolation_level=None, check_same_thread=False)
            try:
                # Whoever has it open has it alone: two processes would do the same work twice.
                database.execute("PRAGMA locking_mode = EXCLUSIVE")
                database.execute("PRAGMA journal_mode = WAL")
                database.execute("PRAGMA synchronous = FULL")
                database.execute("PRAGMA fullfsync = ON")
                database.executescript(f"BEGIN EXCLUSIVE; {_SCHEMA} COMMIT;")
            except sqlite3.Error:
                database.close()
                raise
        except (sqlite3.Error, OSError) as error:
            is_taken = isinstance(error, sqlite3.OperationalError) and "locked" in str(error)
            why = "another receiver has it open" if is_taken else str(error)
            raise JournalFailed(f"The journal {path} cannot be used: {why}") from error
        return cls(database)

    def close(self) -> None:
        """Give the file back."""
        with suppress(sqlite3.Error):
            self.database.close()

    def add(self, event_id: str, body: bytes, now: float) -> bool:
        """Keep an event durably; whether it was not there yet."""
        statement = (
            "INSERT INTO events (event_id, body, received_at, due_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING"
        )
        with failures_named():
            return self.database.execute(statement, (event_id, body, now, now)).rowcount == 1

    def claim(self, now: float) -> Journaled | None:
        """The event that has been due longest and that nobody has in hand; it is then in hand until it is ended."""
        statement = (
            "SELECT event_id, body, tries FROM events WHERE state = 'waiting' AND due_at <= ? "
            "ORDER BY due_at, rowid LIMIT ?"
        )
        with failures_named():
            due = self.database.execute(statement, (now, len(self.in_hand) + 1)).fetchall()
        free = next((Journaled(*row) for row in due if row[0] not in self.in_hand), None)
        if free is not None:
            self.in_hand.add(free.event_id)
        return free

    def let_go(self, event_id: str) -> None:
        """It is in nobody's hand any more, whatever became of it."""
        self.in_hand.discard(event_id)

    def finish(self, event_id: str, now: float) -> None:
        """It is processed and never will be again."""
        self._set(event_id, "state = 'done', error = NULL, finished_at = ?", now)

    def postpone(self, event_id: str, error: str, due_at: float) -> None:
        """It failed and is tried again from `due_at` on."""
        self._set(event_id, "tries = tries + 1, error = ?, due_at = ?", error, due_at)

    def give_up(self, event_id: str, error: str, now: float) -> None:
        """It failed for the last time."""
        self._set(event_id, "tries = tries + 1, state = 'failed', error = ?, finished_at = ?", error, now)

    def retry_failed(self, now: float) -> int:
        """Put everything that was given up in line again; how many that are."""
        statement = (
            "UPDATE events SET state = 'waiting', tries = 0, due_at = ?, finished_at = NULL WHERE state = 'failed'"
        )
        with failures_named():
            return self.database.execute(statement, (now,)).rowcount

    def forget_old(self, now: float) -> int:
        """Remove what was finished long ago; how many that were."""
        statement = "DELETE FROM events WHERE state = 'done' AND finished_at < ?"
        with failures_named():
            return self.database.execute(statement, (now - KEPT_S,)).rowcount

    def counts(self) -> dict[str, int]:
        """How many events wait, are done, and have failed."""
        with failures_named():
            rows = self.database.execute("SELECT state, count(*) FROM events GROUP BY state").fetchall()
        return {"waiting": 0, "done": 0, "failed": 0} | dict(rows)

    def probe(self) -> None:
        """Write something, to know that an event could be kept."""
        with failures_named():
            self.database.execute("PRAGMA user_version = 1")

    def _set(self, event_id: str, what: str, *values: object) -> None:
        with failures_named():
            self.database.execute(f"UPDATE events SET {what} WHERE event_id = ?", (*values, event_id))  # noqa: S608  ours


@contextmanager
def failures_named() -> Iterator[None]:
    """Raises JournalFailed for what SQLite raises inside."""
    try:
        yield
    except sqlite3.Error as error:
        raise JournalFailed(f"The journal failed: {error}") from error
