from __future__ import annotations

from bank import transfer
from sqlalchemy.ext.asyncio import AsyncSession

from contract_tests import disturbed, every_interleaving

AMOUNT = {"to": 2, "amount": 5}


async def another_transfer(client):
    await client.post("/transfer", json=AMOUNT)


async def another_lost_update(client):
    await client.post("/lost-update", json=AMOUNT)


async def another_service(engine):
    async with AsyncSession(engine) as session:
        await transfer(session, 2, 5)


async def nothing(client):
    await client.get("/nothing")


async def wrong(client):
    assert (await client.get("/balances")).json() == [1, 1]


@every_interleaving(another_transfer)
async def test_good(client, balances):
    await client.post("/transfer", json=AMOUNT)
    assert await balances() == [90, 10]


@every_interleaving(another_service)
async def test_region(engine, session, balances):
    async with disturbed(), AsyncSession(engine) as own:
        await transfer(own, 2, 5)
    assert await balances() == [90, 10]


@every_interleaving(another_lost_update)
async def test_lost_update(client, balances):
    await client.post("/lost-update", json=AMOUNT)
    assert await balances() == [90, 10]


@every_interleaving(nothing)
async def test_nothing(client, balances):
    await client.post("/transfer", json=AMOUNT)


@every_interleaving(wrong)
async def test_wrong(client):
    await client.post("/transfer", json=AMOUNT)


@every_interleaving(another_service)
async def test_unknown_fixture(client):
    await client.post("/transfer", json=AMOUNT)
