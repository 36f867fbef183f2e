from __future__ import annotations

import pytest

from contract_tests import every_cancellation, every_fault

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
