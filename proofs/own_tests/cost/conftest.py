"""Tells how long the tests took, without imports and collection."""

from __future__ import annotations

import time

import httpx
import pytest
from shop import get_session, make_app, make_engine, make_tables
from sqlalchemy.ext.asyncio import AsyncSession


@pytest.hookimpl(wrapper=True)
def pytest_runtestloop():
    began = time.process_time()
    result = yield
    print(f"\ncpu seconds: {time.process_time() - began:.4f}")
    return result


@pytest.fixture(scope="session")
async def engine(tmp_path_factory):
    engine = make_engine(f"sqlite+aiosqlite:///{tmp_path_factory.mktemp('shop')}/shop.db")
    await make_tables(engine)
    yield engine
    await engine.dispose()


@pytest.fixture(scope="session")
def app(engine):
    return make_app(engine)


@pytest.fixture
async def session(engine, app):
    async with engine.connect() as connection:
        outer = await connection.begin()
        session = AsyncSession(
            connection, join_transaction_mode="create_savepoint", expire_on_commit=False
        )
        app.dependency_overrides[get_session] = lambda: session
        yield session
        await session.close()
        await outer.rollback()


@pytest.fixture
async def client(app, session):
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://shop") as client:
        yield client
