"""The apps of `broken/sessions_connections.py` that a small change mends."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from fastapi import FastAPI
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)

from proofs.broken.replacing import with_service
from proofs.broken.sessions import with_both
from proofs.broken.sessions_connections import Autobegun, Sessionmaker
from proofs.broken.starting import around
from proofs.mended import mends
from reference_app.database import DatabaseFailure
from reference_app.models import ExampleItem
from reference_app.service import ExampleItemService
from reference_app.settings import load_settings


@mends
def bare_yield() -> FastAPI:
    """The session is closed by its `async with`, whatever the endpoint raises."""

    async def sessions(maker: Sessionmaker) -> AsyncIterator[AsyncSession]:
        async with maker() as session:
            yield session

    return with_both(Autobegun, sessions)


@mends
def returned_session() -> FastAPI:
    """The dependency yields its session, and closes it."""

    async def sessions(maker: Sessionmaker) -> AsyncIterator[AsyncSession]:
        async with maker() as session:
            yield session

    return with_both(Autobegun, sessions)


@mends
def dropped_connection() -> FastAPI:
    """The connection of the ping is closed."""

    class Pinging(ExampleItemService):
        async def get(self, item_id: int) -> ExampleItem | None:
            item = await super().get(item_id)
            engine: Any = self._session.bind
            raw = await engine.raw_connection()
            raw.close()
            return item

    return with_service(Pinging)


@mends
def wrapped_generator() -> FastAPI:
    """Whatever is raised in the endpoint gets through to the inner generator."""

    async def inner(maker: async_sessionmaker[AsyncSession]) -> AsyncIterator[AsyncSession]:
        async with maker() as session:
            yield session

    async def sessions(maker: Sessionmaker) -> AsyncIterator[AsyncSession]:
        async with asynccontextmanager(inner)(maker) as session:
            yield session

    class Plain(ExampleItemService):
        async def get(self, item_id: int) -> ExampleItem | None:
            try:
                return await self._session.get(ExampleItem, item_id)
            except Exception as error:
                raise DatabaseFailure from error

    return with_both(Plain, sessions)


@mends
def engine_per_look() -> FastAPI:
    """All reads and lists share one engine."""
    engines: list[AsyncEngine] = []

    def session() -> AsyncSession:
        if not engines:
            engines.append(create_async_engine(load_settings().database_url))
        return AsyncSession(engines[0], expire_on_commit=False)

    async def disposed() -> None:
        while engines:
            await engines.pop().dispose()

    class Reading(ExampleItemService):
        async def create(self, values: Mapping[str, str | None]) -> ExampleItem:
            await disposed()
            return await super().create(values)

        async def get(self, item_id: int) -> ExampleItem | None:
            async with session() as own:
                return await ExampleItemService(own).get(item_id)

        async def list(self, *, limit: int, offset: int) -> Sequence[ExampleItem]:
            async with session() as own:
                return await ExampleItemService(own).list(limit=limit, offset=offset)

    async def lifespan(
        app: FastAPI, usual: AbstractAsyncContextManager[object]
    ) -> AsyncIterator[None]:
        async with usual:
            yield
        await disposed()

    return around(lifespan, with_service(Reading))
