from __future__ import annotations

import pytest
import pytest_asyncio
from library import make_app
from litestar.testing import AsyncTestClient, TestClient
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import StaticPool


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    folder = tmp_path_factory.mktemp("library")
    engine = create_async_engine(f"sqlite+aiosqlite:///{folder}/books.db")
    with TestClient(make_app(engine, has_leader=True)) as client:
        yield client


@pytest_asyncio.fixture
async def async_client():
    engine = create_async_engine("sqlite+aiosqlite://", poolclass=StaticPool)
    async with AsyncTestClient(make_app(engine)) as client:
        yield client


@pytest.fixture
def own_client(tmp_path):
    engine = create_async_engine(f"sqlite+aiosqlite:///{tmp_path}/books.db")
    with TestClient(make_app(engine)) as client:
        yield client
