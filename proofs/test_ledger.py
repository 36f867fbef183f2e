"""The ledger sees every engine, attributes what it sees, and leaves nothing behind."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.util import await_only

from contract_tests.instruments.exchange import Exchange, Request
from contract_tests.instruments.recorder import Recorder
from contract_tests.service.transports.asgi import AsgiTransport
from contract_tests.service.transports.locate import App, Receive, Scope, Send

Act = Callable[[AsyncEngine], Awaitable[None]]
kept: list[AsyncConnection] = []
kept_tasks: list[asyncio.Task[None]] = []


async def tidy(engine: AsyncEngine) -> None:
    """Return the connection, all written rows committed."""
    async with engine.begin() as connection:
        await connection.execute(text("CREATE TABLE t (id INTEGER)"))
        await connection.execute(text("INSERT INTO t VALUES (1)"))


async def keeping(engine: AsyncEngine) -> None:
    """Keep the connection for ever."""
    kept.append(await engine.connect())


async def losing(engine: AsyncEngine) -> None:
    """Give the connection back to a pool that does not come to an end with it."""

    def never(*_: object) -> None:
        await_only(asyncio.Event().wait())

    connection = await engine.connect()
    event.listen(engine.sync_engine, "reset", never)
    kept_tasks.append(asyncio.create_task(connection.close()))


async def failing(engine: AsyncEngine) -> None:
    """Fail in the database, and return the connection all the same."""
    async with engine.connect() as connection:
        await connection.execute(text("SELECT nonsense FROM nowhere"))


async def abandoning(engine: AsyncEngine) -> None:
    """Leave a generator half-way, with its connection."""

    async def connections() -> AsyncIterator[AsyncConnection]:
        async with engine.connect() as connection:
            yield connection

    async for connection in connections():
        await connection.execute(text("SELECT 1"))
        break


def app_of(act: Act, engine: AsyncEngine) -> App:
    """The smallest app that does one thing with an engine."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await act(engine)
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b""})

    return app


async def exchanged(act: Act, **options: Any) -> Exchange:
    """One request to an app that does `act`."""
    engine = create_async_engine("sqlite+aiosqlite://", **options)
    with Recorder() as recorder:
        exchange = await AsgiTransport(app_of(act, engine), recorder).exchange(Request("GET", "/"))
    while kept:
        await kept.pop().close()
    await engine.dispose()
    assert recorder.faults == []
    return exchange


def kinds(exchange: Exchange) -> list[str]:
    """The kinds of its events, in order."""
    return [e.kind for e in exchange.events]


def test_a_tidy_request_is_seen_from_checkout_to_checkin() -> None:
    """BEGIN, SQL and COMMIT come in order, before the answer, and nothing is held.

    The pool rolls back whatever comes back to it.
    """
    exchange = asyncio.run(exchanged(tidy))
    assert kinds(exchange) == [
        "checkout",
        "begin",
        "sql",
        "sql",
        "commit",
        "rollback",
        "checkin",
        "response start",
        "response end",
        "returned",
    ]
    assert [e.text for e in exchange.writes] == ["INSERT INTO t VALUES (1)"]
    assert exchange.held == ()


def test_the_line_of_the_app_is_named() -> None:
    """Events carry the innermost line outside libraries, through SQLAlchemy's greenlets."""
    exchange = asyncio.run(exchanged(tidy))
    assert exchange.of("sql")[0].where.startswith("test_ledger.py:")
    assert exchange.of("sql")[0].where.endswith(" in tidy")


def test_a_kept_connection_is_held() -> None:
    """What nobody returned is described, with the line that took it."""
    exchange = asyncio.run(exchanged(keeping))
    assert len(exchange.held) == 1
    assert "in keeping" in exchange.held[0].frame


def test_a_connection_that_its_pool_loses_is_not_held() -> None:
    """The app has given it back: what becomes of it then is the library's."""
    exchange = asyncio.run(exchanged(losing))
    kept_tasks.clear()
    assert (len(exchange.lost), exchange.held) == (1, ())


def test_a_failure_that_returns_its_connection_is_not_held() -> None:
    """An error in the database is recorded; the connection is back."""
    exchange = asyncio.run(exchanged(failing))
    assert (exchange.status, exchange.held) == (500, ())
    assert "failed" in kinds(exchange)


def test_an_abandoned_generator_is_named() -> None:
    """Its connection comes back through the event loop, which nobody may count on."""
    exchange = asyncio.run(exchanged(abandoning))
    assert [e.text.split(" (")[0] for e in exchange.of("reclaimed")] == ["by closing connections"]


def test_an_autocommit_engine_commits_each_statement() -> None:
    """Without transactions a write is committed as it is executed."""
    exchange = asyncio.run(exchanged(tidy, isolation_level="AUTOCOMMIT"))
    assert [e.text for e in exchange.of("commit")][:2] == ["(autocommit)", "(autocommit)"]


def test_no_listener_stays_behind() -> None:
    """A ledger that was closed hears nothing of a later engine."""
    with Recorder() as recorder:
        pass
    asyncio.run(exchanged(tidy))
    assert (recorder.open, recorder.outside, len(recorder.engines)) == ({}, [], 0)


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO t",
        "with x as (select 1) update t set a=1",
        "(DELETE FROM t)",
        "  replace into t",
    ],
)
def test_a_statement_that_changes_rows_is_a_write(statement: str) -> None:
    """Verbs are read through white space, brackets and common table expressions."""
    exchange = Exchange(1, Request("GET", "/"))
    with Recorder() as recorder:
        recorder._write(exchange, "sql", 1, statement, "")
    assert [e.text for e in exchange.writes] == [statement]
