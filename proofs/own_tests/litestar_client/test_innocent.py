from __future__ import annotations

import pytest
from library import make_app
from litestar.testing import TestClient, create_test_client
from sqlalchemy.ext.asyncio import create_async_engine


def test_a_client_of_the_module(client):
    assert client.post("/books").status_code == 201
    assert client.get("/books").json() == ["one"]


def test_a_function_in_a_thread(client):
    assert client.get("/slept-in-a-thread").text == "slept"


@pytest.mark.asyncio
async def test_an_async_client_in_memory(async_client):
    assert (await async_client.post("/books")).status_code == 201
    assert (await async_client.get("/books")).json() == ["one"]


def test_an_engine_of_its_own(tmp_path):
    engine = create_async_engine(f"sqlite+aiosqlite:///{tmp_path}/own.db")
    with TestClient(make_app(engine)) as client:
        assert client.post("/books").status_code == 201


def test_an_app_without_a_database():
    with create_test_client([]) as client:
        assert client.get("/nothing").status_code == 404


def test_tasks_that_the_shutdown_ends(own_client):
    assert own_client.get("/ticking").status_code == 200
