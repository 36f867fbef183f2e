"""The rows that indexes of a database find: those of a foreign key, those with a value."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import Boolean, Connection, Enum, create_engine, inspect
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from .unobserved import unobserved

if TYPE_CHECKING:
    from sqlalchemy.engine import URL, Inspector

T = TypeVar("T")


@dataclass(frozen=True)
class ForeignKey:
    """The columns of one table that name a row of another."""

    table: str
    columns: tuple[str, ...]
    is_indexed: bool

    def __str__(self) -> str:
        """The key as it is written in SQL."""
        return f"{self.table}.{', '.join(self.columns)}"


async def foreign_keys(url: URL) -> tuple[ForeignKey, ...]:
    """Give the foreign keys of the tables in the schema that is searched first."""
    return await _asked(url, _keys_seen_by)


async def findable_columns(url: URL) -> dict[str, frozenset[str]]:
    """Give the columns of each table by which rows are found without reading all of it.

    Those of few values are among them: no index would help to find their rows.
    """
    return await _asked(url, _findable_seen_by)


async def _asked(url: URL, question: Callable[[Connection], T]) -> T:
    """Put a question to a connection of its own, which no instrument sees."""
    # Without a pool: nobody disposes of the engine, and no connection outlives the question.
    with unobserved():
        if not url.get_dialect().is_async:
            with create_engine(url, poolclass=NullPool).connect() as connection:
                return question(connection)
        async with create_async_engine(url, poolclass=NullPool).connect() as connection:
            return await connection.run_sync(question)


def _keys_seen_by(connection: Connection) -> tuple[ForeignKey, ...]:
    inspector = inspect(connection)
    return tuple(key for table in inspector.get_table_names() for key in _of(inspector, table))


def _findable_seen_by(connection: Connection) -> dict[str, frozenset[str]]:
    inspector = inspect(connection)
    return {table: frozenset(_findable(inspector, table)) for table in inspector.get_table_names()}


def _findable(inspector: Inspector, table: str) -> Iterator[str]:
    yield from (str(order[0]) for order in _orders(inspector, table) if order)
    for column in inspector.get_columns(table):
        # MySQL has no BOOLEAN of its own, and shows the TINYINT that it has made of one.
        if isinstance(column["type"], Boolean | Enum) or "TINYINT" in str(column["type"]):
            yield column["name"]


def _of(inspector: Inspector, table: str) -> Iterator[ForeignKey]:
    orders = list(_orders(inspector, table))
    for key in inspector.get_foreign_keys(table):
        columns = tuple(key["constrained_columns"])
        # Any order of its columns will do, if they are the first of the index.
        is_indexed = any(set(columns) == set(order[: len(columns)]) for order in orders)
        yield ForeignKey(table, columns, is_indexed)


def _orders(inspector: Inspector, table: str) -> Iterator[Sequence[str | None]]:
    """Give the columns of everything that the database can search by, in its order."""
    yield inspector.get_pk_constraint(table)["constrained_columns"]
    yield from (unique["column_names"] for unique in inspector.get_unique_constraints(table))
    yield from (index["column_names"] for index in inspector.get_indexes(table))
