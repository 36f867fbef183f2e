"""Rows that stand for those of a service in use: made by type, and looked for after a migration."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import Column as TableColumn
from sqlalchemy import MetaData, Table, insert, select, types
from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError

NUMBER = 2
"""Rows that each table gets: with one, a value for all would not be told from its own."""

CHOICES = re.compile(
    r"""["`\[(\s]*(\w+)["`\])]*\s+(?:IN\s*\(|=\s*ANY)(.*)""", re.IGNORECASE | re.DOTALL
)
JSON = re.compile(r"""\s*json_valid\([`"]?(\w+)""", re.IGNORECASE)
QUOTED = re.compile(r"'((?:[^']|'')*)'")
DAY = dt.datetime(2020, 2, 3, 4, 5, 6)  # noqa: DTZ001 - most columns have no zone

Row = dict[str, str | None]


@dataclass
class TableRows:
    """The rows of one table, by primary key, with each value as a text.

    `types` are those of its columns, `keys` the columns of the primary key.
    """

    rows: dict[str, Row] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    keys: tuple[str, ...] = ()

    @property
    def key_types(self) -> dict[str, str]:
        """The columns of the primary key, each with its type."""
        return {key: self.types[key] for key in self.keys}

    def by_values(self, columns: list[str]) -> TableRows:
        """Number the rows in the order of these values, where the primary key is another one."""
        rows = sorted(self.rows.values(), key=lambda row: [str(row[name]) for name in columns])
        return TableRows({str(number): row for number, row in enumerate(rows)}, self.types)


def reflected(connection: Connection, without: tuple[str, ...] = ()) -> MetaData:
    """Reflect the tables, `without` those of the migrations themselves."""
    metadata = MetaData()
    metadata.reflect(connection, only=lambda name, _: name not in without)
    return metadata


def fill(connection: Connection, metadata: MetaData, known: dict[str, set[str]]) -> dict[str, str]:
    """Put rows into each table that has fewer than it should, those first that others point to.

    Gives the reason for each table that takes none. `known` are the values of text columns that
    can be chosen only from a few.
    """
    refused = {}
    for table in metadata.sorted_tables:
        there = len(connection.execute(select(*table.columns).limit(NUMBER)).all())
        try:
            # A savepoint: one row that is refused must not take all the others along.
            with connection.begin_nested():
                for number in range(there + 1, NUMBER + 1):
                    connection.execute(insert(table).values(_row(connection, table, number, known)))
        except (SQLAlchemyError, LookupError, ValueError) as error:
            refused[table.name] = str(error).partition("\n")[0]
    return refused


def read_rows(connection: Connection, metadata: MetaData) -> dict[str, TableRows]:
    """Read every row of the tables that have a primary key."""
    found = {}
    for table in metadata.sorted_tables:
        keys = [column.name for column in table.primary_key]
        if not keys:
            continue
        kinds = {column.name: str(column.type) for column in table.columns}
        rows = connection.execute(select(table)).mappings()
        texts = ({name: as_plain_text(value) for name, value in row.items()} for row in rows)
        by_key = {", ".join(str(row[key]) for key in keys): row for row in texts}
        found[table.name] = TableRows(by_key, kinds, tuple(keys))
    return found


def as_plain_text(value: Any) -> str | None:
    """Give a value as a text that says the same in whatever type it is kept."""
    if isinstance(value, bool | int | float | Decimal):
        return format(
            Decimal(str(int(value) if isinstance(value, bool) else value)).normalize(), "f"
        )
    if isinstance(value, dt.datetime):
        return value.replace(tzinfo=None).isoformat(" ")
    if isinstance(value, bytes):
        return value.hex()
    return None if value is None else str(value)


def _row(
    connection: Connection, table: Table, number: int, known: dict[str, set[str]]
) -> dict[str, Any]:
    return {
        column.name: _value(connection, column, number, known)
        for column in table.columns
        if not _fills_itself(column)
    }


def _fills_itself(column: TableColumn[Any]) -> bool:
    if column.computed is not None or column.identity is not None:
        return True
    is_number = isinstance(column.type, types.Integer) and not column.foreign_keys
    # Databases give out the numbers of such a key by themselves.
    return column.primary_key and is_number and len(column.table.primary_key) == 1


def _value(
    connection: Connection, column: TableColumn[Any], number: int, known: dict[str, set[str]]
) -> Any:
    for key in column.foreign_keys:
        # The first row has none to point to in its own table.
        if key.column.table is column.table and column.nullable:
            return None
        values = connection.scalars(select(key.column).order_by(key.column)).all()
        return values[(number - 1) % len(values)] if values else None
    choices = sorted(known.get(f"{column.table.name}.{column.name}", ()))
    return choices[(number - 1) % len(choices)] if choices else made_value(column.type, number)


def made_value(kind: Any, number: int) -> Any:
    """Make a value of a type. Raises `LookupError` for a type that nobody knows here."""
    for known, make in MAKERS:
        if isinstance(kind, known):
            return make(kind, number)
    raise LookupError(f"no value is known of the type {kind!r}")


def _text(kind: Any, number: int) -> str:
    # Its end, where the number is: a short column takes no more.
    return f"kept {number}"[-(kind.length or 99) :]


def _uuid(kind: Any, number: int) -> Any:
    return uuid.UUID(int=number) if kind.as_uuid else str(uuid.UUID(int=number))


def _moment(kind: Any, number: int) -> dt.datetime:
    moment = DAY + dt.timedelta(number)
    return moment.replace(tzinfo=dt.UTC) if kind.timezone else moment


MAKERS: tuple[tuple[Any, Callable[[Any, int], Any]], ...] = (
    (types.Enum, lambda kind, number: kind.enums[(number - 1) % len(kind.enums)]),
    (types.Uuid, _uuid),
    (types.String, _text),
    (types.Boolean, lambda _, number: number % 2 == 1),
    (types.Integer, lambda _, number: number),
    (types.Float, lambda _, number: number + 0.5),
    (types.Numeric, lambda kind, number: Decimal(number) / (2 if kind.scale else 1)),
    (types.DateTime, _moment),
    (types.Date, lambda _, number: DAY.date() + dt.timedelta(number)),
    (types.Time, lambda _, number: dt.time(number)),
    (types.Interval, lambda _, number: dt.timedelta(number)),
    (types.LargeBinary, lambda _, number: f"kept {number}".encode()),
    (types.JSON, lambda _, number: {"kept": number}),
    (types.ARRAY, lambda kind, number: [made_value(kind.item_type, number)]),
    (types.NullType, lambda _, number: f"kept {number}"),
)
"""The way to make a value of each type; the first that fits is taken."""


def choices_in(checks: Iterator[tuple[str, str]]) -> dict[str, set[str]]:
    """Read the values that conditions allow: `kind IN ('a', 'b')`, as enums are kept in texts."""
    found = {}
    for table, condition in checks:
        # MariaDB keeps JSON in texts, under the condition that it can be read.
        if json := JSON.match(condition):
            found[f"{table}.{json[1]}"] = {'{"kept": 1}', '{"kept": 2}'}
        match = CHOICES.match(condition)
        if match and (values := QUOTED.findall(match[2])):
            found[f"{table}.{match[1]}"] = set(values)
    return found
