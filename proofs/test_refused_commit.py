"""Facts about a COMMIT that SQLite refuses: what it held is stored later, unless rolled back."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.orm import Session
from sqlalchemy.pool import AsyncAdaptedQueuePool, StaticPool

from contract_tests.databases import Database, provide
from contract_tests.databases.driver_errors import why_commit_is_safe
from contract_tests.databases.sqlite.commit import refusing_commit
from contract_tests.instruments.attribution import current
from contract_tests.instruments.call_interceptor import Call, CallInterceptor
from contract_tests.instruments.exchange import Exchange, Request

Story = Callable[[AsyncEngine], Awaitable[None]]


class Refusal:
    """Refuses the first COMMIT, and lets the others through."""

    def __init__(self) -> None:
        self.fired = 0

    def __call__(self, call: Call, proceed: Callable[[], Any]) -> Any:
        if call.kind == "commit" and not self.fired and call.connection is not None:
            self.fired += 1
            assert why_commit_is_safe(call.dialect, call.connection) == ""
            with refusing_commit(call.connection):
                return proceed()
        return proceed()


@pytest.fixture
def database() -> Iterator[Database]:
    """Give a file with one table."""
    with provide("sqlite") as server:
        made = server.make()
        with sqlite3.connect(str(made.url.database)) as connection:
            connection.execute("create table thing (word text)")
        connection.close()
        yield made


@pytest.fixture
def _request() -> Iterator[None]:
    """Play a service in the midst of a request."""
    token = current.set(Exchange(1, Request("POST", "/things")))
    yield
    current.reset(token)


def told(database: Database, story: Story) -> list[str]:
    """Let a story happen to the engine of a service; give the words that are stored then."""

    async def telling() -> list[str]:
        engine = create_async_engine(database.url, poolclass=AsyncAdaptedQueuePool)
        try:
            with CallInterceptor(Refusal()), pytest.raises(OperationalError) as refusal:
                await story(engine)
            assert getattr(refusal.value.orig, "sqlite_errorname", "") == "SQLITE_BUSY"
            async with AsyncSession(engine) as session, session.begin():
                await store(session, "later")
            async with engine.connect() as connection:
                return list(await connection.scalars(text("select word from thing order by word")))
        finally:
            await engine.dispose()

    return asyncio.run(telling())


async def store(session: AsyncSession, word: str) -> None:
    """Store a row, as a service would."""
    await session.execute(text("insert into thing values (:word)"), {"word": word})


@pytest.mark.usefixtures("_request")
def test_a_refused_commit_is_made_up_for_by_the_next(database: Database) -> None:
    """After a COMMIT that was never rolled back, the next request stores the refused row."""

    async def story(engine: AsyncEngine) -> None:
        async with AsyncSession(engine) as session:
            await store(session, "failed")
            await session.commit()

    assert told(database, story) == ["failed", "later"]


@pytest.mark.usefixtures("_request")
def test_a_block_that_commits_rolls_back(database: Database) -> None:
    """`session.begin()` rolls a refused COMMIT back: the row is never stored."""

    async def story(engine: AsyncEngine) -> None:
        async with AsyncSession(engine) as session, session.begin():
            await store(session, "failed")

    assert told(database, story) == ["later"]


def test_a_commit_that_is_tried_again_succeeds(database: Database) -> None:
    """The refusal is over with the block; it leaves the connection's patience as it was."""
    engine = create_engine(database.url.set(drivername="sqlite"))
    connection = engine.raw_connection()
    cursor = connection.cursor()
    cursor.execute("pragma busy_timeout = 1234")
    cursor.execute("insert into thing values ('kept')")
    with pytest.raises(sqlite3.OperationalError), refusing_commit(connection):
        connection.commit()
    connection.commit()
    assert cursor.execute("pragma busy_timeout").fetchone() == (1234,)
    connection.close()
    engine.dispose()


@pytest.mark.usefixtures("_request")
def test_a_sync_commit_is_refused(database: Database) -> None:
    """Python's own sqlite3 is refused in the same way."""
    engine = create_engine(database.url.set(drivername="sqlite"))
    with CallInterceptor(Refusal()), pytest.raises(OperationalError, match="database is locked"):
        _store_at_once(Session(engine), "failed")
    _store_at_once(Session(engine), "later")
    with engine.connect() as connection:
        assert list(connection.scalars(text("select word from thing"))) == ["failed", "later"]
    engine.dispose()


def _store_at_once(session: Session, word: str) -> None:
    with session:
        session.execute(text("insert into thing values (:word)"), {"word": word})
        session.commit()


@pytest.mark.parametrize(
    ("address", "reason"), [("file.db", "journal_mode=wal"), ("", "in memory")], ids=["wal", "ram"]
)
def test_what_cannot_be_refused_is_told(address: str, reason: str, tmp_path: Path) -> None:
    """With the write-ahead log, and in memory, no reader stands in the way."""
    place = f"/{tmp_path / address}" if address else ""
    engine = create_engine(f"sqlite://{place}", poolclass=StaticPool)
    with engine.connect() as connection:
        connection.execute(text("pragma journal_mode = wal"))
        assert reason in why_commit_is_safe(engine.dialect, connection.connection)
    engine.dispose()
