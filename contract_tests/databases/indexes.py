"""The foreign keys of a database, and whether an index finds their rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Connection, create_engine, inspect
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from .unobserved import unobserved

if TYPE_CHECKING:
    from sqlalchemy.engine import URL, Inspector


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
    with unobserved():
        if not url.get_dialect().is_async:
            with create_engine(url, poolclass=NullPool).connect() as connection:
                return _keys_seen_by(connection)
        async with create_async_engine(url, poolclass=NullPool).connect() as connection:
            return await connection.run_sync(_keys_seen_by)


def _keys_seen_by(connection: Connection) -> tuple[ForeignKey, ...]:
    inspector = inspect(connection)
    return tuple(key for table in inspector.get_table_names() for key in _of(inspector, table))


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
