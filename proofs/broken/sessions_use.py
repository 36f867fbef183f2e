"""Apps that take more than they need, wait where they should not, or forget half of a write."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from contextvars import ContextVar
from typing import Annotated

from fastapi import Depends, FastAPI
from sqlalchemy import Engine, create_engine, delete, func, make_url, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession, async_scoped_session, async_sessionmaker

from proofs.broken import breaks
from proofs.broken.replacing import with_service, with_sessions
from proofs.broken.starting import around
from reference_app.database import DatabaseFailure, get_async_sessionmaker, transaction
from reference_app.models import ExampleItem
from reference_app.service import ExampleItemService
from reference_app.settings import load_settings

Values = Mapping[str, str | None]
DRIVERS = {
    "sqlite": "sqlite+pysqlite",
    "postgresql": "postgresql+psycopg",
    "mysql": "mysql+pymysql",
}


@breaks("SES-09", says="was out")
def second_session_in_the_first() -> FastAPI:
    """A list counts the items in a session of its own, while the request's is reading them."""

    class Counting(ExampleItemService):
        async def list(self, *, limit: int, offset: int) -> Sequence[ExampleItem]:
            async with transaction(self._session):
                page = select(ExampleItem).order_by(ExampleItem.id).limit(limit).offset(offset)
                items = (await self._session.scalars(page)).all()
                async with AsyncSession(self._session.bind) as other:
                    await other.scalar(select(func.count()).select_from(ExampleItem))
                return items

    return with_service(Counting)


@breaks(
    "SES-09",
    says="OperationalError: database is locked",
    databases=("sqlite",),
    also=("API-03", "CRU-31"),
)
def second_writer_in_the_first() -> FastAPI:
    """A delete is noted in a session of its own, which waits for the one that is deleting."""

    class Noting(ExampleItemService):
        async def delete(self, item_id: int) -> bool:
            removal = delete(ExampleItem).where(ExampleItem.id == item_id)
            note = update(ExampleItem).where(ExampleItem.id == item_id).values(name="removed")
            async with transaction(self._session):
                await self._session.execute(removal)
                async with AsyncSession(self._session.bind) as other:
                    await other.execute(text("PRAGMA busy_timeout = 20"))  # it would wait in vain
                    await other.execute(note)
            return True

    return with_service(Noting)


@breaks("SES-09", says="POST /api/v1/examples/database-example/ -> 201: taken at")
def quota_in_the_create() -> FastAPI:
    """A create counts the items in a session of its own, while the request's has written."""

    class Counting(ExampleItemService):
        async def create(self, values: Values) -> ExampleItem:
            item = ExampleItem(**values)
            async with transaction(self._session):
                self._session.add(item)
                await self._session.flush()
                async with AsyncSession(self._session.bind) as other:
                    await other.scalar(select(func.count()).select_from(ExampleItem))
            return item

    return with_service(Counting)


@breaks("SES-10", says="by p")
def blocking_driver() -> FastAPI:
    """A list is read in `async def` by an engine that blocks."""
    engines: list[Engine] = []

    def engine() -> Engine:
        if not engines:
            url = make_url(load_settings().database_url)
            engines.append(create_engine(url.set(drivername=DRIVERS[url.get_backend_name()])))
        return engines[0]

    class Blocking(ExampleItemService):
        async def list(self, *, limit: int, offset: int) -> Sequence[ExampleItem]:
            try:
                with engine().connect() as connection:
                    connection.execute(select(func.count()).select_from(ExampleItem))
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


@breaks("SES-10", says="time.sleep(0.001) at sessions_use.py")
def sleeping_loop() -> FastAPI:
    """A create gives a queue time to settle, by a sleep that stops the whole loop."""

    class Settling(ExampleItemService):
        async def create(self, values: Mapping[str, str | None]) -> ExampleItem:
            time.sleep(0.001)  # noqa: ASYNC251 - the defect
            return await super().create(values)

    return with_service(Settling)


@breaks("SES-11", says="waited, 'INSERT")
def asks_another_service() -> FastAPI:
    """A create asks another service about its row before it commits it."""

    class Asking(ExampleItemService):
        async def create(self, values: Mapping[str, str | None]) -> ExampleItem:
            item = ExampleItem(**values)
            async with transaction(self._session):
                self._session.add(item)
                await self._session.flush()
                await asyncio.to_thread(str.casefold, item.name)  # a client that blocks
            return item

    return with_service(Asking)


@breaks("SES-12", says="no COMMIT after 'UPDATE")
def note_without_commit() -> FastAPI:
    """After a create a second session notes something, and is closed without a COMMIT."""

    class Noting(ExampleItemService):
        async def create(self, values: Mapping[str, str | None]) -> ExampleItem:
            item = await super().create(values)
            note = update(ExampleItem).where(ExampleItem.id == item.id).values(name=item.name)
            async with AsyncSession(self._session.bind) as other:
                try:
                    await other.execute(note)
                except DBAPIError:
                    await other.rollback()  # a note is not worth a failure
            return item

    return with_service(Noting)


@breaks("SES-12", says="no COMMIT after 'UPDATE", also=("CAN-12", "CRU-07", "PAY-02"))
def update_without_commit() -> FastAPI:
    """An update shows what it has sent to the database, and closes its session uncommitted."""

    class Showing(ExampleItemService):
        async def update(
            self, item_id: int, values: Mapping[str, str | None]
        ) -> ExampleItem | None:
            change = update(ExampleItem).where(ExampleItem.id == item_id).values(**values)
            try:
                if values:
                    await self._session.execute(change)
                return await self._session.get(ExampleItem, item_id)
            except Exception as error:
                raise DatabaseFailure from error

    return with_service(Showing)


@breaks("SES-13", says="while 'SELECT")
def gathered() -> FastAPI:
    """A list counts and reads in two tasks that share the session of the request."""

    class Gathering(ExampleItemService):
        async def list(self, *, limit: int, offset: int) -> Sequence[ExampleItem]:
            count = select(func.count()).select_from(ExampleItem)
            page = select(ExampleItem).order_by(ExampleItem.id).limit(limit).offset(offset)
            async with transaction(self._session):
                await self._session.connection()
                async with asyncio.TaskGroup() as group:
                    group.create_task(self._session.scalar(count))
                    items = group.create_task(self._session.scalars(page))
                return items.result().all()

    return with_service(Gathering)


@breaks("SES-14", says="more sessions in memory")
def closed_and_not_removed() -> FastAPI:
    """Sessions come from a registry by request, which each request closes and none removes."""
    requests, numbers = itertools.count(), ContextVar("number", default=0)
    registries: dict[int, async_scoped_session[AsyncSession]] = {}

    async def sessions(
        maker: Annotated[async_sessionmaker[AsyncSession], Depends(get_async_sessionmaker)],
    ) -> AsyncIterator[AsyncSession]:
        numbers.set(next(requests))
        new = async_scoped_session(maker, scopefunc=numbers.get)
        session = registries.setdefault(id(maker), new)()
        try:
            yield session
        finally:
            await session.close()

    return with_sessions(sessions)
