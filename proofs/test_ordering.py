"""Rows without an order come in another one when the instrument says so, and only then."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from contract_tests.databases import Database, DatabaseUnavailable, provide
from contract_tests.instruments.session_settings import SessionSettings

AS_WRITTEN = [1, 2, 3, 4, 5]
PAGE = 2


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """A database with one table of five rows."""
    try:
        with provide(request.param) as server:
            made = server.make()
            asyncio.run(_write(made, AS_WRITTEN))
            yield made
    except DatabaseUnavailable as error:
        pytest.skip(str(error))


async def _write(database: Database, numbers: list[int]) -> None:
    engine = create_async_engine(database.url)
    async with engine.begin() as connection:
        await connection.execute(
            text("create table if not exists things (id integer primary key, word text)")
        )
        for number in numbers:
            row = {"id": number, "word": f"word {number}"}
            await connection.execute(text("insert into things values (:id, :word)"), row)
    await engine.dispose()


async def _ids(engine: AsyncEngine, order: str = "") -> list[int]:
    async with engine.connect() as connection:
        return list(await connection.scalars(text(f"select id from things {order}")))


async def _walked(database: Database, order: str) -> list[int]:
    """The ids on all pages of a table whose rows move between two of them."""
    engine = create_async_engine(database.url)
    await database.open()
    shown: list[int] = []
    try:
        total = len(await _ids(engine))
        with ExitStack() as stack:
            for start in range(0, total, PAGE):
                shown += await _ids(engine, f"{order} limit {PAGE} offset {start}")
                if not start:
                    stack.enter_context(SessionSettings(database.session_settings.get("unordered")))
                await database.move_rows("things")
        return shown
    finally:
        await database.close()
        await engine.dispose()


@pytest.mark.parametrize("more", [0, 1, 2, 3])
def test_a_walk_without_an_order_misses_rows(database: Database, more: int) -> None:
    """However many rows there are."""
    asyncio.run(_write(database, [9 - number for number in range(more)]))
    shown = asyncio.run(_walked(database, ""))

    assert len(shown) == len(AS_WRITTEN) + more
    assert len(set(shown)) < len(shown)


def test_rows_with_an_order_stay(database: Database) -> None:
    """What a statement orders is not disturbed."""
    assert asyncio.run(_walked(database, "order by id")) == AS_WRITTEN


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
