"""The engines: where they lead, how many connections they keep, and how long they wait."""

import logging
from math import ceil
from types import MappingProxyType
from typing import Any

from sqlalchemy import AsyncAdaptedQueuePool, Connection, StaticPool, event, make_url
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from .settings import DEADLINES, AppSettings

logger = logging.getLogger("reference_app")

# What servers say of their limit. SQLite has none, and Oracle tells it to administrators only.
LIMITS = MappingProxyType(
    {
        "postgresql": "SHOW max_connections",
        "mysql": "SELECT @@max_connections",
        "mariadb": "SELECT @@max_connections",
    }
)


def init_database(settings: AppSettings) -> AsyncEngine:
    """Make the engine. Nothing connects yet; whoever calls this disposes it."""
    return _engine(settings.database_url, settings)


def init_replica(settings: AppSettings) -> AsyncEngine | None:
    """Make the engine that only reads, if there is a replica; the same holds for it."""
    url = settings.database_read_replica_url
    return None if url is None else _engine(url, settings)


def _engine(url: str, settings: AppSettings) -> AsyncEngine:
    options = _pool_options(url, settings)
    engine = create_async_engine(url, echo=settings.database_echo, hide_parameters=True, **options)
    if isinstance(engine.pool, StaticPool):
        event.listen(engine.sync_engine, "handle_error", _keep_connection)
    if engine.dialect.name == "sqlite":
        event.listen(engine.sync_engine, "savepoint", _begin_first)
    return engine


def _pool_options(url: str, settings: AppSettings) -> dict[str, Any]:
    address = make_url(url)
    pool_class = address.get_dialect().get_pool_class(address)  # type: ignore[attr-defined]
    # An in-memory database lives and dies with its one connection. `transaction` ends what it
    # began, so the pool need not: a request cancelled just then would cost the connection.
    if pool_class is StaticPool:
        return {"poolclass": StaticPool, "pool_reset_on_return": None}
    deadline, seconds = DEADLINES[address.drivername], settings.database_pool_timeout
    return {
        "poolclass": AsyncAdaptedQueuePool,
        "pool_size": settings.database_pool_size,
        "max_overflow": settings.database_max_overflow,
        "pool_timeout": seconds,
        "pool_recycle": settings.database_pool_recycle,
        "pool_pre_ping": True,
        # What is called `connect_timeout` takes whole seconds: libpq refuses others.
        "connect_args": {deadline: ceil(seconds) if deadline == "connect_timeout" else seconds},
    }


def _keep_connection(context: ExceptionContext) -> None:
    # SQLAlchemy closes a connection whose request is cancelled, and with it all that is in memory.
    context.is_disconnect = False


def _begin_first(connection: Connection, _name: str) -> None:
    # Python's `sqlite3` begins a transaction for a write, but not for a savepoint: to release a
    # savepoint outside of a transaction is to commit it.
    if not connection.connection.driver_connection.in_transaction:  # type: ignore[union-attr]
        connection.exec_driver_sql("BEGIN")


async def warn_of_limit(engine: AsyncEngine, settings: AppSettings) -> None:
    """Ask the server how many connections it takes, and log a warning if this app may open more.

    It is no reason to stop: pools are seldom full, and the limit of a server can be raised while
    it runs. A server refuses what is too much, and such a request is answered 503.
    """
    async with engine.connect() as connection:
        if (question := LIMITS.get(engine.dialect.name)) is None:
            return
        limit = int((await connection.exec_driver_sql(question)).scalar_one())
    if settings.most_connections > limit:
        message = "database.pool connections=%d limit=%d workers=%d"
        logger.warning(message, settings.most_connections, limit, settings.workers)
