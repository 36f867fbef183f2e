"""Somebody's own database: tables whose rows a contract run has to leave as they are."""

from __future__ import annotations

import asyncio
import datetime as dt
import sqlite3
from collections.abc import Callable, Coroutine
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import (
    URL,
    Column,
    Computed,
    DateTime,
    Float,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    String,
    Table,
    insert,
    select,
    text,
)
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from contract_tests.databases import Database
from reference_app.models import Base, ExampleItem

OWN = MetaData()
ROWS = 50
AUTHOR = Table(
    "author",
    OWN,
    Column("id", Integer, primary_key=True),
    Column("name", String(80), unique=True, nullable=False),
    Column("weight", Float),
    Column("price", Numeric(12, 4)),
    Column("photo", LargeBinary),
    Column("born", DateTime),
    Column("twice", Float, Computed("weight * 2", persisted=True)),
)
BOOK = Table(
    "book",
    OWN,
    Column("shelf", String(20), primary_key=True),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("author_id", Integer, ForeignKey("author.id", ondelete="CASCADE")),
)
NOTE = Table("note", OWN, Column("author_id", Integer), Column("words", String(80)))
"""A table without a key, in which equal rows may stand."""

AUTHORS = [
    {
        "id": number,
        "name": f"Ada {number} ö \\ ' \" %s :x",
        "weight": number / 3,
        "price": Decimal(number) / 8,
        "photo": bytes([0, number, 255]),
        "born": dt.datetime(1815, 12, 10, 1, 2, 3),  # noqa: DTZ001 - a column without zone
    }
    for number in range(1, ROWS + 1)
]
BOOKS = [{"shelf": f"s{n % 3}", "place": n, "author_id": n} for n in range(1, ROWS + 1)]
NOTES = [{"author_id": n, "words": words} for n in (1, 1, 2, 3) for words in ("read", "lent", "")]


async def settle(connection: AsyncConnection) -> None:
    """Make the owner's tables with the owner's rows."""
    await connection.run_sync(OWN.create_all)
    for table, rows in ((AUTHOR, AUTHORS), (BOOK, BOOKS), (NOTE, NOTES)):
        await connection.execute(insert(table), rows)


async def settle_items(connection: AsyncConnection) -> None:
    """Make the table of the reference app with fifty rows, and one without a key beside it."""
    await connection.run_sync(Base.metadata.create_all)
    await connection.run_sync(lambda sync: OWN.create_all(sync, tables=[NOTE]))
    rows = [{"name": f"own {number}", "description": "mine"} for number in range(1, ROWS + 1)]
    await connection.execute(insert(ExampleItem), rows)
    await connection.execute(insert(NOTE), NOTES)


def inside(url: URL, act: Callable[[AsyncConnection], Coroutine[Any, Any, Any]]) -> Any:
    """Do one thing in a transaction of a connection of its own."""

    async def whole() -> Any:
        engine = create_async_engine(_spoken(url))
        try:
            async with engine.begin() as connection:
                return await act(connection)
        finally:
            await engine.dispose()

    return asyncio.run(whole())


def _spoken(url: URL) -> URL:
    """Choose a driver that can write bytes: with PyMySQL 1.2 aiomysql 0.3 cannot."""
    return url.set(drivername="mysql+asyncmy") if url.get_backend_name() == "mysql" else url


def written(url: URL, *statements: str) -> None:
    """Carry out statements, and commit."""

    async def act(connection: AsyncConnection) -> None:
        for statement in statements:
            await connection.execute(text(statement.replace(":", "\\:")))

    inside(url, act)


def dumped(url: URL) -> dict[str, list[str]]:
    """Every row of every table, as the driver shows it, in an order of its own."""

    async def act(connection: AsyncConnection) -> dict[str, list[str]]:
        seen = MetaData()
        await connection.run_sync(seen.reflect)
        return {
            table.name: sorted(repr(tuple(row)) for row in await connection.execute(select(table)))
            for table in seen.tables.values()
        }

    found: dict[str, list[str]] = inside(url, act)
    return found


def script_of(path: Path) -> list[str]:
    """The whole SQLite file as SQL, but for the numbers that were given out."""
    with closing(sqlite3.connect(path)) as connection:
        connection.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
        return [line for line in connection.iterdump() if "sqlite_sequence" not in line]


def run_on(database: Database, story: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Tell a story of a database on a loop of its own."""

    async def whole() -> None:
        try:
            await story()
        finally:
            await database.close()

    asyncio.run(whole())
