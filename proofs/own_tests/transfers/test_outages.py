from __future__ import annotations

import pytest
from bank import read_balances, transfer
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from contract_tests import commit_refused, database_down, pool_exhausted

AMOUNT = {"to": 2, "amount": 5}


@pytest.mark.parametrize("outage", [commit_refused, database_down, pool_exhausted])
async def test_an_outage_is_answered_with_503_and_leaves_nothing(client, balances, outage):
    with outage() as refusals:
        response = await client.post("/transfer", json=AMOUNT)
    assert response.status_code == 503
    assert refusals.refused
    assert await balances() == [100, 0]
    assert (await client.post("/transfer", json=AMOUNT)).status_code == 200


async def test_async_with(session):
    with pytest.raises(OperationalError):
        async with database_down():
            await transfer(session, 2, 5)
    await session.rollback()
    assert await read_balances(session) == [100, 0]


async def test_a_released_savepoint_is_a_commit(within):
    await within.commit()
    with pytest.raises(OperationalError):
        async with commit_refused():
            await transfer(within, 2, 5)
    await within.rollback()
    assert await read_balances(within) == [100, 0]


async def test_the_words_of_the_pool(engine):
    with pytest.raises(PoolTimeout, match="limit of size 5 overflow 10 reached"), pool_exhausted():
        await engine.connect()


async def test_no_commit(client):
    with commit_refused():
        await client.get("/balances")


async def test_no_call(client):
    with database_down():
        await client.get("/nothing")


async def test_no_limit(client):
    with pool_exhausted():
        await client.get("/nothing")


async def test_no_limited_pool(unlimited):
    with pool_exhausted():
        async with unlimited.connect():
            pass
