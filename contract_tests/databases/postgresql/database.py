"""PostgreSQL: databases on a server of ours or a given one, seen through asyncpg."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING, Any

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
from . import catalog, drivers, existing
from .session_settings import POSTGRESQL

if TYPE_CHECKING:
    from asyncpg import Connection, Record

APPLICATION = "contract-tests back door"
MISSING_DRIVER = (
    "PostgreSQL needs asyncpg for the kit's own connection. "
    "Type: pip install 'pytest-crud-contract[postgres]'"
)
SHOWN_SQL = 120


async def connect(url: URL) -> "Connection[Record]":
    """Open a raw connection that names itself and never waits long for a lock.

    A time limit for statements, which a role or a database may have, is the service's alone.
    """
    try:
        import asyncpg
    except ImportError as error:
        raise DatabaseUnavailable(MISSING_DRIVER) from error
    arguments: dict[str, Any] = {}
    drivers.lead(url, [], arguments)
    patience = str(int(BACK_DOOR_PATIENCE * 1000))
    return await asyncpg.connect(
        **arguments,
        timeout=10,
        statement_cache_size=0,  # the service may change the schema between two questions
        server_settings={
            "application_name": APPLICATION,
            "lock_timeout": patience,
            "statement_timeout": "0",
        },
    )


class PostgresDatabase(Database):
    """One PostgreSQL database."""

    name = "postgresql"
    capabilities = frozenset({OUTSIDE_VIEW, NETWORK})
    exact_decimals = True
    sync_driver = "postgresql+psycopg"
    session_settings = POSTGRESQL

    def __init__(self, url: URL, *, owned: bool = True) -> None:
        super().__init__(url, owned=owned)
        self._door: Connection[Record] | None = None
        self._script = ""

    def client_variables(self, url: URL) -> dict[str, str]:
        """Give libpq's variables, which asyncpg reads as well."""
        return {
            "PGHOST": url.host or "",
            "PGPORT": str(url.port or ""),
            "PGUSER": url.username or "",
            "PGPASSWORD": str(url.password or ""),
            "PGDATABASE": url.database or "",
        }

    def unreachable(self) -> URL:
        """Give a local address whose port is closed."""
        return self.url.set(host="127.0.0.1", port=closed_port())

    async def open(self) -> None:
        """Open the back door, again if the server has closed it."""
        await self._opened()

    async def close(self) -> None:
        """Close the back door."""
        if self._door is not None:
            await self._door.close(timeout=BACK_DOOR_PATIENCE)
        self._door = None

    async def tables(self) -> tuple[str, ...]:
        """Name the tables of all schemas; those outside `public` with their schema."""
        return tuple(await self._quoted())

    async def contents(self) -> Contents:
        """Give the committed rows of every table, all of one moment."""
        door = await self._opened()
        async with self._bounded(), door.transaction(isolation="repeatable_read", readonly=True):
            return {
                label: await _rows(door, quoted) for label, quoted in (await self._quoted()).items()
            }

    async def look(self) -> Image:
        """Read every committed row as a text."""
        door = await self._opened()
        # While rows are put back: what that has changed so far is to be seen.
        if door.is_in_transaction():
            return await existing.look(door)
        snapshot = door.transaction(isolation="repeatable_read", readonly=True)
        with existing.allowed(self.url):
            async with self._bounded(), snapshot:
                return await existing.look(door)

    async def columns(self, table: str) -> tuple[Column, ...]:
        """Describe the columns of a table."""
        quoted = (await self._quoted())[table]
        rows = await (await self._opened()).fetch(catalog.COLUMNS, quoted)
        return tuple(Column(**dict(row)) for row in rows)

    async def open_transactions(self) -> tuple[OpenTransaction, ...]:
        """Give every transaction of another client in this database."""
        rows = await (await self._opened()).fetch(catalog.OPEN_TRANSACTIONS)
        return tuple(
            OpenTransaction(
                f"{row['pid']} {row['xact_start']}", _describe(row), str(row["state_change"])
            )
            for row in rows
        )

    async def waiting(self) -> tuple[str, ...]:
        """Describe every other client of this database that waits for a lock."""
        rows = await (await self._opened()).fetch(catalog.WAITING)
        return tuple(_describe(row) for row in rows)

    async def kill_connections(self) -> int:
        """Terminate every other client of this database, and wait until they are gone."""
        door = await self._opened()
        waits = door.get_server_version().major >= 14  # noqa: PLR2004 - since when it can wait
        return int(await door.fetchval(catalog.KILL_AND_WAIT if waits else catalog.KILL))

    @asynccontextmanager
    async def locked(self) -> AsyncIterator[None]:
        """Lock every table against writing by a connection of its own."""
        tables = ", ".join((await self._quoted()).values())
        other = await connect(self.url)
        try:
            async with other.transaction():
                if tables:
                    async with self._bounded():
                        await other.execute(f"lock table {tables} in exclusive mode")
                yield
        finally:
            await other.close(timeout=BACK_DOOR_PATIENCE)

    async def move_rows(self, table: str) -> None:
        """Write the rows anew, the first one last; a table without a writable column stays."""
        names = [c.name for c in await self.columns(table) if not (c.generated or c.primary_key)]
        door = await self._opened()
        if not (self.owned and names and await door.fetchval(catalog.IS_SUPERUSER)):
            return
        async with self._bounded(), door.transaction():
            await door.execute(catalog.UNBOUND)
            await door.execute(catalog.moving((await self._quoted())[table], names[0]))

    async def _copy(self) -> None:
        door = await self._opened()
        unbound = await door.fetchval(catalog.IS_SUPERUSER)
        clear = catalog.UNBOUND + catalog.DELETE_ALL if unbound else catalog.TRUNCATE_ALL
        async with self._bounded(), door.transaction(isolation="repeatable_read", readonly=True):
            rows = await self._rows_back(door)
            sequences = [catalog.sequence_back(*row) for row in await door.fetch(catalog.SEQUENCES)]
        self._script = "\n".join(["begin;", clear, *rows, *sequences, "commit;"])

    async def _paste(self) -> None:
        if not self._script:
            return
        door = await self._opened()
        async with self._bounded():
            try:
                await door.execute(self._script)  # one message: one round trip
            finally:
                # A script that failed in the midst has begun a transaction, and not ended it.
                if not door.is_closed() and door.is_in_transaction():
                    await door.execute("rollback")

    @asynccontextmanager
    async def _mending(self) -> AsyncIterator[None]:
        door = await self._opened()
        async with self._bounded(), door.transaction():
            await existing.unbind(door)
            yield

    async def _mend(self, found: Differences) -> None:
        door = await self._opened()
        order = [table["quoted"] for table in await self._parents_first(door)]
        await existing.mend(door, found, order)

    async def _opened(self) -> "Connection[Record]":
        if self._door is None or self._door.is_closed():
            self._door = await connect(self.url)
        return self._door

    async def _quoted(self) -> dict[str, str]:
        rows = await (await self._opened()).fetch(catalog.TABLES)
        return {row["label"]: row["quoted"] for row in rows}

    async def _rows_back(self, door: "Connection[Record]") -> list[str]:
        statements = []
        for table in await self._parents_first(door):
            name = table["quoted"]
            rows = await door.fetch(f"select kept::text from {name} kept")
            if rows and table["names"]:
                texts = [row[0] for row in rows]
                statements.append(catalog.rows_back(name, table["names"], texts))
        return statements

    async def _parents_first(self, door: "Connection[Record]") -> list["Record"]:
        tables = {row["oid"]: row for row in await door.fetch(catalog.WRITABLE)}
        graph: dict[int, set[int]] = {oid: set() for oid in tables}
        for child, parent in await door.fetch(catalog.REFERENCES):
            if child in tables and parent in tables:
                graph[child].add(parent)
        try:
            return [tables[oid] for oid in TopologicalSorter(graph).static_order()]
        except CycleError:  # no order satisfies a cycle; a superuser does not need one
            return list(tables.values())

    @asynccontextmanager
    async def _bounded(self) -> AsyncIterator[None]:
        import asyncpg

        try:
            yield
        except asyncpg.LockNotAvailableError as error:
            holders = await self.open_transactions()
            raise BackDoorBlocked(
                f"database {self.url.database} stayed locked for {BACK_DOOR_PATIENCE:.0f} s by: "
                + ("; ".join(map(str, holders)) or "a transaction that has ended since")
            ) from error


async def _rows(door: "Connection[Record]", quoted: str) -> tuple[StoredRow, ...]:
    """Read a table; each row as one text where a date of it is beyond Python's calendar."""
    try:
        return sorted_rows(await door.fetch(f"select * from {quoted}"))
    except (ValueError, OverflowError):
        return sorted_rows(await door.fetch(f"select t::text from {quoted} t"))


def _describe(row: "Record") -> str:
    sql = " ".join(row["query"].split())
    shown = sql if len(sql) <= SHOWN_SQL else f"{sql[:SHOWN_SQL]}…"
    who = f" · {row['application_name']}" if row["application_name"] else ""
    return f"pid {row['pid']}{who} · {row['state']} for {row['age']:.1f} s · last: {shown}"
