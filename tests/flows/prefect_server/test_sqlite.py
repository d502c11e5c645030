"""Requests that read before they write take turns, on a real SQLite file, where Prefect's own would fail."""

import asyncio
from pathlib import Path

import pytest
import sqlalchemy as sa
from prefect.server.database.configurations import AioSqliteConfiguration
from sqlalchemy.exc import OperationalError

from flows.prefect_server.sqlite import CACHE_KIB, STATEMENTS_MAX, OneWriter, one_writer
from tests.flows.databases import kept_by_a_connection

REQUESTS = 8


async def count_up(configuration: AioSqliteConfiguration) -> int:
    """The number in the only row after as many requests at once as there are, each of which adds one to it."""
    engine = await configuration.engine()
    async with engine.begin() as connection:
        await connection.execute(sa.text("CREATE TABLE place (taken INTEGER)"))
        await connection.execute(sa.text("INSERT INTO place VALUES (0)"))

    async def add_one() -> None:
        async with (
            await configuration.session(engine) as session,
            configuration.begin_transaction(session),
        ):
            taken = (await session.execute(sa.text("SELECT taken FROM place"))).scalar_one()
            await asyncio.sleep(0.01)
            await session.execute(sa.text("UPDATE place SET taken = :taken"), {"taken": taken + 1})

    try:
        ends = await asyncio.gather(*(add_one() for _ in range(REQUESTS)), return_exceptions=True)
        for error in filter(None, ends):  # once all have ended, and closed what they had open
            raise error
        async with engine.connect() as connection:
            return int((await connection.execute(sa.text("SELECT taken FROM place"))).scalar_one())
    finally:
        await engine.dispose()


def url_of(folder: Path) -> str:
    """A new database in `folder`."""
    return f"sqlite+aiosqlite:///{folder}/prefect.db"


def test_requests_at_one_time_take_turns(tmp_path):
    """None fails, and none is lost."""
    assert asyncio.run(count_up(OneWriter(url_of(tmp_path)))) == REQUESTS


def test_without_turns_they_meet_a_locked_database(tmp_path):
    """Once this fails, Prefect has mended it, and `flows/prefect_server/sqlite.py` can go."""
    with pytest.raises(OperationalError, match="locked"):
        asyncio.run(count_up(AioSqliteConfiguration(url_of(tmp_path))))


def test_connections_keep_little(tmp_path):
    """A campaign of thousands of images would fill what Prefect and Python allow each of the connections."""
    configuration = one_writer(url_of(tmp_path))

    cache, options = asyncio.run(kept_by_a_connection(configuration))
    assert (cache, options["cached_statements"]) == (-CACHE_KIB, STATEMENTS_MAX), "negative: in KiB"


def test_other_databases_are_left_to_prefect():
    """They lock rows."""
    assert one_writer("postgresql+asyncpg://u@127.0.0.1/prefect") is None
    assert isinstance(one_writer("sqlite+aiosqlite:////tmp/prefect.db"), OneWriter)
