"""Facts about recordings: what a team's test is told of its requests and statements."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import create_engine, text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.pool import StaticPool

from contract_tests import Recording, recording

INSERT = text("INSERT INTO t VALUES (1)")
kept: list[AsyncSession] = []

Act = Callable[[httpx.AsyncClient, AsyncEngine], Awaitable[Recording]]


def app_of(engine: AsyncEngine, given: AsyncSession | None = None) -> FastAPI:
    """An app that writes, and commits before its answer, after it, or never."""
    app = FastAPI()

    @app.post("/{when}")
    async def write(when: str) -> str:
        session = given or AsyncSession(engine)
        await session.execute(INSERT)
        if when == "early":
            await session.commit()
        if when == "kept":
            kept.append(session)
        elif given is None:
            await session.close()
        return when

    return app


def recorded_by(act: Act, *, is_within: bool = False) -> Recording:
    """Record an act of a test, maybe with a transaction around it."""

    async def run() -> Recording:
        engine = create_async_engine("sqlite+aiosqlite://", poolclass=StaticPool)
        async with engine.begin() as connection:
            await connection.execute(text("CREATE TABLE t (a INTEGER)"))
        async with AsyncExitStack() as stack:
            given = None
            if is_within:
                connection = await stack.enter_async_context(engine.begin())
                given = AsyncSession(connection, join_transaction_mode="create_savepoint")
                stack.push_async_callback(given.close)
            transport = httpx.ASGITransport(app_of(engine, given))
            async with httpx.AsyncClient(transport=transport, base_url="http://t") as client:
                seen = await act(client, engine)
            while kept:
                await kept.pop().close()
        await engine.dispose()
        return seen

    return asyncio.run(run())


async def writing_early(client: httpx.AsyncClient, engine: AsyncEngine) -> Recording:
    """Send a request that commits before its answer."""
    async with recording() as seen:
        response = await client.post("/early")
    seen.assert_committed_before(response)
    seen.assert_committed_before_answer()
    return seen


def test_a_request_is_recorded() -> None:
    """Its statements are there without BEGIN and COMMIT, and its connection is back."""
    seen = recorded_by(writing_early)
    assert seen.statements == ("INSERT INTO t VALUES (1)",)
    assert [str(request) for request in seen.requests] == ["POST /early -> 200"]
    assert [loan.is_out for loan in seen.connections] == [False]
    assert seen.connections[0].where.endswith(" in write")


def test_a_released_savepoint_is_a_commit() -> None:
    """A fixture has begun a transaction around the test, and ends it with a rollback."""
    seen = recorded_by(writing_early, is_within=True)
    assert "COMMIT          (of the session; the transaction around it" in seen.timeline()


def test_a_commit_that_never_came_fails() -> None:
    """The failure has the rule, and points at the write."""

    async def act(client: httpx.AsyncClient, engine: AsyncEngine) -> Recording:
        with recording() as seen:
            await client.post("/never")
        return seen

    with pytest.raises(AssertionError, match=r"(?s)SES-12 .*its COMMIT never came.*>>>> conn"):
        recorded_by(act).assert_committed_before_answer()


def test_a_connection_that_stays_out_is_told() -> None:
    """It is out for as long as nobody has returned it."""

    async def act(client: httpx.AsyncClient, engine: AsyncEngine) -> Recording:
        with recording() as seen:
            await client.post("/kept")
        assert [loan.is_out for loan in seen.connections] == [True]
        return seen

    seen = recorded_by(act)
    assert [loan.is_out for loan in seen.connections] == [False]


def test_a_recording_of_reads_knows_nothing_of_a_commit() -> None:
    """What was not seen is not said to be well."""
    with recording() as seen:
        pass
    with pytest.raises(AssertionError, match=r"nothing was written, .*: no request was sent"):
        seen.assert_committed_before_answer()


def test_a_response_of_another_recording_is_refused() -> None:
    """The requests that it could be are listed."""

    async def act(client: httpx.AsyncClient, engine: AsyncEngine) -> Recording:
        before = await client.post("/early")
        async with recording() as seen:
            await client.post("/early")
        with pytest.raises(AssertionError, match="of no request of this recording: POST /early"):
            seen.assert_committed_before(before)
        return seen

    recorded_by(act)


def test_requests_at_once_have_their_own_statements() -> None:
    """Each event belongs to the request whose task caused it."""

    async def act(client: httpx.AsyncClient, engine: AsyncEngine) -> Recording:
        async with recording() as seen:
            await asyncio.gather(client.post("/one"), client.post("/other"))
        return seen

    seen = recorded_by(act)
    assert [len(request.of("sql")) for request in seen.requests] == [1, 1]


def test_work_without_a_request_is_recorded() -> None:
    """A service function that is given a session needs no app."""
    engine = create_engine("sqlite://")
    with recording() as seen, engine.connect() as connection:
        connection.execute(text("SELECT 1"))
    with engine.connect() as connection:
        connection.execute(text("SELECT 2"))
    engine.dispose()
    assert seen.statements == ("SELECT 1",)
    assert seen.timeline().splitlines()[0] == "outside of any request"


def test_an_inner_recording_is_a_part_of_the_outer_one() -> None:
    """Each tells what happened in its own block."""
    engine = create_engine("sqlite://")
    with engine.connect() as connection, recording() as outer:
        connection.execute(text("SELECT 1"))
        with recording() as inner:
            connection.execute(text("SELECT 2"))
    engine.dispose()
    assert outer.statements == ("SELECT 1", "SELECT 2")
    assert inner.statements == ("SELECT 2",)


def test_nothing_stays_behind() -> None:
    """The function of the client is its own again."""
    before = httpx.ASGITransport.handle_async_request
    with recording():
        assert httpx.ASGITransport.handle_async_request is not before
    assert httpx.ASGITransport.handle_async_request is before
