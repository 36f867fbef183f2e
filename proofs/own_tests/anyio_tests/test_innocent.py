from __future__ import annotations

import anyio
import pytest
from shop import make_app, make_engine, make_tables, place_order
from sqlalchemy import func, select, text
from sqlalchemy.pool import StaticPool

pytestmark = pytest.mark.anyio


async def test_a_request_commits(client):
    assert (await client.post("/orders")).status_code == 201
    assert (await client.get("/orders")).json() == ["tea"]


async def test_a_commit_in_an_outer_transaction(session):
    assert await place_order(session, "coffee") > 0


async def test_it_was_rolled_back(client):
    assert (await client.get("/orders")).json() == ["tea"]


async def test_nested_transactions(session):
    async with session.begin_nested():
        await session.execute(text("INSERT INTO orders (item) VALUES ('nested')"))
    assert await session.scalar(select(func.count()).select_from(text("orders"))) == 2


async def test_a_task_group(client):
    async with anyio.create_task_group() as group:
        for _ in range(3):
            group.start_soon(client.get, "/orders")


async def test_one_connection_in_memory():
    engine = make_engine("sqlite+aiosqlite://", poolclass=StaticPool)
    await make_tables(engine)
    async with make_app(engine).state.maker() as session:
        await place_order(session, "tea")
    await engine.dispose()


async def test_a_task_of_a_wider_fixture_takes_a_connection(listener, session):
    await session.execute(text("SELECT 1"))
    listener.woken.set()
    await listener.listens.wait()
