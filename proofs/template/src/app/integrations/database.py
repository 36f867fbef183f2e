"""The async database integration: engines, sessions and the schema of the example."""

from collections.abc import AsyncIterator
from typing import Any

from sqlalchemy import StaticPool
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)

from app.core.settings import AppSettings
from app.models.database_example import Base

engine: AsyncEngine | None = None
replica_engine: AsyncEngine | None = None
session_factory: async_sessionmaker[AsyncSession] | None = None


def init_database(settings: AppSettings) -> AsyncEngine:
    """Make the engine, the engine of the replica, and the sessions of the first."""
    global engine, replica_engine, session_factory
    engine = create_async_engine(settings.database_url, **engine_options(settings))
    session_factory = async_sessionmaker(engine, expire_on_commit=False)
    if settings.database_read_replica_url:
        replica_engine = create_async_engine(settings.database_read_replica_url)
    return engine


def engine_options(settings: AppSettings) -> dict[str, Any]:
    """Give the options of the engine; SQLite has no pool to speak of."""
    options: dict[str, Any] = {"echo": settings.database_echo}
    if ":memory:" in settings.database_url:
        options["poolclass"] = StaticPool
    elif not settings.database_url.startswith("sqlite"):
        options["pool_size"] = settings.database_pool_size
        options["max_overflow"] = settings.database_max_overflow
    return options


async def create_example_schema(engine: AsyncEngine) -> None:
    """Create the tables that are missing."""
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)


def get_async_sessionmaker() -> async_sessionmaker[AsyncSession]:
    """Give the sessions of the engine."""
    if session_factory is None:
        raise RuntimeError("the database is not initialized")
    return session_factory


async def get_async_session() -> AsyncIterator[AsyncSession]:
    """Give a session, and commit what was done with it."""
    async with get_async_sessionmaker()() as session:
        try:
            yield session
            await session.commit()
        except Exception:
            await session.rollback()
            raise


async def close_database() -> None:
    """Close the connections."""
    global engine, session_factory
    if engine is not None:
        await engine.dispose()
    engine = session_factory = None
