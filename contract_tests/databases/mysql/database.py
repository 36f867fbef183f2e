"""MySQL and MariaDB: databases on a server, seen through aiomysql."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from time import monotonic
from typing import Any

from sqlalchemy.engine import URL

from ..apart import closed_port
from ..database import (
    BACK_DOOR_PATIENCE,
    NETWORK,
    OUTSIDE_VIEW,
    BackDoorBlocked,
    Column,
    Contents,
    Database,
    DatabaseUnavailable,
    StoredRow,
    sorted_rows,
)
from ..image import Differences, Image
from ..transactions import OpenTransaction
from . import catalog, existing
from .connection import connect
from .existing import quote
from .session_settings import MYSQL

BLOCKED = (1205, 3572)  # a lock that was waited for in vain, and one that was not to be waited for


@dataclass(frozen=True, slots=True)
class TableSnapshot:
    """One table as it was: its rows, and the number it would have given out next."""

    rows: tuple[StoredRow, ...]
    next_number: int | None


class MysqlDatabase(Database):
    """One database of a MySQL or MariaDB server."""

    name = "mysql"
    capabilities = frozenset({OUTSIDE_VIEW, NETWORK})
    exact_decimals = True
    sync_driver = "mysql+pymysql"
    session_settings = MYSQL

    def __init__(self, url: URL, *, owned: bool = True, door: URL | None = None) -> None:
        super().__init__(url, owned=owned)
        self._door_url = door or url
        self._door: Any = None
        self._plain: Any = None
        self._kept: dict[str, TableSnapshot] | None = None

    def unreachable(self) -> URL:
        """Give a local address whose port is closed."""
        return self.url.set(host="127.0.0.1", port=closed_port())

    async def open(self) -> None:
        """Open the back door, again if the server has closed it."""
        if self._door is None or self._door.closed:
            self._door = await connect(self._door_url)

    async def close(self) -> None:
        """Close the back door."""
        for door in (self._door, self._plain):
            if door is not None:
                await door.ensure_closed()
        self._door = self._plain = None

    async def drop(self) -> None:
        """End every connection to the database, and drop it."""
        # The earlier door belongs to a loop that has ended.
        self._door = await connect(self._door_url)
        await self.kill_connections()
        await self._ask(f"drop database {quote(self.url.database or '')}")
        await self.close()

    async def tables(self) -> tuple[str, ...]:
        """Name the tables."""
        return tuple(str(row[0]) for row in await self._ask(catalog.TABLES))

    async def contents(self) -> Contents:
        """Give the committed rows of every table."""
        return {
            table: sorted_rows(await self._ask(f"select * from {quote(table)}"))
            for table in await self.tables()
        }

    async def beside(self) -> frozenset[str]:
        """Name the server's other databases, but for the vendor's."""
        if self._door_url != self.url:  # the service's account sees this one alone
            return frozenset()
        names = {str(row[0]) for row in await self._ask("show databases")}
        return frozenset(names - catalog.VENDORS_OWN - {self.url.database or ""})

    async def look(self) -> Image:
        """Read every committed row as a text."""
        return await existing.look(await self._plainly())

    async def columns(self, table: str) -> tuple[Column, ...]:
        """Describe the columns of a table."""
        return tuple(_column(row) for row in await self._ask(catalog.COLUMNS, (table,)))

    async def open_transactions(self) -> tuple[OpenTransaction, ...]:
        """Give every transaction of another connection to this database."""
        return tuple(
            OpenTransaction(f"{n} {key}", f"thread {n} · in transaction, {_first_line(of)}", use)
            for n, of, key, use in await self._transactions()
        )

    async def waiting(self) -> tuple[str, ...]:
        """Describe every other connection to this database that waits for a row's lock."""
        found = await self._transactions()
        return tuple(
            f"thread {n} · {_first_line(of)}" for n, of, *_ in found if catalog.WAITS in of
        )

    async def kill_connections(self) -> int:
        """Kill every other connection to this database, and wait until they are gone."""
        import aiomysql

        others = [row[0] for row in await self._ask(catalog.OTHERS)]
        for other in others:
            with suppress(aiomysql.OperationalError):  # it has gone by itself meanwhile
                await self._ask(f"kill {other}")
        deadline = monotonic() + BACK_DOOR_PATIENCE
        while await self._ask(catalog.OTHERS) and monotonic() < deadline:
            continue  # every round is a question to the server, which takes its time
        return len(others)

    async def _status(self) -> Sequence[tuple[Any, ...]]:
        """Ask InnoDB for its transactions. Raises `DatabaseUnavailable` if the account may not."""
        import aiomysql

        try:
            return await self._ask(catalog.STATUS)
        except aiomysql.OperationalError as error:
            if error.args[0] != catalog.NO_PRIVILEGE:
                raise
            user = self._door_url.username
            raise DatabaseUnavailable(
                f"the account {user!r} may not see the transactions of the server. Allow it "
                f"(grant process on *.* to {user}), or name another account in --contract-database"
            ) from error

    async def _transactions(self) -> list[tuple[str, str, str, str]]:
        """The threads of others that have a transaction, what is said of it, its key and use."""
        others = {str(row[0]) for row in await self._ask(catalog.OTHERS)}
        ((_, _, status),) = await self._status()
        found = catalog.TRANSACTION.findall(str(status))
        return [(thread, of, key, query) for key, of, thread, query in found if thread in others]

    @asynccontextmanager
    async def locked(self) -> AsyncIterator[None]:
        """Lock every table against writing by a connection of its own."""
        tables = ", ".join(f"{quote(table)} read" for table in await self.tables())
        other = await connect(self._door_url)
        try:
            if tables:
                async with self._unbound(), other.cursor() as cursor:
                    await cursor.execute(f"lock tables {tables}")
            yield
        finally:
            await other.ensure_closed()

    async def _copy(self) -> None:
        self._kept = await self._now()

    async def _paste(self) -> None:
        if self._kept is None:
            return
        async with self._unbound():
            for table, now in (await self._now()).items():
                kept = self._kept.get(table, TableSnapshot((), None))
                if now != kept:
                    await self._put_back(table, kept)

    async def _put_back(self, table: str, kept: TableSnapshot) -> None:
        await self._ask(f"truncate table {quote(table)}")
        columns = await self.columns(table)
        chosen = [place for place, column in enumerate(columns) if not column.generated]
        names = ", ".join(quote(columns[place].name) for place in chosen)
        marks = ", ".join(["%s"] * len(chosen))
        for row in kept.rows:
            cells = [row[place] for place in chosen]
            # Whoever writes all the time may have taken a key since the table was emptied.
            await self._ask(f"replace into {quote(table)} ({names}) values ({marks})", cells)
        if kept.next_number:
            await self._ask(f"alter table {quote(table)} auto_increment = {kept.next_number}")

    @asynccontextmanager
    async def _mending(self) -> AsyncIterator[None]:
        door = await self._plainly()
        async with self._bounded():
            await door.begin()
            try:
                yield
            finally:
                # What could be put back stays so, whatever happened to the rest.
                await door.commit()

    async def _mend(self, found: Differences) -> None:
        await existing.mend(await self._plainly(), found)

    async def _plainly(self) -> Any:
        """The door through which cells are seen as texts, opened on first use."""
        if self._plain is None or self._plain.closed:
            # Without converters: each cell is the text that the server has sent.
            self._plain = await connect(self._door_url, conv={})
            await existing.ask(self._plain, existing.SETTINGS)
        return self._plain

    async def _now(self) -> dict[str, TableSnapshot]:
        numbers = dict(await self._ask(catalog.TABLES))
        contents = await self.contents()
        return {table: TableSnapshot(rows, numbers.get(table)) for table, rows in contents.items()}

    async def _ask(self, sql: str, values: Sequence[object] = ()) -> Sequence[tuple[Any, ...]]:
        await self.open()
        async with self._door.cursor() as cursor:
            # With arguments, though none, the driver would take each `%` for a place to fill.
            await cursor.execute(sql, values or None)
            answer: Sequence[tuple[Any, ...]] = await cursor.fetchall()
            return answer

    @asynccontextmanager
    async def _unbound(self) -> AsyncIterator[None]:
        """Let foreign keys look away, and bound the waiting for locks."""
        await self._ask("set foreign_key_checks = 0")
        try:
            async with self._bounded():
                yield
        finally:
            await self._ask("set foreign_key_checks = 1")

    @asynccontextmanager
    async def _bounded(self) -> AsyncIterator[None]:
        """Raise `BackDoorBlocked` for a lock that was waited for in vain."""
        import aiomysql

        try:
            yield
        except aiomysql.OperationalError as error:
            if error.args[0] not in BLOCKED:
                raise
            holders = (
                "; ".join(map(str, await self.open_transactions())) or "one that has ended since"
            )
            raise BackDoorBlocked(
                f"database {self.url.database} stayed locked for {BACK_DOOR_PATIENCE:.0f} s "
                f"by: {holders}"
            ) from error


def _first_line(text: str) -> str:
    return text.partition("\n")[0]


def _column(row: tuple[Any, ...]) -> Column:
    name, kind, nullable, key, default, length, generated = row
    return Column(
        name=name,
        type=kind,
        nullable=bool(nullable),
        primary_key=bool(key),
        default=bool(default),
        length=length,
        generated=bool(generated),
    )
