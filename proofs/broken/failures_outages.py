"""Apps that do not come back after the database was away, or lie while it takes no writes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager

from fastapi import FastAPI, HTTPException
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, async_sessionmaker, create_async_engine

from proofs.broken import SERVERS, breaks
from proofs.broken.replacing import with_service
from proofs.broken.starting import around
from reference_app.database import DatabaseFailure, transaction
from reference_app.models import MAX_ID, ExampleItem
from reference_app.schema import create_example_schema
from reference_app.service import ExampleItemService
from reference_app.settings import load_settings

Usual = AbstractAsyncContextManager[object]
READ_ONLY = ("readonly database", "read-only transaction", "READ ONLY transaction")
LOCKED = ("database is locked", "lock timeout", "Lock wait timeout")


def says(failure: DatabaseFailure, words: tuple[str, ...]) -> bool:
    """Whether the database used one of these words."""
    return any(word in str(failure.__cause__) for word in words)


@breaks("FAI-11", says="after 20 lists that found no database")
def place_taken_before_connecting() -> FastAPI:
    """A list takes its place before it connects, and gives it back if it got that far."""
    places = asyncio.Semaphore(15)

    class Orderly(ExampleItemService):
        async def list(self, *, limit: int, offset: int) -> Sequence[ExampleItem]:
            if places.locked():
                raise HTTPException(503, "too many requests at work")
            await places.acquire()
            page = select(ExampleItem).order_by(ExampleItem.id).limit(limit).offset(offset)
            try:
                await self._session.connection()
                try:
                    return (await self._session.scalars(page)).all()
                finally:
                    await self._session.close()
                    places.release()
            except Exception as error:
                raise DatabaseFailure from error

    return with_service(Orderly)


@breaks("FAI-12", says="the server had closed connections", databases=("postgresql",))
def kept_connection() -> FastAPI:
    """Lists share a connection of the lifespan, and nobody renews it once it was closed."""
    kept: list[AsyncConnection] = []
    turn = asyncio.Lock()

    class Reading(ExampleItemService):
        async def list(self, *, limit: int, offset: int) -> Sequence[ExampleItem]:
            page = select(ExampleItem.__table__).order_by(ExampleItem.id)
            async with turn:
                try:
                    rows = await kept[-1].execute(page.limit(limit).offset(offset))
                except DBAPIError as error:
                    failure = DatabaseFailure()
                    failure.__cause__ = error
                    if not says(failure, ("connection is closed",)):
                        await kept[-1].rollback()
                    raise failure from error
            return [ExampleItem(**row) for row in rows.mappings()]

    async def wrapper(app: FastAPI, usual: Usual) -> AsyncIterator[None]:
        async with usual, app.state.sessions.kw["bind"].connect() as connection:
            kept.append(await connection.execution_options(isolation_level="AUTOCOMMIT"))
            yield

    return around(wrapper, with_service(Reading))


@breaks("FAI-13", says="after the server had closed idle connections", databases=SERVERS)
def without_ping() -> FastAPI:
    """The engine is made with nothing but its address."""

    async def wrapper(app: FastAPI, usual: Usual) -> AsyncIterator[None]:
        engine = create_async_engine(load_settings().database_url)
        try:
            await create_example_schema(engine)
            app.state.sessions = async_sessionmaker(engine, expire_on_commit=False)
            yield
        finally:
            await engine.dispose()

    return around(wrapper)


@breaks("FAI-14", says="after 3 lists that found no database")
def breaker_that_never_closes() -> FastAPI:
    """Three lists that fail one after the other open a circuit breaker for good."""
    failures = [0]

    class Guarded(ExampleItemService):
        async def list(self, *, limit: int, offset: int) -> Sequence[ExampleItem]:
            if failures[0] >= 3:
                raise HTTPException(503, "the circuit is open")
            try:
                items = await super().list(limit=limit, offset=offset)
            except DatabaseFailure:
                failures[0] += 1
                raise
            failures[0] = 0
            return items

    return with_service(Guarded)


@breaks("FAI-15", says="while the database is read-only", databases=("postgresql",))
def list_that_locks() -> FastAPI:
    """A list locks the rows it shows, as if it were about to change them."""

    class Locking(ExampleItemService):
        async def list(self, *, limit: int, offset: int) -> Sequence[ExampleItem]:
            page = select(ExampleItem).order_by(ExampleItem.id).limit(limit).offset(offset)
            async with transaction(self._session):
                return (await self._session.scalars(page.with_for_update(read=True))).all()

    return with_service(Locking)


def with_backlog(words: tuple[str, ...]) -> FastAPI:
    """The reference app, which promises to store later what the database refuses in these words."""
    backlog: list[Mapping[str, str | None]] = []

    class Promising(ExampleItemService):
        async def create(self, values: Mapping[str, str | None]) -> ExampleItem:
            try:
                return await super().create(values)
            except DatabaseFailure as failure:
                if not says(failure, words):
                    raise
            backlog.append(values)
            return ExampleItem(id=MAX_ID, **values)

    return with_service(Promising)


@breaks("FAI-16", says="read-only (a database that takes no writes) of POST")
def backlog_while_read_only() -> FastAPI:
    """What a read-only database refuses is kept in memory, for later, and answered 201."""
    return with_backlog(READ_ONLY)


@breaks("FAI-17", says="while the database is full", databases=("sqlite",))
def space_checked_first() -> FastAPI:
    """A list looks whether there is space left, and refuses if there is none."""

    class Careful(ExampleItemService):
        async def list(self, *, limit: int, offset: int) -> Sequence[ExampleItem]:
            async with transaction(self._session):
                pages = await self._session.scalar(text("pragma page_count"))
                most = await self._session.scalar(text("pragma max_page_count"))
            if pages == most:
                raise HTTPException(503, "no space left")
            return await super().list(limit=limit, offset=offset)

    return with_service(Careful)


@breaks("FAI-18", says="locked (a database that somebody has locked) of POST", databases=SERVERS)
def backlog_while_locked() -> FastAPI:
    """What a locked database refuses is kept in memory, for later, and answered 201."""
    return with_backlog(LOCKED)


@breaks("FAI-19", says="with a lock: POST /api/v1/examples/database-example/ -> 503")
def frozen_by_a_lock() -> FastAPI:
    """The first create that finds the database locked switches creates off for good."""
    is_frozen = [False]

    class Freezing(ExampleItemService):
        async def create(self, values: Mapping[str, str | None]) -> ExampleItem:
            if is_frozen[0]:
                raise HTTPException(503, "an import is running")
            try:
                return await super().create(values)
            except DatabaseFailure as failure:
                is_frozen[0] = says(failure, LOCKED)
                raise

    return with_service(Freezing)
