from __future__ import annotations

import asyncio

import pytest
from shop import kept, wait_for_ever
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

pytestmark = pytest.mark.anyio


async def test_before(client):
    assert (await client.get("/orders")).json() == []


async def test_late_commit(client):
    assert (await client.post("/late")).status_code == 201


async def test_leak(client):
    assert (await client.get("/leak")).json() == 1


async def test_between(client):
    assert (await client.get("/orders")).json() == ["late"]


async def test_task():
    kept.append(asyncio.create_task(wait_for_ever()))


@pytest.fixture
async def careless(engine):
    session = AsyncSession(engine)
    await session.execute(text("SELECT 1"))
    kept.append(session)
    return session


async def test_leak_of_a_fixture(careless):
    careless.expunge_all()


async def test_after(client):
    assert (await client.get("/orders")).json() == ["late"]
