from __future__ import annotations

import pytest

from contract_tests import every_cancellation, every_fault

AMOUNT = {"to": 2, "amount": 5}


@every_fault
@every_cancellation
async def test_transfer_is_all_or_nothing(client, balances):
    before = await balances()
    await client.post("/transfer", json=AMOUNT)
    assert await balances() in (before, [95, 5])


@pytest.mark.parametrize("amount", [5, 10])
@every_fault
async def test_amounts(client, balances, amount):
    await client.post("/transfer", json={"to": 2, "amount": amount})
    assert sum(await balances()) == 100


@every_fault
async def test_reading(client, balances):
    assert (await client.get("/balances")).status_code in {200, 503}


@every_fault
async def test_an_app_that_is_given_the_session_of_a_fixture(joined):
    await joined.post("/transfer", json=AMOUNT)
    assert sum((await joined.get("/balances")).json()) == 100


@every_fault
async def test_a_skipped_one(client):
    pytest.skip("later")
