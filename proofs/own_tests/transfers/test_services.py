from __future__ import annotations

import asyncio

from bank import kept, read_balances, transfer, transfer_in_halves
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from contract_tests import disturbed, every_cancellation, every_fault


@every_fault
@every_cancellation
async def test_good(engine, session):
    before = await read_balances(session)
    await session.rollback()
    with disturbed() as region:
        async with AsyncSession(engine) as own:
            await transfer(own, 2, 5)
    after = await read_balances(session)
    assert after in (before, [95, 5])
    if region.error is None:
        assert after == [95, 5]


@every_fault
async def test_within(within):
    async with disturbed():
        await transfer(within, 2, 5)
    await within.rollback()
    assert sum(await read_balances(within)) == 100


@every_fault
async def test_halves_within(within):
    async with disturbed():
        await transfer_in_halves(within, 2, 5)
    await within.rollback()
    assert sum(await read_balances(within)) == 100


@every_fault
async def test_halves(engine, session):
    async with disturbed(), AsyncSession(engine) as own:
        await transfer_in_halves(own, 2, 5)
    assert sum(await read_balances(session)) == 100


@every_cancellation
async def test_halves_cancelled(engine, session):
    async with disturbed(), AsyncSession(engine) as own:
        await transfer_in_halves(own, 2, 5)
    assert sum(await read_balances(session)) == 100


@every_cancellation
async def test_leak(engine):
    async with disturbed():
        session = AsyncSession(engine)
        kept.append(session)
        await transfer(session, 2, 5)
        await session.execute(text("SELECT 1"))
        await asyncio.sleep(0)
        await session.close()


@every_fault
async def test_a_region_alone_is_disturbed(client, session):
    assert (await client.post("/transfer", json={"to": 2, "amount": 5})).status_code == 200
    with disturbed() as region:
        await read_balances(session)
    assert region.error is None or isinstance(region.error, DBAPIError)


@every_fault
async def test_a_request_in_a_region(client):
    with disturbed():
        response = await client.post("/halves", json={"to": 2, "amount": 5})
    assert response.status_code in {200, 503}


@every_cancellation
async def test_a_cancelled_request_in_a_region(client):
    seen = set()
    with disturbed():
        response = await client.post("/transfer", json={"to": 2, "amount": 5})
        seen.add(response.status_code)
    assert seen in ({200}, {499})
