from __future__ import annotations

import asyncio

import pytest
from shop import Order, kept, place_order
from sqlalchemy import text

pytestmark = pytest.mark.asyncio


async def test_before(session):
    assert await place_order(session, "tea") > 0


async def test_leak(maker):
    session = maker()
    kept.append(session)
    await session.execute(text("SELECT 1"))


async def test_between(session):
    assert await place_order(session, "tea") > 0


async def test_forgotten_rollback(shared):
    shared.add(Order(item="left"))
    await shared.flush()


async def test_the_next_one(shared):
    await shared.rollback()


async def test_task(maker):
    async def report():
        async with maker() as session:
            await session.execute(text("SELECT 1"))
            await asyncio.Event().wait()

    kept.append(asyncio.create_task(report()))
    await asyncio.sleep(0)


async def test_after(session):
    assert await place_order(session, "tea") > 0
