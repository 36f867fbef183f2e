"""The sessions, what is read where, and the one place that commits."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, nullcontext
from typing import Annotated, Any

from fastapi import Depends
from sqlalchemy import Select, StaticPool
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker
from sqlalchemy.orm import SessionTransactionOrigin
from starlette.requests import HTTPConnection

from .engines import init_database, init_replica, logger, warn_of_limit
from .schema import create_example_schema, migrate_example_schema
from .settings import AppSettings, masked

Sessions = async_sessionmaker[AsyncSession]


class StartupError(RuntimeError):
    """The database cannot be used; says which one and why, without its password."""


class DatabaseFailure(Exception):  # noqa: N818 - a failure is what operators call it
    """A database call failed; its cause is what the driver or the pool raised."""


@asynccontextmanager
async def open_database(settings: AppSettings) -> AsyncIterator[Sessions]:
    """Give sessions on a database that is ready, and leave no connection behind.

    The lifespan opens it for the routes. A script opens it for itself:

        async with open_database(load_settings()) as sessions, sessions() as session:
            await ExampleItemService(session).create({"name": "Blue kettle"})
    """
    async with AsyncExitStack() as engines:
        primary = init_database(settings)
        engines.push_async_callback(primary.dispose)
        if (replica := init_replica(settings)) is not None:
            engines.push_async_callback(replica.dispose)
        await _prepare(primary, settings)
        yield _sessions_of(primary, replica, settings.database_pool_timeout)


async def _prepare(engine: AsyncEngine, settings: AppSettings) -> None:
    try:
        if settings.database_schema == "create":
            await create_example_schema(engine)
        elif settings.database_schema == "migrate":
            await migrate_example_schema(engine)
        await warn_of_limit(engine, settings)
    except Exception as error:  # noqa: BLE001 - drivers raise more than SQLAlchemy's errors
        cause = getattr(error, "orig", None) or error
        reason = f"{type(cause).__name__}: {cause}".partition("\n")[0]
        raise StartupError(f"cannot use {masked(str(engine.url))}: {reason}") from None


def _sessions_of(primary: AsyncEngine, replica: AsyncEngine | None, patience: float) -> Sessions:
    # The sessions of an in-memory database share one connection, hence one transaction:
    # without turns, the rollback of one request would undo the writes of another.
    turn = asyncio.Lock() if isinstance(primary.pool, StaticPool) else nullcontext()
    readers = replica and async_sessionmaker(replica, expire_on_commit=False)
    info = {"turn": turn, "readers": readers, "patience": patience}
    return async_sessionmaker(primary, expire_on_commit=False, info=info)


@asynccontextmanager
async def transaction(session: AsyncSession) -> AsyncIterator[None]:
    """Commit what the block wrote, before anything is answered, or undo all of it.

    The connection goes back to the pool either way. Raises `DatabaseFailure`.

    Several calls become one transaction in a block around them. Each is a savepoint then: what
    fails in one of them is undone, and whoever catches its failure may go on with the others.
    """
    is_savepoint = _is_in_transaction(session)
    turn = nullcontext() if is_savepoint else session.info.get("turn", nullcontext())
    try:
        async with turn, session.begin_nested() if is_savepoint else session.begin():
            yield
    except Exception as error:
        if not _is_of_database(error):
            raise
        raise DatabaseFailure from error


def _is_of_database(error: Exception) -> bool:
    # While they connect, drivers raise errors of their own, most of them with an SQLSTATE.
    return isinstance(error, SQLAlchemyError | OSError) or hasattr(error, "sqlstate")


def _is_in_transaction(session: AsyncSession) -> bool:
    # What SQLAlchemy began by itself is committed by nobody: `begin` refuses to go on from there.
    begun = session.sync_session.get_transaction()
    return begun is not None and begun.origin is not SessionTransactionOrigin.AUTOBEGIN


async def read(session: AsyncSession, query: Select[Any]) -> Sequence[Any]:
    """Give the rows of the replica, which may be a moment old.

    The primary is asked where there is no replica, where it fails or takes too long, and in a
    transaction: what is read there may lead to a write.
    """
    readers: Sessions | None = session.info.get("readers")
    if readers is not None and not session.in_transaction():
        try:
            # The connect deadline of MySQL's drivers ends before the server has greeted them.
            async with asyncio.timeout(session.info["patience"]):
                async with readers() as reader, transaction(reader):
                    return (await reader.scalars(query)).all()
        except (DatabaseFailure, TimeoutError) as failure:
            error = failure.__cause__ or failure
            logger.warning("database.replica error=%s", type(error).__name__)
    async with transaction(session):
        return (await session.scalars(query)).all()


def get_async_sessionmaker(connection: HTTPConnection) -> Sessions:
    """Give the sessions that the lifespan of this app opened."""
    try:
        sessions: Sessions = connection.app.state.sessions
    except AttributeError:
        raise RuntimeError(
            "the lifespan of this app has not run, so it has no database: "
            "start it with a server or `with TestClient(app)`"
        ) from None
    return sessions


async def get_async_session(
    sessions: Annotated[Sessions, Depends(get_async_sessionmaker)],
) -> AsyncIterator[AsyncSession]:
    """Give one session per request; `transaction` decides what it stores."""
    async with sessions() as session:
        yield session
