"""Apps that do not end well, or take others with them."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import AbstractAsyncContextManager, suppress
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Request
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from proofs.broken import breaks
from proofs.broken.replacing import with_service
from proofs.broken.starting import around, opening
from reference_app.database import get_async_session, get_async_sessionmaker
from reference_app.models import ExampleItem
from reference_app.schema import create_example_schema
from reference_app.service import ExampleItemService

Usual = AbstractAsyncContextManager[object]
Sessionmaker = Annotated[async_sessionmaker[AsyncSession], Depends(get_async_sessionmaker)]

METRICS = threading.Thread(target=threading.Event().wait, name="metrics")
ENGINES: list[AsyncEngine] = []
SHARED: dict[str, async_sessionmaker[AsyncSession]] = {}


@breaks("LIF-01", says="open, made at schema.py")
def engine_never_disposed() -> FastAPI:
    """The shutdown forgets the engine, whose pool keeps its connections."""
    return opening(create_example_schema, disposes=False)


@breaks("LIF-02", says="1 running")
def task_never_cancelled() -> FastAPI:
    """A background task is begun at start-up, and nobody ends it."""

    async def lifespan(app: FastAPI, usual: Usual) -> AsyncIterator[None]:
        app.state.heartbeat = asyncio.create_task(asyncio.Event().wait())
        async with usual:
            yield

    return around(lifespan)


Beat = Callable[[async_sessionmaker[AsyncSession], asyncio.Event], Coroutine[Any, Any, None]]


def beside(beat: Beat, *, cancels: bool) -> FastAPI:
    """The reference app with a task beside it, which has asked the database when requests come."""

    async def lifespan(app: FastAPI, usual: Usual) -> AsyncIterator[None]:
        async with usual:
            has_asked = asyncio.Event()
            app.state.task = asyncio.create_task(beat(app.state.sessions, has_asked))
            await has_asked.wait()
            yield
            if cancels:
                app.state.task.cancel()

    return around(lifespan)


@breaks("LIF-09", says="time.sleep(60), started at lifespan.py", databases=("sqlite",))
def thumbnails_in_processes() -> FastAPI:
    """Each create starts a process that makes a thumbnail, and nobody waits for its end."""

    def draw() -> None:
        subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])

    class Drawing(ExampleItemService):
        async def create(self, values: Mapping[str, Any]) -> ExampleItem:
            draw()
            return await super().create(values)

    return with_service(Drawing)


@breaks("LIF-08", says="still running: heartbeat_outlives")
def heartbeat_outlives_the_shutdown() -> FastAPI:
    """A task asks the database whether it is there, and nobody ends it."""

    async def heartbeat(
        sessions: async_sessionmaker[AsyncSession], has_asked: asyncio.Event
    ) -> None:
        async with sessions() as session:
            await session.execute(text("SELECT 1"))
        has_asked.set()
        await asyncio.Event().wait()

    return beside(heartbeat, cancels=False)


@breaks("LIF-08", says="still running: worker_swallows_its_end")
def worker_swallows_its_end() -> FastAPI:
    """A worker is cancelled at the shutdown, takes that for a failed job, and goes on."""

    async def worker(sessions: async_sessionmaker[AsyncSession], has_asked: asyncio.Event) -> None:
        while True:
            with suppress(asyncio.CancelledError):
                async with sessions() as session:
                    await session.execute(text("SELECT 1"))
                has_asked.set()
                await asyncio.Event().wait()

    return beside(worker, cancels=True)


@breaks("LIF-03", says="still alive")
def thread_never_stopped() -> FastAPI:
    """The first create begins a thread that counts items, and nobody stops it."""

    class Counting(ExampleItemService):
        async def create(self, values: Mapping[str, str | None]) -> ExampleItem:
            if not METRICS.is_alive():
                METRICS.start()
            return await super().create(values)

    return with_service(Counting)


@breaks("LIF-04", says="0 -> 2 connections")
def only_the_first_engine_disposed() -> FastAPI:
    """Each start adds its engine to a list of the module, and each shutdown disposes the first."""

    async def prepare(engine: AsyncEngine) -> None:
        ENGINES.append(engine)
        await create_example_schema(engine)

    async def lifespan(app: FastAPI, usual: Usual) -> AsyncIterator[None]:
        async with usual:
            yield
        await ENGINES[0].dispose()

    return around(lifespan, opening(prepare, disposes=False))


@breaks("LIF-05", says="KeyError")
def sessions_of_the_module() -> FastAPI:
    """All apps of the module share one variable, which each shutdown clears."""

    async def lifespan(app: FastAPI, usual: Usual) -> AsyncIterator[None]:
        async with usual:
            SHARED["sessions"] = app.state.sessions
            yield
            SHARED.clear()

    app = around(lifespan)
    app.dependency_overrides[get_async_sessionmaker] = lambda: SHARED["sessions"]
    return app


@breaks("LIF-06", says="AttributeError")
def last_words_after_closing() -> FastAPI:
    """The shutdown uses the sessions after it has closed them."""

    async def lifespan(app: FastAPI, usual: Usual) -> AsyncIterator[None]:
        async with usual:
            yield
        async with app.state.sessions() as session:
            await session.commit()

    return around(lifespan)


@breaks("LIF-07", says="AttributeError")
def shutdown_expects_a_request() -> FastAPI:
    """The shutdown closes what only a first request would have made."""

    async def sessions(request: Request, maker: Sessionmaker) -> AsyncIterator[AsyncSession]:
        request.app.state.cache = {}
        async with maker() as session:
            yield session

    async def lifespan(app: FastAPI, usual: Usual) -> AsyncIterator[None]:
        async with usual:
            yield
        cache: dict[str, Any] = app.state.cache
        cache.clear()

    app = around(lifespan)
    app.dependency_overrides[get_async_session] = sessions
    return app
