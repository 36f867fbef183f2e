"""Rows of a PostgreSQL database that is not the kit's: read as texts, put back one by one.

A row is read as the text of its row value, which the server reads back exactly.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from sqlalchemy.engine import URL

from ..database import DatabaseUnavailable
from ..image import Difference, Differences, Image, RowKey, numbered
from .catalog import OWN_TABLES, UNBOUND

if TYPE_CHECKING:
    from asyncpg import Connection, Record

IS_UNBOUND = "select current_setting('session_replication_role') = 'replica'"
ROW = '"row of the kit"'
# Not the bare name, which would mean a column that is called the same.
WHOLE = f"({ROW}.*)::text"
HERE = '"here"'
THERE = '"there"'


@contextmanager
def allowed(url: URL) -> Iterator[None]:
    """Raise `DatabaseUnavailable` where a table may not be read: its rows could not be put back."""
    import asyncpg

    try:
        yield
    except asyncpg.InsufficientPrivilegeError as error:
        raise DatabaseUnavailable(
            f"{url.username} cannot see all rows of {url.database}: {error}. Allow it (grant "
            "select on all tables), or name a database of its own with --contract-database"
        ) from error


async def look(door: Connection[Record]) -> Image:
    """Read every row of every table."""
    return {table["label"]: await _rows(door, table) for table in await door.fetch(OWN_TABLES)}


async def unbind(door: Connection[Record]) -> None:
    """Let foreign keys and triggers look away in this transaction, where the role may say so."""
    import asyncpg

    with suppress(asyncpg.InsufficientPrivilegeError):
        # Inside a transaction this is a savepoint: without it, a refusal would end everything.
        async with door.transaction():
            await door.execute(UNBOUND)


async def mend(door: Connection[Record], found: Differences, order: Sequence[str]) -> None:
    """Put back each row once, children removed first and stored last; `order` has parents first.

    Where foreign keys look away a changed row is stored anew, so that no unique value is in the
    way. Elsewhere it is changed back: others refer to it.
    """
    tables = {table["quoted"]: table for table in await door.fetch(OWN_TABLES)}
    ranked = [tables[quoted] for quoted in order if quoted in tables]
    is_unbound = await door.fetchval(IS_UNBOUND)
    for table in reversed(ranked):
        mine = [each for each in found if each.table == table["label"]]
        await _delete(door, table, [e for e in mine if e.now and (is_unbound or not e.was)])
    for table in ranked:
        mine = [each for each in found if each.table == table["label"]]
        if not is_unbound:
            await _change(door, table, [each for each in mine if each.was and each.now])
        await _insert(door, table, [e for e in mine if e.was and (is_unbound or not e.now)])


async def _rows(door: Connection[Record], table: Record) -> dict[RowKey, str]:
    if not table["key"]:
        rows = await door.fetch(f"select {WHOLE} from {table['source']} {ROW}")
        return numbered(row[0] for row in rows)
    key = ", ".join(f"{ROW}.{name}::text" for name in table["key"])
    rows = await door.fetch(f"select array[{key}], {WHOLE} from {table['source']} {ROW}")
    return {tuple(key): row for key, row in rows}


async def _delete(door: Connection[Record], table: Record, rows: list[Difference]) -> None:
    source = table["source"]
    if table["key"]:
        sql = f"delete from {source} {HERE} using {_given(table)} where {_same(table)}"
    else:
        # Partitions and children have tables of their own, each of which counts its `ctid` anew.
        one = f"select tableoid, ctid from {source} {ROW} where {WHOLE} = any($1) limit 1"
        sql = f"delete from {source} where (tableoid, ctid) = ({one})"
        # One at a time: a statement sees the rows as they were before it.
        await _each(door, sql, [row.now for row in rows])
        return
    await _all(door, sql, [row.now for row in rows])


async def _change(door: Connection[Record], table: Record, rows: list[Difference]) -> None:
    names = [name for name in table["settable"] if name not in table["key"]]
    if names:
        changes = ", ".join(f"{name} = {THERE}.{name}" for name in names)
        sql = f"update {table['source']} {HERE} set {changes} from {_given(table)}"
        await _all(door, f"{sql} where {_same(table)}", [row.was for row in rows])


async def _insert(door: Connection[Record], table: Record, rows: list[Difference]) -> None:
    names = ", ".join(table["writable"])
    # A column that is always generated as identity takes no value otherwise.
    sql = (
        f"insert into {table['quoted']} ({names}) overriding system value "
        f"select {names} from {_given(table)}"
    )
    await _all(door, sql, [row.was for row in rows])


def _given(table: Record) -> str:
    """Write the rows of the first argument as a table."""
    return f"(select ({ROW}::{table['quoted']}).* from unnest($1::text[]) {ROW}) {THERE}"


def _same(table: Record) -> str:
    return " and ".join(f"{HERE}.{name} = {THERE}.{name}" for name in table["key"])


async def _all(door: Connection[Record], sql: str, rows: Sequence[Any]) -> None:
    """Run a statement for all rows at once, or for each alone where the server refuses one."""
    if rows and not await _runs(door, sql, rows) and len(rows) > 1:
        await _each(door, sql, rows)


async def _each(door: Connection[Record], sql: str, rows: Iterable[Any]) -> None:
    for row in rows:
        await _runs(door, sql, [row])


async def _runs(door: Connection[Record], sql: str, rows: Sequence[Any]) -> bool:
    """Run a statement, and tell whether the server carried it out; a lock in the way is raised."""
    import asyncpg

    try:
        # A savepoint: after an error PostgreSQL refuses whatever else its transaction asks.
        async with door.transaction():
            await door.execute(sql, list(rows))
    except asyncpg.LockNotAvailableError:
        raise
    except asyncpg.PostgresError:
        return False
    return True
