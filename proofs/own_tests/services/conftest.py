from __future__ import annotations

import asyncio

import pytest
import pytest_asyncio
from shop import make_engine, make_tables
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker


@pytest_asyncio.fixture(scope="session")
async def engine(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shop")
    engine = make_engine(f"sqlite+aiosqlite:///{folder}/shop.db")
    await make_tables(engine)
    yield engine
    await engine.dispose()


@pytest.fixture(scope="session")
def maker(engine):
    return async_sessionmaker(engine, expire_on_commit=False)


@pytest_asyncio.fixture
async def session(engine):
    """The fixture of SQLAlchemy's own documentation."""
    async with engine.connect() as connection, connection.begin() as outer:
        async with AsyncSession(
            connection, join_transaction_mode="create_savepoint", expire_on_commit=False
        ) as session:
            yield session
        await outer.rollback()


@pytest_asyncio.fixture
async def reopened(engine):
    """The older one: a listener begins a savepoint whenever one has ended."""
    async with engine.connect() as connection:
        await connection.begin()
        await connection.begin_nested()
        session = AsyncSession(connection, expire_on_commit=False)

        @event.listens_for(session.sync_session, "after_transaction_end")
        def reopen(sync_session, transaction):
            if connection.closed or connection.sync_connection.in_nested_transaction():
                return
            connection.sync_connection.begin_nested()

        yield session
        await session.close()
        await connection.rollback()


@pytest_asyncio.fixture(scope="session")
async def shared(engine):
    """A session for the whole run."""
    async with AsyncSession(engine, expire_on_commit=False) as session:
        yield session


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


@pytest_asyncio.fixture(scope="session")
async def listener(engine):
    listener = Listener(engine)
    task = asyncio.create_task(listener.listen())
    yield listener
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@pytest_asyncio.fixture
async def awake(listener):
    """Wakes the listener while a test is set up."""
    listener.woken.set()
    await listener.listens.wait()
    return listener
