"""Rows without an order come in another one when the instrument says so, and only then."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from contract_tests.databases import Database, DatabaseUnavailable, provide
from contract_tests.instruments.hindrance import Hindered

AS_WRITTEN = [1, 2, 3, 4, 5]


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """A database with one table of five rows."""
    try:
        with provide(request.param) as server:
            made = server.make()
            asyncio.run(_fill(made))
            yield made
    except DatabaseUnavailable as error:
        pytest.skip(str(error))


async def _fill(database: Database) -> None:
    engine = create_async_engine(database.url)
    async with engine.begin() as connection:
        await connection.execute(text("create table things (id integer primary key, word text)"))
        for number in AS_WRITTEN:
            row = {"id": number, "word": f"word {number}"}
            await connection.execute(text("insert into things values (:id, :word)"), row)
    await engine.dispose()


async def _ids(engine: AsyncEngine, order: str = "") -> list[int]:
    async with engine.connect() as connection:
        return list(await connection.scalars(text(f"select id from things {order}")))


async def _disturbed(database: Database) -> tuple[list[int], list[int], list[int]]:
    """What is seen while disturbed, without and with an order, and without one afterwards."""
    engine = create_async_engine(database.url)
    await database.open()
    try:
        with Hindered(database.hindrances.get("unsettled")):
            await database.move_rows("things")
            during, ordered = await _ids(engine), await _ids(engine, "order by id")
        await database.move_rows("things")
        return during, ordered, await _ids(engine)
    finally:
        await database.close()
        await engine.dispose()


def test_rows_without_an_order_move(database: Database) -> None:
    """They come in reverse while disturbed, and as written after a second turn."""
    during, _, afterwards = asyncio.run(_disturbed(database))

    assert AS_WRITTEN[::-1] == during
    assert afterwards == AS_WRITTEN


def test_rows_with_an_order_stay(database: Database) -> None:
    """What a statement orders is not disturbed."""
    _, ordered, _ = asyncio.run(_disturbed(database))

    assert ordered == AS_WRITTEN


def test_nothing_in_a_row_changes(database: Database) -> None:
    """The contents are the same after the rows have moved."""

    async def moved() -> tuple[object, object]:
        await database.open()
        before = await database.contents()
        await database.move_rows("things")
        after = await database.contents()
        await database.close()
        return before, after

    before, after = asyncio.run(moved())

    assert before == after
