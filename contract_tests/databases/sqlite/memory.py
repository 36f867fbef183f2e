"""SQLite in memory: it lives in the service's own connection, which is the only way in."""

import sqlite3
from contextlib import AbstractAsyncContextManager, ExitStack
from pathlib import Path
from tempfile import gettempdir
from typing import TypeVar

from sqlalchemy.engine import URL, Engine
from sqlalchemy.ext.asyncio import AsyncEngine

from ..database import DatabaseUnavailable, Server
from ..names import fresh_name
from ..transactions import OpenTransaction
from ..unobserved import unobserved
from .database import Query, SqliteDatabase
from .private import ask_aiosqlite

T = TypeVar("T")


class SqliteMemory(SqliteDatabase):
    """A database inside one connection: nothing of it can be seen from outside.

    Until `attach` it looks empty. Every question first rolls back what the service left
    open, because there is no second connection that could see what is committed.
    """

    name = "sqlite-memory"
    capabilities = frozenset()
    _engine: Engine | None = None

    def attach(self, engine: Engine) -> None:
        """Take the engine of the service (the sync face of an async one) as the way in."""
        self._engine = engine

    def unreachable(self) -> URL:
        """Give the address of a file in a directory that does not exist."""
        # A memory can always be had; what SQLite cannot open is a file in an absent folder.
        return self.url.set(database=str(Path(gettempdir()) / fresh_name() / "absent.db"))

    async def open(self) -> None:
        """Leave everything as it is: the service's engine is the door."""

    async def close(self) -> None:
        """Forget the engine and the remembered state."""
        self._engine = None
        self.discard()

    async def open_transactions(self) -> tuple[OpenTransaction, ...]:
        """Answer nothing: looking would end them."""
        return ()

    def locked(self) -> AbstractAsyncContextManager[None]:
        """Raise `DatabaseUnavailable`: nobody else can be in that memory, so nobody can hold it."""
        raise DatabaseUnavailable(
            "a database in memory cannot be locked from outside. Type: --contract-database=sqlite"
        )

    async def _ask(self, question: Query[T]) -> T | None:
        if self._engine is None:
            return None
        with unobserved():
            if self._engine.dialect.is_async:
                return await _ask_async(AsyncEngine(self._engine), question)
            return _ask_sync(self._engine, question)


class SqliteMemoryServer(Server):
    """Makes in-memory databases, which begin with the service's engine."""

    name = "sqlite-memory"
    version = sqlite3.sqlite_version

    def __init__(self, drivername: str = "sqlite+aiosqlite") -> None:
        self._drivername = drivername

    def _begin(self, undo: ExitStack) -> None:
        """Start nothing."""

    def make(self) -> SqliteMemory:
        """Give the address of a memory that begins when the service connects."""
        database = SqliteMemory(URL.create(self._drivername))
        self._undo.callback(database.discard)
        return database


async def _ask_async(engine: AsyncEngine, question: Query[T]) -> T:
    async with engine.connect() as connection:
        raw = (await connection.get_raw_connection()).driver_connection
        assert raw is not None
        await raw.rollback()
        return await ask_aiosqlite(raw, question)


def _ask_sync(engine: Engine, question: Query[T]) -> T:
    with engine.connect() as connection:
        raw = connection.connection.driver_connection
        assert isinstance(raw, sqlite3.Connection)
        raw.rollback()
        return question(raw)
