"""Each test meets one defect, which is not what it asks about."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
import urllib.request
from time import sleep

from shop import kept, wait_for_ever
from sqlalchemy import create_engine, text


async def test_before(client):
    assert (await client.get("/orders")).json() == []


async def test_leak(client):
    assert (await client.get("/leak")).json() == 0


async def test_between(client):
    assert (await client.get("/orders")).json() == []


async def test_late_commit(client):
    assert (await client.post("/late")).status_code == 201


async def test_late_commit_in_an_outer_transaction(client, session, app):
    from shop import get_committing

    async def given():
        yield session
        await session.commit()

    app.dependency_overrides[get_committing] = given
    assert (await client.post("/late")).status_code == 201


async def test_forgotten_commit(client):
    assert (await client.post("/forgotten")).status_code == 201


async def test_open_transaction_of_the_test(engine):
    connection = await engine.connect()
    kept.append(connection)
    await connection.execute(text("INSERT INTO orders (item) VALUES ('x')"))


async def test_dropped_connection(client):
    assert (await client.get("/dropped")).json() == 0


async def test_task_of_a_request(client):
    assert (await client.get("/started")).json() == "started"


async def test_task_of_the_test():
    kept.append(asyncio.create_task(wait_for_ever()))


async def test_blocking_driver(app, client, tmp_path):
    blocking = create_engine(f"sqlite:///{tmp_path}/shop.db")

    @app.get("/blocked")
    async def blocked() -> int:
        with blocking.connect() as connection:
            return connection.execute(text("SELECT 1")).scalar_one()

    assert (await client.get("/blocked")).json() == 1
    blocking.dispose()


async def test_sleep(app, client):
    @app.get("/slept")
    async def slept() -> str:
        sleep(0.001)
        return "slept"

    assert (await client.get("/slept")).json() == "slept"


async def test_sleep_of_a_module(app, client):
    @app.get("/slept")
    async def slept() -> str:
        time.sleep(0.001)
        return "slept"

    assert (await client.get("/slept")).json() == "slept"


async def test_blocking_client(app, client, server):
    @app.get("/asked")
    async def asked() -> str:
        with urllib.request.urlopen(server) as answer:
            return answer.read().decode()

    assert (await client.get("/asked")).json() == "answered"


async def test_process(app, client):
    @app.get("/ran")
    async def ran() -> int:
        return subprocess.run([sys.executable, "-S", "-c", ""], check=True).returncode

    assert (await client.get("/ran")).json() == 0


async def test_after(client):
    assert (await client.get("/orders")).json() == []
