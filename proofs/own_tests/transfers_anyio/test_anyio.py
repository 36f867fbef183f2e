from __future__ import annotations

import pytest
from bank import kept

from contract_tests import every_cancellation, every_fault

AMOUNT = {"to": 2, "amount": 5}


async def total(client):
    return sum((await client.get("/balances")).json())


@every_fault
@every_cancellation
@pytest.mark.anyio
async def test_good(anyio_client):
    await anyio_client.post("/transfer", json=AMOUNT)
    assert await total(anyio_client) == 100


@pytest.mark.anyio
@every_cancellation
async def test_halves(anyio_client):
    await anyio_client.post("/halves", json=AMOUNT)
    assert await total(anyio_client) == 100


@pytest.mark.anyio
@every_fault
async def test_module(module_client):
    before = await total(module_client)
    await module_client.post("/transfer", json=AMOUNT)
    assert await total(module_client) == before


@pytest.mark.anyio
@every_cancellation
async def test_warm_module(module_client):
    before = len(module_client.connections)
    await module_client.post("/transfer", json=AMOUNT)
    assert len(module_client.connections) == before


@pytest.mark.asyncio
@every_fault
@every_cancellation
async def test_strict(strict_client):
    await strict_client.post("/transfer", json=AMOUNT)
    assert await total(strict_client) == 100


@every_cancellation
@pytest.mark.asyncio
async def test_strict_halves(strict_client):
    await strict_client.post("/halves", json=AMOUNT)
    assert await total(strict_client) == 100


@every_cancellation
@pytest.mark.asyncio
async def test_leak(strict_client):
    kept.clear()
    await strict_client.post("/leaking", json=AMOUNT)


def test_the_fixture_of_the_module_was_made_once():
    from conftest import runs

    assert runs == ["module"]
