from __future__ import annotations

import pytest
import pytest_asyncio
from shop import make_engine, make_tables
from sqlalchemy import event
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
