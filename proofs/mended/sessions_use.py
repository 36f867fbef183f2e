"""The apps of `broken/sessions_use.py` that a small change mends."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from contextvars import ContextVar
from typing import Annotated

from fastapi import Depends, FastAPI
from sqlalchemy import Engine, create_engine, func, make_url, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession, async_scoped_session, async_sessionmaker

from proofs.broken.replacing import with_service, with_sessions
from proofs.broken.sessions_use import DRIVERS
from proofs.broken.starting import around
from proofs.mended import mends
from reference_app.database import DatabaseFailure, get_async_sessionmaker, transaction
from reference_app.models import ExampleItem
from reference_app.service import ExampleItemService
from reference_app.settings import load_settings


@mends
def second_session_in_the_first() -> FastAPI:
    """A list counts in the session that the request has anyway."""

    class Counting(ExampleItemService):
        async def list(self, *, limit: int, offset: int) -> Sequence[ExampleItem]:
            async with transaction(self._session):
                page = select(ExampleItem).order_by(ExampleItem.id).limit(limit).offset(offset)
                items = (await self._session.scalars(page)).all()
                await self._session.scalar(select(func.count()).select_from(ExampleItem))
                return items

    return with_service(Counting)


@mends
def blocking_driver() -> FastAPI:
    """The engine that blocks does so in a thread."""
    engines: list[Engine] = []

    def engine() -> Engine:
        if not engines:
            url = make_url(load_settings().database_url)
            engines.append(create_engine(url.set(drivername=DRIVERS[url.get_backend_name()])))
        return engines[0]

    def count() -> None:
        with engine().connect() as connection:
            connection.execute(select(func.count()).select_from(ExampleItem))

    class Blocking(ExampleItemService):
        async def list(self, *, limit: int, offset: int) -> Sequence[ExampleItem]:
            try:
                await asyncio.to_thread(count)
            except Exception as error:
                raise DatabaseFailure from error
            return await super().list(limit=limit, offset=offset)

    async def lifespan(
        app: FastAPI, usual: AbstractAsyncContextManager[object]
    ) -> AsyncIterator[None]:
        async with usual:
            yield
        while engines:
            engines.pop().dispose()

    return around(lifespan, with_service(Blocking))


@mends
def asks_another_service() -> FastAPI:
    """A create asks another service about its row once that is committed."""

    class Asking(ExampleItemService):
        async def create(self, values: Mapping[str, str | None]) -> ExampleItem:
            item = ExampleItem(**values)
            async with transaction(self._session):
                self._session.add(item)
            await asyncio.to_thread(str.casefold, item.name)  # a client that blocks
            return item

    return with_service(Asking)


@mends
def note_without_commit() -> FastAPI:
    """What the second session notes is committed."""

    class Noting(ExampleItemService):
        async def create(self, values: Mapping[str, str | None]) -> ExampleItem:
            item = await super().create(values)
            note = update(ExampleItem).where(ExampleItem.id == item.id).values(name=item.name)
            async with AsyncSession(self._session.bind) as other:
                try:
                    await other.execute(note)
                    await other.commit()
                except DBAPIError:
                    await other.rollback()  # a note is not worth a failure
            return item

    return with_service(Noting)


@mends
def update_without_commit() -> FastAPI:
    """An update is a transaction that ends with its COMMIT."""

    class Showing(ExampleItemService):
        async def update(
            self, item_id: int, values: Mapping[str, str | None]
        ) -> ExampleItem | None:
            change = update(ExampleItem).where(ExampleItem.id == item_id).values(**values)
            async with transaction(self._session):
                if values:
                    await self._session.execute(change)
                return await self._session.get(ExampleItem, item_id)

    return with_service(Showing)


@mends
def gathered() -> FastAPI:
    """A list counts and reads one after the other."""

    class Gathering(ExampleItemService):
        async def list(self, *, limit: int, offset: int) -> Sequence[ExampleItem]:
            count = select(func.count()).select_from(ExampleItem)
            page = select(ExampleItem).order_by(ExampleItem.id).limit(limit).offset(offset)
            async with transaction(self._session):
                await self._session.scalar(count)
                return (await self._session.scalars(page)).all()

    return with_service(Gathering)


@mends
def closed_and_not_removed() -> FastAPI:
    """Each request removes its session from the registry."""
    requests, numbers = itertools.count(), ContextVar("number", default=0)
    registries: dict[int, async_scoped_session[AsyncSession]] = {}

    async def sessions(
        maker: Annotated[async_sessionmaker[AsyncSession], Depends(get_async_sessionmaker)],
    ) -> AsyncIterator[AsyncSession]:
        numbers.set(next(requests))
        new = async_scoped_session(maker, scopefunc=numbers.get)
        registry = registries.setdefault(id(maker), new)
        try:
            yield registry()
        finally:
            await registry.remove()

    return with_sessions(sessions)
