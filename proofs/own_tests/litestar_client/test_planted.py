from __future__ import annotations

import pytest


def test_before(client):
    assert client.get("/books").json() == []


def test_leak(client):
    assert client.get("/leak").json() == 0


def test_late_commit(client):
    assert client.post("/late").status_code == 201


def test_forgotten_commit(client):
    assert client.post("/forgotten").status_code == 201


def test_task(client):
    assert client.get("/started").text == "started"


def test_open_transaction(client):
    assert client.post("/open").status_code == 201


def test_after_an_open_transaction(client):
    assert client.post("/undone").status_code == 201


def test_sleep(client):
    assert client.get("/slept").text == "slept"


@pytest.mark.asyncio
async def test_leak_of_an_async_client(async_client):
    assert (await async_client.get("/leak")).json() == 0


def test_after(client):
    assert client.get("/books").status_code == 200
