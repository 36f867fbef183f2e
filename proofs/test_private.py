"""What the kit takes from SQLAlchemy and the drivers without being offered it is still there."""

from __future__ import annotations

import asyncio
import gc
import importlib.util
import os
import sqlite3
import stat
from collections.abc import Callable, Iterator
from importlib.metadata import version
from typing import Any

import pytest
from greenlet import getcurrent, greenlet
from sqlalchemy import create_engine, event, text
from sqlalchemy.engine import URL, Connection, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool, PoolResetState, QueuePool

from contract_tests.databases import provide
from contract_tests.databases.connections import socket_number
from contract_tests.databases.driver_errors import lose_answer, sever
from contract_tests.databases.sqlite.private import ask_aiosqlite
from contract_tests.databases.threads import driver_threads, threads_ended
from contract_tests.instruments.private import (
    is_autocommit,
    is_garbage,
    is_in_commit,
    overflow_limit,
    set_wait,
)
from proofs.conftest import Servers

ASYNC = ("postgresql+asyncpg", "postgresql+psycopg", "mysql+aiomysql", "mysql+asyncmy")
SYNC = ("postgresql+psycopg", "postgresql+psycopg2", "mysql+pymysql")
NETWORKED = [(name, True) for name in ASYNC] + [(name, False) for name in SYNC]
BROKEN = {None, 2006, 2013}
"""What drivers say when the network broke; MySQL's: gone away, lost during the query."""


def lost(what: str, package: str = "SQLAlchemy") -> str:
    """The complaint: which version takes away what."""
    return f"{package} {version(package)} no longer {what}: see private.py"


@pytest.fixture(params=NETWORKED, ids=lambda p: f"{p[0]}-{'async' if p[1] else 'sync'}")
def driver(request: pytest.FixtureRequest) -> tuple[str, bool]:
    """Give the name of each networked driver that is installed, and whether it is async."""
    name, is_async = request.param
    module = name.partition("+")[2]
    if importlib.util.find_spec(module) is None:
        pytest.skip(f"{module} is not installed")
    return name, is_async


@pytest.fixture
def address(driver: tuple[str, bool], servers: Servers) -> Iterator[URL]:
    """Give the address of a new database, in the words of the driver."""
    vendor = driver[0].partition("+")[0]
    with provide(vendor, environ={**os.environ, **servers.environ(vendor)}) as server:
        yield server.make().url.set(drivername=driver[0])


async def _in_async(address: URL, act: Callable[[Connection], Any]) -> Any:
    engine = create_async_engine(address)
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(act)
    finally:
        await engine.dispose()


def connected(driver: tuple[str, bool], address: URL, act: Callable[[Connection], Any]) -> Any:
    """What `act` gives on a connection of this driver."""
    if driver[1]:
        return asyncio.run(_in_async(address, act))
    engine = create_engine(address)
    try:
        with engine.connect() as connection:
            return act(connection)
    finally:
        engine.dispose()


def number_of(error: Any, address: URL) -> int | None:
    """The number that MySQL's drivers give an error; the others have none."""
    return int(error.args[0]) if address.get_backend_name() == "mysql" else None


@pytest.mark.parametrize("isolation", [None, "AUTOCOMMIT"])
def test_an_engine_that_commits_by_itself_is_known(isolation: Any) -> None:
    """Also where the engine was made so, which no option of its connections tells."""
    engine = create_engine("sqlite://", isolation_level=isolation or "SERIALIZABLE")
    with engine.connect() as connection:
        seen = is_autocommit(connection)
    assert seen is bool(isolation), lost("tells whether a connection commits by itself")


def test_an_option_that_commits_by_itself_is_known() -> None:
    """The option of one connection counts as the engine's does."""
    with create_engine("sqlite://").connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT")
        assert is_autocommit(connection), lost("tells whether a connection commits by itself")


def resets(engine: Engine) -> list[bool]:
    """Collects whether each connection that comes back to the pool is garbage."""
    seen: list[bool] = []

    def reset(dbapi_connection: Any, record: Any, state: PoolResetState) -> None:
        seen.append(is_garbage(record, state))

    event.listen(engine, "reset", reset)
    return seen


def test_a_connection_from_the_garbage_is_told_from_a_returned_one() -> None:
    """A sync pool takes both back in the same way."""
    engine = create_engine("sqlite://", poolclass=QueuePool)
    seen = resets(engine)
    engine.connect().close()
    dropped: Connection | None = engine.connect()
    assert dropped is not None
    dropped = None
    gc.collect()
    engine.dispose()
    assert seen == [False, True], lost("tells that a connection was garbage")


def narrow_pool(**options: Any) -> QueuePool:
    """The pool of an engine that was made for one connection."""
    pool = create_engine("sqlite://", poolclass=QueuePool, pool_size=1, **options).pool
    assert isinstance(pool, QueuePool)
    return pool


def test_a_pool_shows_how_far_it_goes_beyond_its_size() -> None:
    """The limit it was made with is found in it."""
    limit = overflow_limit(narrow_pool(max_overflow=7))
    assert limit == 7, lost("shows the overflow of a pool")


def test_a_pool_waits_as_long_as_it_is_told_to() -> None:
    """It was made to wait for ever, and gives up at once."""
    pool = narrow_pool(max_overflow=0, pool_timeout=None)
    set_wait(pool, 0)
    lent = pool.connect()
    with pytest.raises(PoolTimeoutError):
        pool.connect()
    lent.close()
    pool.dispose()


@pytest.mark.parametrize("act", [overflow_limit, lambda pool: set_wait(pool, 0)])
def test_a_pool_of_another_kind_is_named(act: Callable[[Any], object]) -> None:
    """A pool that has no such thing is no queue."""
    with pytest.raises(LookupError, match="NullPool no longer has"):
        act(create_engine("sqlite://", poolclass=NullPool).pool)


def test_the_drivers_thread_answers() -> None:
    """A question reaches the sqlite3 connection inside of aiosqlite's."""

    async def ask() -> str:
        engine = create_async_engine("sqlite+aiosqlite://")
        async with engine.connect() as connection:
            raw = (await connection.get_raw_connection()).driver_connection
            answer = await ask_aiosqlite(raw, lambda c: c.execute("SELECT 'deep'").fetchone()[0])
        await engine.dispose()
        return str(answer)

    assert asyncio.run(ask()) == "deep", lost("answers in its thread", "aiosqlite")


def test_a_drivers_thread_is_known_and_ends_before_its_loop() -> None:
    """A connection that nobody closes has a thread; what was known before is not waited for."""

    async def ask() -> tuple[int, int]:
        known = driver_threads()
        engine = create_async_engine("sqlite+aiosqlite://")
        async with engine.connect():
            during = len(driver_threads() - known)
        await engine.dispose()
        await threads_ended(known, 10)
        return during, len(driver_threads() - known)

    assert asyncio.run(ask()) == (1, 0), lost("shows the thread of a connection", "aiosqlite")


def test_a_driver_without_a_socket_is_named() -> None:
    """What does not show its socket is said to, by its class."""
    with pytest.raises(LookupError, match=r"sqlite3\.Connection no longer shows its socket"):
        socket_number(sqlite3.connect(":memory:"))


def test_a_driver_shows_its_socket(driver: tuple[str, bool], address: URL) -> None:
    """The number that is found is a socket's."""

    def mode(connection: Connection) -> int:
        return os.fstat(socket_number(connection.connection.driver_connection)).st_mode

    found = connected(driver, address, mode)
    assert stat.S_ISSOCK(found), lost("shows its socket", driver[0].partition("+")[2])


def test_a_severed_connection_fails_by_itself(driver: tuple[str, bool], address: URL) -> None:
    """The next statement meets the driver's own error, and SQLAlchemy knows what it means."""

    def fail(connection: Connection) -> DBAPIError:
        sever(connection.connection)
        with pytest.raises(DBAPIError) as caught:
            connection.execute(text("SELECT 1"))
        return caught.value

    error = connected(driver, address, fail)
    assert error.connection_invalidated, lost(f"knows a broken connection of {driver[0]}")
    assert number_of(error.orig, address) in BROKEN


def test_a_lost_answer_is_an_error_of_the_driver(driver: tuple[str, bool], address: URL) -> None:
    """The driver finds out that the network is gone, although the work is done."""

    def fail(connection: Connection) -> bool:
        raw, dialect = connection.connection, connection.dialect
        dialect.do_commit(raw)
        with pytest.raises(dialect.loaded_dbapi.Error) as caught:
            lose_answer(raw)
        return bool(dialect.is_disconnect(caught.value, raw.dbapi_connection, None))

    assert connected(driver, address, fail), lost(f"knows a broken connection of {driver[0]}")


def test_a_commit_under_way_is_told() -> None:
    """While a task waits for it, and no longer."""

    async def ask() -> list[bool]:
        engine = create_async_engine("sqlite+aiosqlite://")
        strands: list[greenlet] = []
        event.listen(engine.sync_engine, "commit", lambda _: strands.append(getcurrent()))
        async with engine.connect() as connection:
            await connection.execute(text("SELECT 1"))
            committing = asyncio.create_task(connection.commit())
            await asyncio.sleep(0)
            seen = [is_in_commit(strands[0])]
            await committing
            seen.append(is_in_commit(strands[0]))
        await engine.dispose()
        return [*seen, is_in_commit(None)]

    assert asyncio.run(ask()) == [True, False, False], lost("commits in `do_commit`")
