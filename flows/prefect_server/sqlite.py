"""SQLite for the embedded server: many lanes ask for slots at one time, while states and events are written."""

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
"""The cache of pages that each connection may fill. Prefect allows 80 MB."""
STATEMENTS_MAX: Final = 8
"""The prepared statements that each connection keeps. Python keeps 128; one for a batch takes up to 1 MB."""


class OneWriter(AioSqliteConfiguration):
    """A database whose transactions take the right to write when they begin, and wait for it.

    In Prefect's own, a request for a slot reads first and writes then. If another request has written in between,
    SQLite fails at once ("database is locked"), the client sleeps for seconds, and so does every lane behind it.
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
        """Set up a new connection as Prefect does, with a smaller cache. The system caches the file as well."""
        super().setup_sqlite(conn, record)
        cursor = conn.cursor()
        cursor.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        cursor.close()


def one_writer(connection_url: str) -> OneWriter | None:
    """The configuration of an SQLite database. Any other database needs none of this: None."""
    url = make_url(connection_url)
    if url.get_backend_name() != "sqlite":
        return None
    url = url.update_query_dict({"cached_statements": str(STATEMENTS_MAX)})
    return OneWriter(url.render_as_string(hide_password=False))
