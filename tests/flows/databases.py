"""What a connection of Prefect's to its SQLite database may keep."""

import sqlalchemy as sa
from prefect.server.database.configurations import AioSqliteConfiguration


async def kept_by_a_connection(configuration: AioSqliteConfiguration) -> tuple[int, dict[str, object]]:
    """SQLite's cache, in pages or, where it is negative, in KiB; and the options that connections are made with."""
    engine = await configuration.engine()
    _, options = engine.dialect.create_connect_args(engine.url)
    try:
        async with engine.connect() as connection:
            return int((await connection.execute(sa.text("PRAGMA cache_size"))).scalar_one()), options
    finally:
        await engine.dispose()
