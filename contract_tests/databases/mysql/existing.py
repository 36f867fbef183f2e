"""Rows of a MySQL database that is not the kit's: read as texts, put back one by one.

A connection of its own shows every cell as the text of the protocol, in one time zone: what no
Python type keeps, such as a date of zeros, is stored again as it was.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from ..image import Difference, Differences, Image, RowKey, numbered

# A timestamp is shown in the session's zone: with summer time, one hour a year is ambiguous.
# Without the strict modes a date of zeros can be stored; with this one, a key of 0 stays 0.
SETTINGS = "set time_zone = '+00:00', sql_mode = 'NO_AUTO_VALUE_ON_ZERO', foreign_key_checks = 0"
# DEFAULT_GENERATED is MySQL's word for a default that is an expression: that can be written.
COLUMNS = """
    select c.table_name, c.column_name, c.data_type, c.column_key = 'PRI',
        extra like '%GENERATED%' and extra not like 'DEFAULT%'
    from information_schema.columns c join information_schema.tables t
        on t.table_schema = c.table_schema and t.table_name = c.table_name
    where c.table_schema = database() and t.table_type = 'BASE TABLE'
    order by c.table_name, c.ordinal_position
"""
NUMBERS = ("tinyint", "smallint", "mediumint", "int", "bigint", "year", "decimal")
LETTERS = ("char", "varchar", "tinytext", "text", "mediumtext", "longtext", "enum", "set")
# Gives each byte a letter, whatever it is, and back.
BYTES = "latin-1"


@dataclass(frozen=True, slots=True)
class Field:
    """A column as its row is read and written."""

    quoted: str
    kind: str
    is_key: bool

    @property
    def shown(self) -> str:
        """Give the expression to select: the server shows fewer digits of a float than it keeps."""
        return f"{self.quoted} + 0e0" if self.kind == "float" else self.quoted

    @property
    def exact(self) -> str:
        """The bytes of the text that is shown, which are equal for equal texts only."""
        # Cells come in the connection's character set, whatever that of the column is.
        text = f"convert({self.quoted} using utf8mb4)" if self.kind in LETTERS else self.shown
        return f"cast({text} as binary)"

    def literal(self, door: Any, cell: Any) -> str:
        """Write a cell as what it is compared with; a number in quotes is compared as a float."""
        return str(cell) if self.kind in NUMBERS else cell_literal(door, cell)


@dataclass(frozen=True, slots=True)
class Table:
    """A table and its columns, less those that nobody may write."""

    quoted: str
    fields: tuple[Field, ...]

    @property
    def key(self) -> tuple[Field, ...]:
        """The columns of the key; empty for a table without one."""
        return tuple(field for field in self.fields if field.is_key)


async def tables(door: Any) -> dict[str, Table]:
    """Describe all tables."""
    found: dict[str, list[Field]] = {}
    for table, name, kind, is_key, is_generated in await ask(door, COLUMNS):
        fields = found.setdefault(str(table), [])
        if not int(is_generated):
            fields.append(Field(quote(name), kind.lower(), bool(int(is_key))))
    return {name: Table(quote(name), tuple(fields)) for name, fields in found.items()}


async def look(door: Any) -> Image:
    """Read every row of every table."""
    return {name: await _rows(door, table) for name, table in (await tables(door)).items()}


async def mend(door: Any, found: Differences) -> None:
    """Take away what is there, then store what was; what is refused is passed over."""
    known = await tables(door)
    there = [each for each in found if each.table in known]
    # All of these first: a changed row may hold the unique value of another one.
    for each in there:
        if each.now is not None:
            await _delete(door, known[each.table], each)
    for each in there:
        if each.was is not None:
            await _insert(door, known[each.table], _revived(each.was))


def quote(name: str) -> str:
    """Quote a name so that MySQL reads it as a name."""
    return "`" + name.replace("`", "``") + "`"


def cell_literal(door: Any, cell: str | bytes | None) -> str:
    """Write a cell as SQL. Bytes are written by the kit: not every aiomysql can."""
    if isinstance(cell, bytes):
        return f"x'{cell.hex()}'"
    return "null" if cell is None else str(door.escape(cell))


async def ask(door: Any, sql: str) -> Sequence[tuple[Any, ...]]:
    """Run one statement, and give its rows."""
    async with door.cursor() as cursor:
        await cursor.execute(sql)
        answer: Sequence[tuple[Any, ...]] = await cursor.fetchall()
        return answer


async def _rows(door: Any, table: Table) -> dict[RowKey, str]:
    shown = ", ".join(field.shown for field in table.fields)
    rows = await ask(door, f"select {shown} from {table.quoted}")
    if not table.key:
        return numbered(_text(row) for row in rows)
    places = [place for place, field in enumerate(table.fields) if field.is_key]
    return {tuple(_text(row[place]) for place in places): _text(row) for row in rows}


async def _delete(door: Any, table: Table, row: Difference) -> None:
    if table.key:
        cells = zip(table.key, (_revived(part) for part in row.key), strict=True)
        same = [f"{field.quoted} = {field.literal(door, cell)}" for field, cell in cells]
    else:
        whole = zip(table.fields, _revived(row.now or ""), strict=True)
        # `<=>` holds for two NULLs as well.
        same = [
            f"{field.exact} <=> cast({cell_literal(door, cell)} as binary)" for field, cell in whole
        ]
    # Without a key equal rows cannot be told apart: one of them goes.
    await _try(door, f"delete from {table.quoted} where {' and '.join(same)} limit 1")


async def _insert(door: Any, table: Table, cells: Iterable[Any]) -> None:
    names = ", ".join(field.quoted for field in table.fields)
    values = ", ".join(cell_literal(door, cell) for cell in cells)
    await _try(door, f"insert into {table.quoted} ({names}) values ({values})")


async def _try(door: Any, sql: str) -> None:
    """Run a statement that the server may refuse; a lock in the way is raised."""
    import aiomysql

    # A lock that was waited for in vain is an OperationalError, which is none of these.
    with suppress(aiomysql.IntegrityError, aiomysql.DataError, aiomysql.ProgrammingError):
        await ask(door, sql)


def _text(value: object) -> str:
    return json.dumps(value, default=lambda raw: {"b": raw.decode(BYTES)})


def _revived(text: str) -> Any:
    found = json.loads(text)
    return [_cell(cell) for cell in found] if isinstance(found, list) else _cell(found)


def _cell(cell: Any) -> Any:
    return cell["b"].encode(BYTES) if isinstance(cell, dict) else cell
