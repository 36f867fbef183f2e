"""A small library of books, by Litestar."""

from __future__ import annotations

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


async def after_response(request: Any) -> None:
    """Commit when the answer has been sent."""
    if request.url.path == "/late":
        async with kept.pop() as session:
            await session.commit()


def make_app(engine: AsyncEngine) -> Litestar:
    """The library on an engine."""

    async def begin() -> None:
        async with engine.begin() as connection:
            await connection.execute(text("CREATE TABLE IF NOT EXISTS books (title TEXT)"))

    return Litestar(
        [create, listed, forgotten, leak, late],
        dependencies={"session": Provide(get_session)},
        state=State({"maker": async_sessionmaker(engine, expire_on_commit=False)}),
        on_startup=[begin],
        on_shutdown=[engine.dispose],
        after_response=after_response,
    )
