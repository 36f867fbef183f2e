"""Apps that do not end well, or take others with them."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Request
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from proofs.broken import breaks
from proofs.broken.starting import around, opening
from reference_app.database import (
    create_example_schema,
    get_async_session,
    get_async_sessionmaker,
)

Usual = AbstractAsyncContextManager[object]
Sessionmaker = Annotated[async_sessionmaker[AsyncSession], Depends(get_async_sessionmaker)]

SHARED: dict[str, async_sessionmaker[AsyncSession]] = {}


@breaks("LIF-01", says="open, made at database.py")
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


@breaks("LIF-03", says="still alive")
def thread_never_stopped() -> FastAPI:
    """A thread that nobody stops is begun at start-up."""

    async def lifespan(app: FastAPI, usual: Usual) -> AsyncIterator[None]:
        async with usual:
            threading.Thread(target=threading.Event().wait, name="metrics").start()
            yield

    return around(lifespan)


@breaks("LIF-04", says="1 -> 3 threads: watcher")
def one_more_thread_each_time() -> FastAPI:
    """Each start begins a watcher in a daemon thread, and no shutdown ends it."""

    async def lifespan(app: FastAPI, usual: Usual) -> AsyncIterator[None]:
        async with usual:
            threading.Thread(target=threading.Event().wait, name="watcher", daemon=True).start()
            yield

    return around(lifespan)


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
