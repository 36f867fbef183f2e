from __future__ import annotations

import pytest
from bank import read_balances, transfer

from contract_tests import disturbed, every_cancellation, every_fault

AMOUNT = {"to": 2, "amount": 5}


@every_fault
async def test_halves(client, balances):
    await client.post("/halves", json=AMOUNT)
    assert await balances() in ([100, 0], [95, 5])


@every_cancellation
async def test_halves_cancelled(client, balances):
    await client.post("/halves", json=AMOUNT)
    assert await balances() in ([100, 0], [95, 5])


@every_fault
async def test_leak(client):
    await client.post("/leaking", json=AMOUNT)


@every_cancellation
async def test_leak_cancelled(client):
    await client.post("/leaking", json=AMOUNT)


@every_fault
async def test_no_database_call(client):
    assert (await client.get("/nothing")).json() == "nothing"


@every_fault
async def test_fails_anyway(client, balances):
    await client.post("/transfer", json=AMOUNT)
    assert await balances() == [1, 1]


@pytest.mark.xfail(strict=True)
@every_fault
async def test_known(client, balances):
    await client.post("/halves", json=AMOUNT)
    assert await balances() in ([100, 0], [95, 5])


struck: list[int] = []
runs: list[int] = []


@every_fault
async def test_now_and_then(client):
    response = await client.post("/transfer", json=AMOUNT)
    if response.status_code == 503:
        struck.append(1)
    assert len(struck) != 2


@every_fault
async def test_afterwards(client):
    await client.post("/transfer", json=AMOUNT)
    runs.append(1)
    assert len(runs) < 5


@every_cancellation
async def test_within(within):
    async with disturbed():
        await transfer(within, 2, 5)
    await within.rollback()
    assert sum(await read_balances(within)) == 100


@every_fault
async def test_broken_fixture(client, tearing):
    await client.post("/transfer", json=AMOUNT)


@every_cancellation
async def test_in_memory(memory):
    await memory.post("/transfer", json=AMOUNT)
    assert (await memory.get("/balances")).status_code == 200
