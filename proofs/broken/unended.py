"""A transaction that is begun behind SQLAlchemy's back, so that nobody ends it."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from reference_app.settings import load_settings


def engine_without_reset() -> AsyncEngine:
    """An engine whose pool takes connections back as they are."""
    return create_async_engine(load_settings().database_url, pool_reset_on_return=None, pool_size=1)


async def leave_a_transaction(engine: AsyncEngine) -> None:
    """Begin a transaction on a connection, and give that back to the pool."""
    raw = await engine.raw_connection()
    driver = raw.driver_connection
    assert driver is not None
    if engine.dialect.name == "postgresql":
        await driver.execute("BEGIN")
    else:
        async with driver.cursor() as cursor:
            await cursor.execute("START TRANSACTION WITH CONSISTENT SNAPSHOT")
    raw.close()
