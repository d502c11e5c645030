"""SQLite for the embedded server, where many lanes ask for places at one time while states and events are written."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from prefect.server.database.configurations import AioSqliteConfiguration

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession, AsyncSessionTransaction


class OneWriter(AioSqliteConfiguration):
    """A database whose transactions wait for their turn to write when they begin.

    Prefect lets a request for a place read first and write then. Where another has written in between, SQLite gives up
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


def one_writer(connection_url: str) -> OneWriter | None:
    """The configuration of an SQLite database; None for any other, whose requests do not meet like that."""
    return OneWriter(connection_url) if connection_url.startswith("sqlite") else None
