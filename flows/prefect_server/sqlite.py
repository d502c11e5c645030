"""SQLite for the embedded server, where many lanes ask for slots at one time while states and events are written."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

from prefect.server.database.configurations import AioSqliteConfiguration
from sqlalchemy.engine import make_url

if TYPE_CHECKING:
    from sqlalchemy.engine.interfaces import DBAPIConnection
    from sqlalchemy.ext.asyncio import AsyncSession, AsyncSessionTransaction
    from sqlalchemy.pool import ConnectionPoolEntry

CACHE_KIB: Final = 2_000
"""Of the database's pages, for each connection. Prefect allows 80 MB, which fill up image by image."""
STATEMENTS_MAX: Final = 8
"""Prepared ones that each connection keeps. Python keeps 128, and each batch of another length is one, up to 1 MB."""


class OneWriter(AioSqliteConfiguration):
    """A database whose transactions wait for their turn to write when they begin.

    Prefect lets a request for a slot read first and write then. Where another has written in between, SQLite gives up
    at once ("database is locked"); the client sleeps for seconds, and every lane that asks after it waits as long.
    """

    @asynccontextmanager
    async def begin_transaction(
        self,
        session: "AsyncSession",
        with_for_update: bool = True,  # noqa: ARG002, FBT001, FBT002  Prefect asks for it here and there
    ) -> AsyncIterator["AsyncSessionTransaction"]:
        """Begin with the right to write."""
        async with super().begin_transaction(session, with_for_update=True) as transaction:
            yield transaction

    def setup_sqlite(self, conn: "DBAPIConnection", record: "ConnectionPoolEntry") -> None:
        """Set a new connection up as Prefect does, with a smaller cache: the system has the file in memory anyway."""
        super().setup_sqlite(conn, record)
        cursor = conn.cursor()
        cursor.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        cursor.close()


def one_writer(connection_url: str) -> OneWriter | None:
    """The configuration of an SQLite database; None for any other, whose requests do not meet like that."""
    url = make_url(connection_url)
    if url.get_backend_name() != "sqlite":
        return None
    url = url.update_query_dict({"cached_statements": str(STATEMENTS_MAX)})
    return OneWriter(url.render_as_string(hide_password=False))
