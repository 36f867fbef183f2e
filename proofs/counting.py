"""A service with a number that every request adds one to: the ways to do it, right and wrong."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import create_engine, text
from sqlalchemy.engine import Engine
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from contract_tests.databases import Database
from contract_tests.instruments.exchange import Exchange, Request
from contract_tests.instruments.recorder import Recorder
from contract_tests.instruments.scheduler import Scheduler
from contract_tests.scenarios.concurrency.schedules import depth_first
from contract_tests.service.transports.asgi import AsgiTransport
from contract_tests.service.transports.locate import App, Receive, Scope, Send

Add = Callable[[AsyncEngine], Awaitable[None]]
AddInThread = Callable[[Engine], None]
Run = Callable[[Coroutine[Any, Any, Any]], Any]
READ = text("select n from counter")
READ_LOCKED = text("select n from counter for update")
WRITE = text("update counter set n = :n")
ONE_MORE = text("update counter set n = n + 1")
ADD = Request("POST", "/add")


async def read_then_write(engine: AsyncEngine) -> None:
    """Forget what others add between the two."""
    async with engine.begin() as connection:
        n = await connection.scalar(READ)
        await connection.execute(WRITE, {"n": n + 1})


async def read_for_update(engine: AsyncEngine) -> None:
    """Keep others out from the read on."""
    async with engine.begin() as connection:
        n = await connection.scalar(READ_LOCKED)
        await connection.execute(WRITE, {"n": n + 1})


async def add_at_once(engine: AsyncEngine) -> None:
    """Let the database add."""
    async with engine.begin() as connection:
        await connection.execute(ONE_MORE)


async def add_at_once_twice(engine: AsyncEngine) -> None:
    """Make two transactions at the same time."""
    await asyncio.gather(add_at_once(engine), add_at_once(engine))


async def add_then_fail(engine: AsyncEngine) -> None:
    """Have an error when the number is stored."""
    await add_at_once(engine)
    raise RuntimeError("no answer")


async def do_nothing(engine: AsyncEngine) -> None:
    """Answer without the database."""


async def add_and_undo(engine: AsyncEngine) -> None:
    """Add, and take it back."""
    async with engine.connect() as connection:
        await connection.execute(ONE_MORE)
        await connection.rollback()


def read_then_write_in_thread(engine: Engine) -> None:
    """Forget what others add between the two, in a worker thread."""
    with engine.begin() as connection:
        n = connection.scalar(READ)
        connection.execute(WRITE, {"n": (n or 0) + 1})


@dataclass(frozen=True)
class Outcome:
    """What came of requests sent in one schedule."""

    turns: Scheduler
    exchanges: list[Exchange]
    n: int

    @property
    def schedule(self) -> str:
        """The schedule as it was."""
        return self.turns.taken

    @property
    def following(self) -> str | None:
        """The schedule after this one."""
        return self.turns.following

    @property
    def told(self) -> tuple[str, str, list[int | None], int]:
        """All that a replay has to bring about again."""
        statuses = [exchange.status for exchange in self.exchanges]
        return self.schedule, self.turns.story, statuses, self.n


class Counter:
    """The service, on a loop of its own."""

    def __init__(self, run: Run, database: Database, add: Callable[[], Awaitable[None]]) -> None:
        self.database = database
        self.run = run
        self._ledger = Recorder()
        self._target = AsgiTransport(app_of(add), self._ledger)

    def send(self, schedule: str, requests: int = 2) -> Outcome:
        """Send requests together in one schedule, on a counter at 0."""
        self.run(self.database.restore())
        with self._ledger, Scheduler(schedule, self.database) as turns:
            exchanges = self.run(self._target.together([ADD] * requests, turns=turns))
        (((n,),),) = self.run(self.database.contents()).values()
        assert isinstance(n, int)
        return Outcome(turns, exchanges, n)

    def every(self, requests: int = 2, most: int = 100) -> list[Outcome]:
        """Send requests together in every schedule."""
        return list(depth_first(partial(self.send, requests=requests), most))


@contextmanager
def counting(database: Database, add: Add, **options: Any) -> Iterator[Counter]:
    """A warm service with an async engine."""
    engine = create_async_engine(database.url, **options)
    with asyncio.Runner() as runner:
        runner.run(_make(engine))
        runner.run(database.remember())
        yield Counter(runner.run, database, lambda: add(engine))
        runner.run(engine.dispose())
        runner.run(database.close())


@contextmanager
def counting_in_threads(database: Database, add: AddInThread) -> Iterator[Counter]:
    """A warm service with a sync engine, used in worker threads."""
    engine = create_engine(database.placeholders()["url_sync"])
    with counting(database, do_nothing) as counter, engine.connect() as connection:
        connection.execute(READ)
        connection.rollback()
        yield Counter(counter.run, database, lambda: asyncio.to_thread(add, engine))
    engine.dispose()


def app_of(add: Callable[[], Awaitable[None]]) -> App:
    """The smallest app that adds."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await add()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    return app


async def _make(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await connection.execute(text("create table counter (n integer)"))
        await connection.execute(text("insert into counter values (0)"))
