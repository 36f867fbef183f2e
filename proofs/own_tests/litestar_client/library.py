"""A small library of books, by Litestar."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

from litestar import Litestar, get, post
from litestar.datastructures import State
from litestar.di import Provide
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

kept: list[Any] = []


async def get_session(state: State) -> AsyncIterator[AsyncSession]:
    """A session per request."""
    async with state.maker() as session:
        yield session


@post("/books")
async def create(session: AsyncSession) -> str:
    await session.execute(text("INSERT INTO books (title) VALUES ('one')"))
    await session.commit()
    return "stored"


@get("/books")
async def listed(session: AsyncSession) -> list[str]:
    return list((await session.execute(text("SELECT title FROM books"))).scalars())


@post("/forgotten")
async def forgotten(session: AsyncSession) -> str:
    await session.execute(text("INSERT INTO books (title) VALUES ('lost')"))
    return "never stored"


@get("/leak")
async def leak(state: State) -> int:
    session = state.maker()
    kept.append(session)
    return (await session.execute(text("SELECT count(*) FROM books"))).scalar_one()


@post("/late")
async def late(state: State) -> str:
    session = state.maker()
    await session.execute(text("INSERT INTO books (title) VALUES ('late')"))
    kept.append(session)
    return "stored, soon"


@post("/open")
async def left_open(state: State) -> str:
    await state.lasting.execute(text("INSERT INTO books (title) VALUES ('open')"))
    return "neither stored nor undone"


@post("/undone")
async def undone(state: State) -> str:
    await state.lasting.rollback()
    return "undone"


@get("/started")
async def started() -> str:
    kept.append(asyncio.create_task(wait_for_ever()))
    return "started"


@get("/ticking")
async def ticking(state: State) -> str:
    state.tasks += [asyncio.create_task(wait_for_ever()), asyncio.create_task(end_soon())]
    return "ended by the shutdown, or by itself"


@get("/slept", sync_to_thread=False)
def slept() -> str:
    time.sleep(0.001)
    return "slept"


@get("/slept-in-a-thread", sync_to_thread=True)
def slept_in_a_thread() -> str:
    time.sleep(0.001)
    return "slept"


async def wait_for_ever() -> None:
    """Wait for what never comes."""
    await asyncio.Event().wait()


async def end_soon() -> None:
    """End a little later than the request."""
    await asyncio.sleep(0.01)


async def after_response(request: Any) -> None:
    """Commit when the answer has been sent."""
    if request.url.path == "/late":
        async with kept.pop() as session:
            await session.commit()


def make_app(engine: AsyncEngine, *, has_leader: bool = False) -> Litestar:
    """The library on an engine; a leader keeps a connection for as long as it lives."""
    lasting, tasks = engine.connect(), list[asyncio.Task[None]]()

    async def begin() -> None:
        async with engine.begin() as connection:
            await connection.execute(text("CREATE TABLE IF NOT EXISTS books (title TEXT)"))
        if has_leader:
            await lasting.start()

    async def end() -> None:
        for task in tasks:
            task.cancel()
        if has_leader:
            await lasting.close()
        await engine.dispose()

    return Litestar(
        [
            create,
            listed,
            forgotten,
            leak,
            late,
            left_open,
            undone,
            started,
            ticking,
            slept,
            slept_in_a_thread,
        ],
        dependencies={"session": Provide(get_session)},
        state=State(
            {
                "maker": async_sessionmaker(engine, expire_on_commit=False),
                "lasting": lasting,
                "tasks": tasks,
            }
        ),
        on_startup=[begin],
        on_shutdown=[end],
        after_response=after_response,
    )
