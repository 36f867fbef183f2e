from __future__ import annotations

import httpx
import pytest
import pytest_asyncio
from bank import make_accounts, make_app
from sqlalchemy import event
from sqlalchemy.ext.asyncio import create_async_engine

runs: list[str] = []


@pytest.fixture(scope="session")
def anyio_backend():
    return "asyncio"


async def opened(path):
    engine = create_async_engine(f"sqlite+aiosqlite:///{path}/bank.db")
    connections = []
    event.listen(engine.sync_engine, "connect", lambda *given: connections.append(given))
    await make_accounts(engine)
    transport = httpx.ASGITransport(make_app(engine))
    async with httpx.AsyncClient(transport=transport, base_url="http://bank") as client:
        client.connections = connections
        yield client
    await engine.dispose()


@pytest.fixture
async def anyio_client(anyio_backend, tmp_path):
    async for client in opened(tmp_path):
        yield client


@pytest.fixture(scope="module")
async def module_client(anyio_backend, tmp_path_factory):
    """One client for all tests of a module: what a point has left is there in the next run."""
    runs.append("module")
    async for client in opened(tmp_path_factory.mktemp("bank")):
        yield client


@pytest_asyncio.fixture
async def strict_client(tmp_path):
    async for client in opened(tmp_path):
        yield client
