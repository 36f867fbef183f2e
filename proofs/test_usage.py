"""Facts about usage: what is seen of connections taken twice, on the loop, or in two tasks."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import sleep as by_name

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool, Pool

from contract_tests.instruments.attribution import current
from contract_tests.instruments.blocking_calls import CALLS
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


def sleep() -> None:
    """Wait in whatever thread this is."""
    time.sleep(0.001)


def listen() -> None:
    """Accept a connection, of which there is none yet."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.001)
        with suppress(TimeoutError):
            server.accept()


def pair() -> None:
    """Read what is there, in blocking mode."""
    one, other = socket.socketpair()
    with one, other:
        one.send(b".")
        other.recv(1)


def run_process() -> None:
    """Wait for a process to end."""
    subprocess.run([sys.executable, "-S", "-c", ""], check=True)


def go_on() -> None:
    """Do what waits for nobody."""
    time.sleep(0)
    one, other = socket.socketpair()
    with one, other, socket.socket(type=socket.SOCK_DGRAM) as line:
        other.setblocking(False)
        with suppress(BlockingIOError):
            other.recv(1)
        line.connect(("127.0.0.1", 9))
    Path(__file__).read_bytes()


def in_a_loop_of_its_own() -> None:
    """Wait on an event loop that no request is served by."""

    async def wait() -> None:
        sleep()

    asyncio.run(wait())


WAITS: dict[Callable[[], None], str] = {
    sleep: "time.sleep(0.001) at test_usage.py",
    listen: "a socket in blocking mode at test_usage.py",
    pair: "a socket in blocking mode at test_usage.py",
    run_process: "the end of a process at test_usage.py",
}


@pytest.mark.parametrize(("wait", "words"), WAITS.items())
def test_a_wait_on_the_loop_is_seen(wait: Callable[[], None], words: str, tmp_path: Path) -> None:
    """It is told once, with the line of the app."""

    async def act(_: AsyncEngine) -> None:
        wait()

    (line,) = used(act, tmp_path).blocking
    assert line.startswith(words)


@pytest.mark.parametrize("wait", [*WAITS, in_a_loop_of_its_own])
def test_a_wait_in_a_thread_is_nothing(wait: Callable[[], None], tmp_path: Path) -> None:
    """The loop goes on meanwhile, also where the thread has a loop of its own."""

    async def act(_: AsyncEngine) -> None:
        await asyncio.to_thread(wait)

    assert used(act, tmp_path).blocking == []


async def asyncio_waits(_: AsyncEngine) -> None:
    """Wait as one should: for time, a process, a server."""
    await asyncio.sleep(0.001)
    process = await asyncio.create_subprocess_exec(sys.executable, "-S", "-c", "")
    await process.wait()
    server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0)
    async with server:
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        assert await reader.read() == b""
        writer.close()


async def work(_: AsyncEngine) -> None:
    """Call what does not wait."""
    go_on()


@pytest.mark.parametrize("act", [asyncio_waits, work])
def test_what_holds_up_nobody_is_nothing(act: Act, tmp_path: Path) -> None:
    """Neither the loop's own ways to wait, nor datagrams, files and sockets that do not block."""
    assert used(act, tmp_path).blocking == []


def test_nothing_stays_in_the_place_of_a_function() -> None:
    """Also a name that was imported from its module, and a method that a class has inherited."""
    original, before = by_name, [vars(holder).get(name) for holder, name, _ in CALLS]
    with Usage():
        assert by_name is not original
    assert before == [vars(holder).get(name) for holder, name, _ in CALLS]
    assert by_name is original
