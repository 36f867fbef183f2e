from __future__ import annotations

import asyncio

import httpx
import pytest
from shop import make_app, make_engine, make_tables
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession


@pytest.fixture(scope="session")
def anyio_backend():
    return "asyncio"


@pytest.fixture(scope="module")
async def engine(anyio_backend, tmp_path_factory):
    folder = tmp_path_factory.mktemp("shop")
    engine = make_engine(f"sqlite+aiosqlite:///{folder}/shop.db")
    await make_tables(engine)
    async with engine.connect() as connection:  # out for as long as the module
        await connection.execute(text("SELECT 1"))
        yield engine
    await engine.dispose()


@pytest.fixture(scope="module")
async def client(engine):
    transport = httpx.ASGITransport(make_app(engine))
    async with httpx.AsyncClient(transport=transport, base_url="http://shop") as client:
        yield client


@pytest.fixture
async def session(engine):
    async with engine.connect() as connection:
        outer = await connection.begin()
        async with AsyncSession(
            connection, join_transaction_mode="create_savepoint", expire_on_commit=False
        ) as session:
            yield session
        await outer.rollback()


class Listener:
    """A task that takes a connection when a test wakes it, and keeps it."""

    def __init__(self, engine):
        self.engine = engine
        self.woken, self.listens = asyncio.Event(), asyncio.Event()

    async def listen(self):
        await self.woken.wait()
        async with self.engine.connect() as connection:
            await connection.execute(text("SELECT 1"))
            self.listens.set()
            await asyncio.Event().wait()


@pytest.fixture(scope="module")
async def listener(engine):
    listener = Listener(engine)
    task = asyncio.create_task(listener.listen())
    yield listener
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
