"""The engine, its sessions, and the one place that commits."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from types import MappingProxyType
from typing import Annotated, Any

from fastapi import Depends
from sqlalchemy import AsyncAdaptedQueuePool, StaticPool, make_url
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)
from starlette.requests import HTTPConnection

from .models import Base
from .settings import DEADLINES, AppSettings, masked

# Looking for a table and creating it is two steps: workers that start together take turns.
TAKE_TURN = MappingProxyType(
    {
        "sqlite": "BEGIN IMMEDIATE",
        "postgresql": "SELECT pg_advisory_xact_lock(712019)",
        "mysql": "SELECT GET_LOCK('example_items', 30)",
        "mariadb": "SELECT GET_LOCK('example_items', 30)",
    }
)
END_TURN = MappingProxyType(
    {
        "mysql": "SELECT RELEASE_LOCK('example_items')",
        "mariadb": "SELECT RELEASE_LOCK('example_items')",
    }
)


class StartupError(RuntimeError):
    """The database cannot be used; says which one and why, without its password."""


class DatabaseFailure(Exception):  # noqa: N818 - a failure is what operators call it
    """A database call of a request failed; its cause is what the driver or the pool raised."""


def init_database(settings: AppSettings) -> AsyncEngine:
    """Make the engine. Nothing connects yet; whoever calls this disposes it."""
    return create_async_engine(
        settings.database_url,
        echo=settings.database_echo,
        hide_parameters=True,
        **_pool_options(settings),
    )


def _pool_options(settings: AppSettings) -> dict[str, Any]:
    url = make_url(settings.database_url)
    pool_class = url.get_dialect().get_pool_class(url)  # type: ignore[attr-defined]
    # An in-memory database lives and dies with its one connection, which SQLAlchemy closes
    # when a request is cancelled: it is for trying things out.
    if pool_class is StaticPool:
        return {"poolclass": StaticPool}
    return {
        "poolclass": AsyncAdaptedQueuePool,
        "pool_size": settings.database_pool_size,
        "max_overflow": settings.database_max_overflow,
        "pool_timeout": settings.database_pool_timeout,
        "pool_recycle": settings.database_pool_recycle,
        "pool_pre_ping": True,
        "connect_args": {DEADLINES[url.drivername]: settings.database_pool_timeout},
    }


async def create_example_schema(engine: AsyncEngine) -> None:
    """Create the tables that are missing; safe when several workers start at once."""
    async with engine.begin() as connection:
        dialect = connection.dialect.name
        await connection.exec_driver_sql(TAKE_TURN[dialect])
        await connection.run_sync(Base.metadata.create_all)
        if dialect in END_TURN:
            await connection.exec_driver_sql(END_TURN[dialect])


@asynccontextmanager
async def open_database(settings: AppSettings) -> AsyncIterator[async_sessionmaker[AsyncSession]]:
    """Give sessions on a database that is ready, and leave no connection behind."""
    engine = init_database(settings)
    try:
        await _prepare(engine)
        yield _sessions_of(engine)
    finally:
        await engine.dispose()


async def _prepare(engine: AsyncEngine) -> None:
    try:
        await create_example_schema(engine)
    except Exception as error:  # noqa: BLE001 - drivers raise more than SQLAlchemy's errors
        cause = getattr(error, "orig", None) or error
        reason = f"{type(cause).__name__}: {cause}".partition("\n")[0]
        raise StartupError(f"cannot use {masked(str(engine.url))}: {reason}") from None


def _sessions_of(engine: AsyncEngine) -> async_sessionmaker[AsyncSession]:
    # The sessions of an in-memory database share one connection, hence one transaction:
    # without turns, the rollback of one request would undo the writes of another.
    turn = asyncio.Lock() if isinstance(engine.pool, StaticPool) else nullcontext()
    return async_sessionmaker(engine, expire_on_commit=False, info={"turn": turn})


@asynccontextmanager
async def transaction(session: AsyncSession) -> AsyncIterator[None]:
    """Commit what the block wrote, before anything is answered, or undo all of it.

    The connection goes back to the pool either way. Raises `DatabaseFailure`.
    """
    try:
        async with session.info.get("turn", nullcontext()), session.begin():
            yield
    except Exception as error:
        raise DatabaseFailure from error


def get_async_sessionmaker(connection: HTTPConnection) -> async_sessionmaker[AsyncSession]:
    """Give the sessions that the lifespan of this app opened."""
    try:
        sessions: async_sessionmaker[AsyncSession] = connection.app.state.sessions
    except AttributeError:
        raise RuntimeError(
            "the lifespan of this app has not run, so it has no database: "
            "start it with a server or `with TestClient(app)`"
        ) from None
    return sessions


async def get_async_session(
    sessions: Annotated[async_sessionmaker[AsyncSession], Depends(get_async_sessionmaker)],
) -> AsyncIterator[AsyncSession]:
    """Give one session per request; `transaction` decides what it stores."""
    async with sessions() as session:
        yield session
