"""What the reference app promises beyond the view of its contract."""

import asyncio
import logging
import sqlite3
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient, Response
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from reference_app import AppSettings, create_app
from reference_app.database import StartupError
from reference_app.engines import init_database
from reference_app.errors import status_of
from reference_app.schema import create_example_schema

ITEMS = "/api/v1/examples/database-example/"
Answer = TypeVar("Answer")

IN_MEMORY = AppSettings(database_url="sqlite+aiosqlite:///:memory:")


def run(app: FastAPI, act: Callable[[AsyncClient], Awaitable[Answer]]) -> Answer:
    """Start the app, act as its client, stop it."""

    async def scenario() -> Answer:
        transport = ASGITransport(app, raise_app_exceptions=False)
        async with (
            app.router.lifespan_context(app),
            AsyncClient(transport=transport, base_url="http://app") as client,
        ):
            return await act(client)

    return asyncio.run(scenario())


async def create(client: AsyncClient) -> Response:
    return await client.post(ITEMS, json={"name": "secret-name"})


async def names(client: AsyncClient) -> list[str]:
    return [item["name"] for item in (await client.get(ITEMS)).json()]


@pytest.fixture
def stored(tmp_path: Path) -> AppSettings:
    """Choose a file database whose pool has one connection and no patience."""
    return AppSettings(
        database_url=f"sqlite+aiosqlite:///{tmp_path}/items.db",
        database_pool_size=1,
        database_max_overflow=0,
        database_pool_timeout=0.01,
    )


def test_start_up_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """The line says that the lifespan ran."""
    caplog.set_level(logging.INFO, "reference_app")

    run(create_app(IN_MEMORY), names)

    assert caplog.messages == ["app.startup lifespan=startup"]


def test_an_unreachable_database_stops_the_start_with_its_reason() -> None:
    """The error is one line, shows where, and keeps the password."""
    settings = AppSettings(database_url="postgresql+asyncpg://app:secret@127.0.0.1:1/x")

    with pytest.raises(StartupError) as stopped:
        run(create_app(settings), names)

    line = str(stopped.value)
    assert line.startswith("cannot use postgresql+asyncpg://***@127.0.0.1:1/x: ConnectionRefused")
    assert "\n" not in line


def lasting(known: list[threading.Thread]) -> list[threading.Thread]:
    """The threads begun since that do not end by themselves; a moment is theirs to do so."""
    begun = [thread for thread in threading.enumerate() if thread not in known]
    for thread in begun:
        thread.join(5)
    return [thread for thread in begun if thread.is_alive()]


def test_stopping_leaves_nothing_behind(stored: AppSettings) -> None:
    """Every start ends with the threads and the state it began with."""
    app = create_app(stored)
    threads = threading.enumerate()

    run(app, create)
    run(app, create)

    assert lasting(threads) == []
    assert not hasattr(app.state, "sessions")


def test_a_failed_start_leaves_nothing_behind(tmp_path: Path) -> None:
    """The engine is disposed even when its schema cannot be made."""
    (tmp_path / "items.db").write_text("this is not a database, however long it may be" * 9)
    settings = AppSettings(database_url=f"sqlite+aiosqlite:///{tmp_path}/items.db")
    threads = threading.enumerate()

    with pytest.raises(StartupError, match="file is not a database"):
        run(create_app(settings), names)

    assert lasting(threads) == []


def test_a_replica_is_let_go_as_well(stored: AppSettings, tmp_path: Path) -> None:
    """A stop leaves no connection to it behind."""
    url = f"sqlite+aiosqlite:///{tmp_path}/replica.db"
    settings = stored.model_copy(update={"database_read_replica_url": url})
    with sqlite3.connect(tmp_path / "replica.db") as replica:
        replica.execute("CREATE TABLE example_items (id, name, description)")
    replica.close()
    threads = threading.enumerate()

    assert run(create_app(settings), names) == []

    assert lasting(threads) == []


def test_probes_cost_no_connection(stored: AppSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the pool is empty the app is alive and not ready; later the pool is whole."""
    monkeypatch.setattr("reference_app.health.READY_WITHIN", 0.05)
    app = create_app(stored.model_copy(update={"database_pool_timeout": 5}))

    async def probe(client: AsyncClient) -> list[int]:
        async with app.state.sessions() as session:
            await session.connection()
            probes = (client.get("/health/ready") for _ in range(9))
            answers = [await client.get("/health/live"), *await asyncio.gather(*probes)]
        answers += [await client.get("/health/ready"), await create(client)]
        return [answer.status_code for answer in answers]

    assert run(app, probe) == [200, *[503] * 9, 200, 201]


def test_two_apps_share_nothing() -> None:
    """An item of one app is unknown to another in the same process."""
    first, second = create_app(IN_MEMORY), create_app(IN_MEMORY)

    async def ask_second(client: AsyncClient) -> list[str]:
        await create(client)
        async with second.router.lifespan_context(second):
            transport = ASGITransport(second)
            async with AsyncClient(transport=transport, base_url="http://app") as other:
                return await names(other)

    assert run(first, ask_second) == []


def test_an_app_that_was_not_started_says_so() -> None:
    """A client without lifespan gets the way out instead of a missing attribute."""

    async def ask() -> Response:
        transport = ASGITransport(create_app(IN_MEMORY))
        async with AsyncClient(transport=transport, base_url="http://app") as client:
            return await client.get(ITEMS)

    with pytest.raises(RuntimeError, match="with TestClient"):
        asyncio.run(ask())


def test_workers_may_create_the_schema_at_once(tmp_path: Path) -> None:
    """Workers that start together take turns; none finds the table half made."""
    settings = AppSettings(database_url=f"sqlite+aiosqlite:///{tmp_path}/items.db")

    async def start_worker() -> None:
        engine = init_database(settings)
        try:
            await create_example_schema(engine)
        finally:
            await engine.dispose()

    async def start_workers() -> None:
        await asyncio.gather(*(start_worker() for _ in range(8)))

    asyncio.run(start_workers())


def test_a_database_failure_is_logged_with_its_operation(
    stored: AppSettings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Operators read what failed; the values stay out of the log."""

    async def create_while_locked(client: AsyncClient) -> Response:
        with sqlite3.connect(tmp_path / "items.db", isolation_level=None) as other:
            other.execute("BEGIN IMMEDIATE")
            answer = await create(client)
            other.execute("ROLLBACK")
        other.close()
        return answer

    answer = run(create_app(stored), create_while_locked)

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    line = f'database.error operation="POST {ITEMS}" error=OperationalError sqlstate=-'
    assert caplog.messages == [line]


def test_an_exhausted_pool_is_answered_503(stored: AppSettings) -> None:
    """Who waits longer than the pool timeout is asked to come again."""
    app = create_app(stored)

    async def create_while_pool_is_empty(client: AsyncClient) -> Response:
        async with app.state.sessions() as session:
            await session.connection()
            return await create(client)

    assert run(app, create_while_pool_is_empty).status_code == 503


def test_a_refused_commit_is_forgotten(stored: AppSettings, tmp_path: Path) -> None:
    """A write whose COMMIT failed is not stored by the next request."""

    async def create_while_read(client: AsyncClient) -> list[str]:
        await create(client)
        await create(client)
        other = sqlite3.connect(tmp_path / "items.db")
        unfinished = other.execute("SELECT * FROM example_items")
        unfinished.fetchone()
        refused = await client.post(ITEMS, json={"name": "refused"})
        unfinished.close()
        other.close()
        await client.post(ITEMS, json={"name": "next"})
        return [str(refused.status_code), *await names(client)]

    seen = run(create_app(stored), create_while_read)

    assert seen == ["503", "secret-name", "secret-name", "next"]


def test_requests_on_one_connection_do_not_undo_each_other() -> None:
    """In memory all sessions share a connection; a failing one spares the writes of others."""
    app = create_app(IN_MEMORY)

    async def create_among_failures(client: AsyncClient) -> int:
        missing = [client.patch(f"{ITEMS}999", json={"name": "x"}) for _ in range(9)]
        answers = await asyncio.gather(*(create(client) for _ in range(9)), *missing)
        created = sum(answer.status_code == 201 for answer in answers)
        return created - len(await names(client))

    assert run(app, create_among_failures) == 0


def test_a_wrong_method_is_told_all_right_ones() -> None:
    """Allow lists the methods of the path, not those of one of its routes."""
    answer = run(create_app(IN_MEMORY), lambda client: client.options(f"{ITEMS}1"))

    assert answer.headers["Allow"] == "DELETE, GET, HEAD, PATCH, PUT"


class DeadlockError(Exception):
    """What a driver raises when the server chose a victim."""

    sqlstate = "40P01"


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (409, IntegrityError("", {}, Exception())),
        (503, OperationalError("", {}, Exception())),
        (503, DBAPIError("", {}, DeadlockError())),
        (503, DBAPIError("", {}, Exception(), connection_invalidated=True)),
        (503, DeadlockError()),
        (503, PoolTimeoutError()),
        (503, ConnectionRefusedError()),
        (500, DBAPIError("", {}, Exception())),
        (500, OverflowError()),
    ],
)
def test_a_failure_blames_whom_it_may(status: int, error: Exception) -> None:
    """A conflict is 409, a passing trouble 503, the rest a defect."""
    assert status == status_of(error)
