"""Sessions: in requests, in background workers and in scripts; and what a transaction is."""

import asyncio
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient

from .. import AppSettings
from ..database import DatabaseFailure, Sessions, get_async_session, open_database, transaction
from ..service import ExampleItemService
from .test_items import ITEMS, KETTLE

pytestmark = pytest.mark.asyncio


async def test_an_app_that_was_not_started_says_so(app: FastAPI) -> None:
    """Whoever forgets the lifespan is told of it."""
    async with AsyncClient(transport=ASGITransport(app), base_url="http://app") as client:
        with pytest.raises(RuntimeError, match="lifespan of this app has not run"):
            await client.get(ITEMS)


async def test_a_session_ends_with_its_request(sessions: Sessions) -> None:
    """What it has read and written is forgotten."""
    async with asynccontextmanager(get_async_session)(sessions) as session:
        item = await ExampleItemService(session).create(KETTLE)
        was_known = item in session

    assert (was_known, item in session) == (True, False)


async def test_a_test_may_undo_what_requests_did(app: FastAPI, async_client: AsyncClient) -> None:
    """Requests on a session that is in a transaction are parts of it."""
    async with app.state.sessions() as session:
        app.dependency_overrides[get_async_session] = lambda: session
        await session.begin()
        created = await async_client.post(ITEMS, json=KETTLE)
        await session.rollback()

    app.dependency_overrides.clear()

    assert created.status_code == 201
    assert (await async_client.get(ITEMS)).json() == []


async def test_a_background_worker_has_sessions(app: FastAPI, async_client: AsyncClient) -> None:
    """A task of the app takes a session for each piece of work, and keeps none while it waits."""
    names: asyncio.Queue[str | None] = asyncio.Queue()

    async def work() -> None:
        while (name := await names.get()) is not None:
            async with app.state.sessions() as session:
                await ExampleItemService(session).create({"name": name})

    worker = asyncio.create_task(work())
    for name in ("one", "two", None):
        names.put_nowait(name)
    await worker

    assert len((await async_client.get(ITEMS)).json()) == 2


async def test_a_script_opens_the_database(tmp_path: Path) -> None:
    """It needs no app, and what it stores is there for the next one."""
    settings = AppSettings(database_url=f"sqlite+aiosqlite:///{tmp_path}/items.db")
    async with open_database(settings) as sessions, sessions() as session:
        await ExampleItemService(session).create(KETTLE)

    async with open_database(settings) as sessions, sessions() as session:
        assert len(await ExampleItemService(session).list(limit=9, offset=0)) == 1


async def test_several_calls_are_one_transaction(sessions: Sessions) -> None:
    """What was written before a failure is undone with it."""
    async with sessions() as session:
        items = ExampleItemService(session)

        async def create_and_fail() -> None:
            async with transaction(session):
                await items.create(KETTLE)
                raise LookupError

        with pytest.raises(LookupError):
            await create_and_fail()
        assert await items.list(limit=9, offset=0) == []


async def test_each_call_in_a_transaction_is_a_savepoint(sessions: Sessions) -> None:
    """Whoever catches the failure of one call keeps what the others wrote."""
    async with sessions() as session:
        items = ExampleItemService(session)
        async with transaction(session):
            await items.create({"name": "one"})
            with pytest.raises(DatabaseFailure):
                await items.create({"name": None})
            await items.create({"name": "two"})

        assert [item.name for item in await items.list(limit=9, offset=0)] == ["one", "two"]


async def test_a_cancelled_request_costs_no_data(async_client: AsyncClient) -> None:
    """A database in memory outlives the requests that are given up."""
    await async_client.post(ITEMS, json=KETTLE)
    for steps in range(20):
        request = asyncio.create_task(async_client.get(ITEMS))
        for _ in range(steps):
            await asyncio.sleep(0)
        request.cancel()
        await asyncio.gather(request, return_exceptions=True)

    assert len((await async_client.get(ITEMS)).json()) == 1
