"""Facts about usage: what is seen of connections taken twice, on the loop, or in two tasks."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool, Pool

from contract_tests.instruments.attribution import current
from contract_tests.instruments.exchange import Exchange, Request
from contract_tests.instruments.recorder import Recorder
from contract_tests.instruments.usage import Usage

Act = Callable[[AsyncEngine], Awaitable[object]]
ONE = text("SELECT 1")


@contextmanager
def served() -> Iterator[None]:
    """Let what is done in the block be done for a request."""
    token = current.set(Exchange(1, Request("GET", "/")))
    try:
        yield
    finally:
        current.reset(token)


def used(act: Act, folder: Path, pool: type[Pool] | None = None) -> Usage:
    """How an act for one request used its connections."""

    async def run() -> None:
        engine = create_async_engine(f"sqlite+aiosqlite:///{folder}/some.db", poolclass=pool)
        await act(engine)
        await engine.dispose()

    with Recorder(), Usage() as usage, served():
        asyncio.run(run())
    assert usage.faults == []
    return usage


async def two_at_once(engine: AsyncEngine) -> None:
    """Take a connection while another is out."""
    async with engine.connect(), engine.connect():
        pass


async def one_after_the_other(engine: AsyncEngine) -> None:
    """Take a connection when the other is back."""
    for _ in range(2):
        async with engine.connect() as connection:
            await connection.execute(ONE)


async def in_two_tasks(engine: AsyncEngine) -> None:
    """Ask one connection in two tasks at the same time."""
    async with engine.connect() as connection:
        await asyncio.gather(connection.execute(ONE), connection.execute(ONE))


async def in_tasks_by_turns(engine: AsyncEngine) -> None:
    """Ask one connection in two tasks, of which the first has failed when the second begins."""
    async with engine.connect() as connection:
        await asyncio.gather(connection.execute(text("nonsense")), return_exceptions=True)
        await asyncio.create_task(connection.execute(ONE))


def test_two_connections_of_one_pool_are_seen(tmp_path: Path) -> None:
    """The line names both places."""
    (line,) = used(two_at_once, tmp_path).doubled
    assert line.count("in two_at_once") == 2


@pytest.mark.parametrize("act", [one_after_the_other, in_two_tasks, in_tasks_by_turns])
def test_one_connection_at_a_time_is_nothing(act: Act, tmp_path: Path) -> None:
    """Neither one that came back, nor one for two tasks, is a second connection."""
    assert used(act, tmp_path).doubled == []


def test_two_connections_without_a_bound_are_nothing(tmp_path: Path) -> None:
    """A pool that keeps none cannot run out."""
    assert used(two_at_once, tmp_path, NullPool).doubled == []


def test_two_tasks_on_one_connection_are_seen(tmp_path: Path) -> None:
    """The second statement is told, and the one that was running."""
    (line,) = used(in_two_tasks, tmp_path).overlapping
    assert line.count("SELECT 1") == 2


@pytest.mark.parametrize("act", [two_at_once, one_after_the_other, in_tasks_by_turns])
def test_one_statement_after_the_other_is_nothing(act: Act, tmp_path: Path) -> None:
    """A statement is over when it has ended, well or not."""
    assert used(act, tmp_path).overlapping == []


def test_a_blocking_driver_is_seen_on_the_loop_only(tmp_path: Path) -> None:
    """What runs in a thread holds up nobody."""
    engine = create_engine(f"sqlite:///{tmp_path}/some.db")

    def ask() -> None:
        with engine.connect() as connection:
            connection.execute(ONE)

    async def in_a_thread(_: AsyncEngine) -> None:
        await asyncio.to_thread(ask)

    async def on_the_loop(_: AsyncEngine) -> None:
        ask()

    assert used(in_a_thread, tmp_path).blocking == []
    assert len(used(on_the_loop, tmp_path).blocking) == 1
    engine.dispose()


def test_an_async_driver_blocks_nothing(tmp_path: Path) -> None:
    """Its statements run on the loop and wait elsewhere."""
    assert used(one_after_the_other, tmp_path).blocking == []
