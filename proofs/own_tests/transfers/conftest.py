from __future__ import annotations

import httpx
import pytest
from bank import make_accounts, make_app
from sqlalchemy.ext.asyncio import create_async_engine


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
