from __future__ import annotations

import httpx
import pytest
from bank import get_session, make_accounts, make_app
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.pool import NullPool, StaticPool


@pytest.fixture
async def engine(tmp_path):
    engine = create_async_engine(f"sqlite+aiosqlite:///{tmp_path}/bank.db")
    await make_accounts(engine)
    yield engine
    await engine.dispose()


@pytest.fixture
async def client(engine):
    transport = httpx.ASGITransport(make_app(engine))
    async with httpx.AsyncClient(transport=transport, base_url="http://bank") as client:
        yield client


@pytest.fixture
def balances(client):
    async def read():
        return (await client.get("/balances")).json()

    return read


@pytest.fixture
async def session(engine):
    async with AsyncSession(engine) as session:
        yield session


@pytest.fixture
async def within(engine):
    """A session in a transaction around the test."""
    async with engine.connect() as connection, connection.begin() as outer:
        async with AsyncSession(connection, join_transaction_mode="create_savepoint") as session:
            yield session
        await outer.rollback()


@pytest.fixture
async def unlimited(tmp_path):
    engine = create_async_engine(f"sqlite+aiosqlite:///{tmp_path}/bank.db", poolclass=NullPool)
    yield engine
    await engine.dispose()


@pytest.fixture
async def joined(engine, within):
    """A client of an app that is given that session instead of its own."""
    app = make_app(engine)
    app.dependency_overrides[get_session] = lambda: within
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://bank") as client:
        yield client


@pytest.fixture
async def tearing(client, balances):
    yield
    assert sum(await balances()) == 0


@pytest.fixture
async def memory():
    """A client of an app on a database in memory."""
    engine = create_async_engine("sqlite+aiosqlite://", poolclass=StaticPool)
    await make_accounts(engine)
    transport = httpx.ASGITransport(make_app(engine))
    async with httpx.AsyncClient(transport=transport, base_url="http://bank") as client:
        yield client
    await engine.dispose()
