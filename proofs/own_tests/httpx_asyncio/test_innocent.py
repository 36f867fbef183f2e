"""Nothing of this is wrong."""

from __future__ import annotations

import asyncio
import logging
import sys
import time
import urllib.request

import httpx
import pytest
from shop import Order, make_app, make_engine, make_tables, place_order, wait_for_ever
from sqlalchemy import create_engine, select, text
from sqlalchemy.pool import StaticPool


async def test_a_request_commits(client):
    assert (await client.post("/orders")).status_code == 201
    assert (await client.get("/orders")).json() == ["tea"]


async def test_a_commit_in_an_outer_transaction(client, session):
    session.add(Order(item="first"))
    await session.commit()
    assert (await client.post("/orders")).status_code == 201
    assert (await client.get("/orders")).json() == ["first", "tea"]


async def test_a_forgotten_commit_is_not_told_of_a_session_that_is_given(client, session):
    assert (await client.post("/forgotten")).status_code == 201


async def test_work_in_the_background_commits_after_the_answer(client):
    assert (await client.post("/later")).status_code == 202


async def test_a_blocking_driver_in_the_test_itself(client, tmp_path):
    engine = create_engine(f"sqlite:///{tmp_path}/shop.db")
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM orders")).scalar_one() == 0
    engine.dispose()


async def test_waits_that_hold_up_nobody(app, client, server, tmp_path):
    log = logging.getLogger("shop")
    log.addHandler(logging.FileHandler(tmp_path / "shop.log"))

    def ask() -> str:
        time.sleep(0.001)
        with urllib.request.urlopen(server) as answer:
            return answer.read().decode()

    def ask_on_a_loop_of_its_own() -> str:
        async def asked() -> str:
            return ask()

        return asyncio.run(asked())

    @app.get("/in-threads")
    async def in_threads() -> list[str]:
        return [await asyncio.to_thread(ask), await asyncio.to_thread(ask_on_a_loop_of_its_own)]

    @app.get("/plain")
    def plain() -> str:
        return ask()

    @app.get("/on-the-loop")
    async def on_the_loop() -> str:
        log.warning("a line")
        time.sleep(0)
        await asyncio.sleep(0.001)
        process = await asyncio.create_subprocess_exec(sys.executable, "-S", "-c", "")
        await process.wait()
        async with httpx.AsyncClient() as other:
            return (await other.get(server)).text

    assert (await client.get("/in-threads")).json() == ["answered"] * 2
    assert (await client.get("/plain")).json() == "answered"
    assert (await client.get("/on-the-loop")).json() == "answered"


async def test_waits_of_the_test_itself(client, server):
    time.sleep(0.001)
    with urllib.request.urlopen(server) as answer:
        assert answer.read() == b"answered"


async def test_nested_transactions(session):
    async with session.begin_nested():
        session.add(Order(item="kept"))
    undone = await session.begin_nested()
    session.add(Order(item="undone"))
    await undone.rollback()
    assert (await session.scalars(select(Order.item))).all() == ["kept"]


async def test_one_connection_in_memory():
    engine = make_engine("sqlite+aiosqlite://", poolclass=StaticPool)
    await make_tables(engine)
    transport = httpx.ASGITransport(make_app(engine))
    async with httpx.AsyncClient(transport=transport, base_url="http://shop") as client:
        assert (await client.post("/orders")).status_code == 201
    await engine.dispose()


@pytest.fixture
async def poller(engine):
    """A task that goes on while the test runs, and is ended by whoever started it."""

    async def poll():
        async with engine.connect() as connection:
            await connection.execute(text("SELECT 1"))
            await asyncio.Event().wait()

    task = asyncio.create_task(poll())
    yield task
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_task_of_a_fixture(poller, client):
    assert (await client.get("/orders")).json() == []


async def test_a_task_that_a_test_ends():
    task = asyncio.create_task(wait_for_ever())
    await asyncio.sleep(0)
    task.cancel()


async def test_tasks_of_the_test(engine):
    app = make_app(engine)
    async with app.state.maker() as one, app.state.maker() as other:
        await asyncio.gather(place_order(one, "a"), place_order(other, "b"))


async def test_a_refusal_of_the_database(session):
    with pytest.raises(Exception, match="no such table"):
        await session.execute(text("SELECT 1 FROM nowhere"))


@pytest.mark.parametrize("item", ["a", "b"])
async def test_parametrized(client, item):
    assert (await client.post("/orders", params={"item": item})).status_code == 201


@pytest.mark.xfail(reason="a defect that is known", strict=True)
async def test_expected_to_fail(client):
    assert (await client.post("/late")).status_code == 201
