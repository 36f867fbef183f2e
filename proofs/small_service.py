"""A small service: an engine with one table, and what a request would do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool

from contract_tests.databases import Database

INSERT = "insert into thing values ('short')"
Story = Callable[[AsyncEngine], Awaitable[None]]


@asynccontextmanager
async def serving(database: Database) -> AsyncIterator[AsyncEngine]:
    """Play a service: an engine with one table."""
    engine = create_async_engine(database.url, poolclass=AsyncAdaptedQueuePool)
    try:
        async with engine.begin() as connection:
            await connection.execute(text("create table thing (words text)"))
        yield engine
    finally:
        await engine.dispose()
        await database.close()


def told(database: Database, story: Story) -> None:
    """Let a story happen to the engine of a service."""

    async def telling() -> None:
        async with serving(database) as engine:
            await story(engine)

    asyncio.run(telling())


async def insert(engine: AsyncEngine, statement: str = INSERT) -> None:
    """Store a row, as a service would."""
    async with engine.begin() as connection:
        await connection.execute(text(statement))


async def refused(engine: AsyncEngine, statement: str = INSERT) -> str:
    """What the database says when the service would store a row."""
    with pytest.raises(DBAPIError) as told:
        await insert(engine, statement)
    return str(told.value)


async def ask(engine: AsyncEngine, statement: str) -> Any:
    """Ask something as a service would, in a transaction that is rolled back."""
    async with engine.connect() as connection:
        return await connection.scalar(text(statement))
