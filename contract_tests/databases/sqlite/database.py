"""SQLite as a file: the default, needs nothing, and can be looked at from outside."""

import sqlite3
from abc import abstractmethod
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager
from functools import partial
from itertools import count
from pathlib import Path
from typing import TypeVar

from sqlalchemy.engine import URL

from ..database import BACK_DOOR_PATIENCE, OUTSIDE_VIEW, Column, Contents, Database, Server
from ..image import Differences, Image
from ..scratch import scratch
from ..threads import in_thread
from ..transactions import OpenTransaction
from . import catalog, existing
from .session_settings import SQLITE

T = TypeVar("T")
Query = Callable[[sqlite3.Connection], T]


class SqliteDatabase(Database):
    """A SQLite database, however its connection is reached."""

    sync_driver = "sqlite"
    one_writer = True
    session_settings = SQLITE
    _memory: sqlite3.Connection | None = None

    @abstractmethod
    async def _ask(self, question: Query[T]) -> T | None:
        """Put a question to the connection; nothing while there is none."""

    async def tables(self) -> tuple[str, ...]:
        """Name the tables."""
        return await self._ask(catalog.table_names) or ()

    async def contents(self) -> Contents:
        """Give the committed rows of every table."""
        return await self._ask(catalog.contents) or {}

    async def look(self) -> Image:
        """Read every committed row as a text."""
        return await self._ask(existing.look) or {}

    async def columns(self, table: str) -> tuple[Column, ...]:
        """Describe the columns of a table."""
        return await self._ask(partial(catalog.columns, table=table)) or ()

    async def waiting(self) -> tuple[str, ...]:
        """Answer nothing: who waits does so in its own process, by trying again."""
        return ()

    async def kill_connections(self) -> int:
        """Answer 0: there is no server that could drop a connection."""
        return 0

    async def _copy(self) -> None:
        self._forget()
        self._memory = await self._ask(catalog.copy)

    async def _paste(self) -> None:
        if self._memory is not None:
            await self._ask(partial(catalog.paste, self._memory))

    @asynccontextmanager
    async def _mending(self) -> AsyncIterator[None]:
        await self._ask(existing.begin)
        try:
            yield
        finally:
            # What could be put back stays so, whatever happened to the rest.
            await self._ask(sqlite3.Connection.commit)

    async def _mend(self, found: Differences) -> None:
        await self._ask(partial(existing.mend, found=found))

    def discard(self) -> None:
        """Let go of everything without a loop; a file itself goes with its directory."""
        self._forget()

    def _forget(self) -> None:
        if self._memory is not None:
            self._memory.close()
        self._memory = None


class SqliteFile(SqliteDatabase):
    """A SQLite file. The journal mode is the service's business and is left as it is."""

    name = "sqlite"
    capabilities = frozenset({OUTSIDE_VIEW})

    def __init__(self, url: URL, *, owned: bool = True) -> None:
        super().__init__(url, owned=owned)
        self._path = str(Path(url.database or "").absolute())
        self._door: sqlite3.Connection | None = None
        self._inode: int | None = None

    def placeholders(self) -> dict[str, str]:
        """Give the parts of the address; `path` is the file."""
        return super().placeholders() | {"path": self._path}

    def unreachable(self) -> URL:
        """Give the address of a file beneath a file: no service can make that directory."""
        absent = Path(self._path) / "absent.db"
        return self.url.set(database=str(absent))

    async def open(self) -> None:
        """Open the back door; threads may take turns in it."""
        await in_thread(self._opened)

    async def close(self) -> None:
        """Close the back door."""
        self._close()

    async def open_transactions(self) -> tuple[OpenTransaction, ...]:
        """Tell of a writer; SQLite shows nothing else of its transactions."""
        return await in_thread(partial(catalog.open_transactions, self._path))

    @asynccontextmanager
    async def locked(self) -> AsyncIterator[None]:
        """Hold the write lock of the file by a connection of its own."""
        writer = await in_thread(partial(catalog.writer, self._path))
        try:
            yield
        finally:
            writer.close()

    def _opened(self) -> sqlite3.Connection:
        """Give the connection to the file that has the name now: a start-up may make it anew."""
        inode = _inode(self._path)
        if self._door is not None and inode not in {self._inode, None}:
            self._close()
        if self._door is None:
            self._door = sqlite3.connect(
                self._path,
                timeout=BACK_DOOR_PATIENCE,
                isolation_level=None,  # or the driver would begin transactions by itself
                check_same_thread=False,
            )
            if self.owned:  # of a file that is somebody else's, nothing may be lost in a crash
                self._door.execute("pragma synchronous = off")
            self._inode = _inode(self._path)
        return self._door

    async def _ask(self, question: Query[T]) -> T:
        # In a thread: waiting for a lock must not stop the loop whose service holds it.
        return await in_thread(lambda: question(self._opened()))

    def discard(self) -> None:
        """Close the back door too; the file itself goes with its directory."""
        super().discard()
        self._close()

    def _close(self) -> None:
        if self._door is not None:
            self._door.close()
        self._door = None


def _inode(path: str) -> int | None:
    """Tell a file from another one of the same name; None while there is none."""
    try:
        return Path(path).stat().st_ino
    except FileNotFoundError:
        return None


class SqliteServer(Server):
    """Files in a directory of their own, or the one file that was given."""

    name = "sqlite"
    version = sqlite3.sqlite_version

    def __init__(self, drivername: str = "sqlite+aiosqlite", existing: URL | None = None) -> None:
        self._drivername = drivername
        self._existing = existing
        self._numbers = count(1)

    def _begin(self, undo: ExitStack) -> None:
        self._directory = undo.enter_context(scratch())

    def make(self) -> SqliteFile:
        """Give a new file, or the existing one as it is."""
        database = self._existing_file() or self._new_file()
        self._undo.callback(database.discard)
        return database

    def _existing_file(self) -> SqliteFile | None:
        return SqliteFile(self._existing, owned=False) if self._existing else None

    def _new_file(self) -> SqliteFile:
        path = self._directory / f"contract-{next(self._numbers)}.db"
        path.touch()
        return SqliteFile(URL.create(self._drivername, database=str(path)))
