"""Starts: what becomes of the tables, and what an orchestrator is told."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from fastapi import FastAPI
from httpx import AsyncClient
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncEngine

from .. import AppSettings
from ..database import open_database
from ..engines import init_database
from ..schema import create_example_schema, migrate_example_schema, upgrade
from ..service import ExampleItemService

pytestmark = pytest.mark.asyncio
Prepare = Callable[[AsyncEngine], Awaitable[None]]


@pytest.fixture
def stored(tmp_path: Path) -> AppSettings:
    """Choose a database in a file, migrated by each start."""
    url = f"sqlite+aiosqlite:///{tmp_path}/items.db"
    return AppSettings(database_url=url, database_schema="migrate")


@pytest.mark.parametrize("prepare", [create_example_schema, migrate_example_schema])
async def test_workers_may_start_at_once(stored: AppSettings, prepare: Prepare) -> None:
    """They take turns, and none finds the table half made."""

    async def start_worker() -> None:
        engine = init_database(stored)
        try:
            await prepare(engine)
        finally:
            await engine.dispose()

    await asyncio.gather(*(start_worker() for _ in range(4)))


def put_summary(connection: Connection) -> None:
    """Leave the tables as the first release had them, with an item."""
    upgrade(connection, "v1")
    connection.execute(text("INSERT INTO example_items (name, summary) VALUES ('old', 'kept')"))


async def test_a_start_migrates_what_is_stored(stored: AppSettings) -> None:
    """An item of the last release has its summary as its description."""
    engine = init_database(stored)
    async with engine.begin() as connection:
        await connection.run_sync(put_summary)
    await engine.dispose()

    async with open_database(stored) as sessions, sessions() as session:
        (item,) = await ExampleItemService(session).list(limit=9, offset=0)

    assert (item.name, item.description) == ("old", "kept")


async def test_an_app_is_alive_without_its_database(async_client: AsyncClient) -> None:
    """To restart it would not help."""
    assert (await async_client.get("/health/live")).status_code == 200


async def test_an_app_is_ready_with_its_database(async_client: AsyncClient) -> None:
    """It has asked the database."""
    assert (await async_client.get("/health/ready")).json() == {"status": "ready"}


async def test_an_app_whose_database_hangs_is_not_ready(
    app: FastAPI, async_client: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer comes in time, and the next one is as good as the database."""
    monkeypatch.setattr("reference_app.health.READY_WITHIN", 0.01)
    async with app.state.sessions.kw["info"]["turn"]:
        hanging = await async_client.get("/health/ready")
    monkeypatch.undo()

    assert hanging.status_code == 503
    assert (await async_client.get("/health/ready")).status_code == 200
