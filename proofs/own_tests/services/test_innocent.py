from __future__ import annotations

import asyncio

import pytest
from shop import Order, make_engine, make_tables, place_order
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.pool import NullPool

pytestmark = pytest.mark.asyncio


async def test_a_savepoint_is_released(session):
    assert await place_order(session, "tea") > 0


async def test_a_listener_reopens_savepoints(reopened):
    assert await place_order(reopened, "tea") > 0
    assert await place_order(reopened, "coffee") > 0


async def test_all_was_rolled_back(shared):
    assert (await shared.scalars(select(Order.item))).all() == []


async def test_a_session_of_the_run_commits(shared):
    await place_order(shared, "shared")
    await shared.execute(text("DELETE FROM orders"))
    await shared.commit()


async def test_nested_transactions(session):
    async with session.begin_nested():
        session.add(Order(item="kept"))
    async with session.begin_nested() as undone:
        session.add(Order(item="undone"))
        await session.flush()
        await undone.rollback()
    assert (await session.scalars(select(Order.item))).all() == ["kept"]


async def test_sessions_of_their_own(maker):
    async def count():
        async with maker() as session:
            return (await session.scalars(select(Order.item))).all()

    assert await asyncio.gather(count(), count()) == [[], []]


async def test_an_engine_of_its_own(tmp_path):
    engine = make_engine(f"sqlite+aiosqlite:///{tmp_path}/own.db", poolclass=NullPool)
    await make_tables(engine)
    async with AsyncSession(engine, expire_on_commit=False) as session:
        await place_order(session, "own")
    await engine.dispose()


async def test_a_task_of_a_wider_fixture_takes_a_connection(awake, session):
    await session.execute(text("SELECT 1"))
