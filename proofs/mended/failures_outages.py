"""The apps of `broken/failures_outages.py` that a small change mends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

from fastapi import FastAPI, HTTPException
from sqlalchemy import select
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine

from proofs.broken.failures_outages import Usual
from proofs.broken.replacing import with_service
from proofs.broken.starting import around
from proofs.mended import mends
from reference_app.database import DatabaseFailure, transaction
from reference_app.models import ExampleItem
from reference_app.schema import create_example_schema
from reference_app.service import ExampleItemService
from reference_app.settings import load_settings


@mends
def place_taken_before_connecting() -> FastAPI:
    """A list gives its place back, however far it got."""
    places = asyncio.Semaphore(15)

    class Orderly(ExampleItemService):
        async def list(self, *, limit: int, offset: int) -> Sequence[ExampleItem]:
            if places.locked():
                raise HTTPException(503, "too many requests at work")
            page = select(ExampleItem).order_by(ExampleItem.id).limit(limit).offset(offset)
            async with places:
                try:
                    await self._session.connection()
                    try:
                        return (await self._session.scalars(page)).all()
                    finally:
                        await self._session.close()
                except Exception as error:
                    raise DatabaseFailure from error

    return with_service(Orderly)


@mends
def without_ping() -> FastAPI:
    """The engine asks whether a connection is alive before it lends it."""

    async def wrapper(app: FastAPI, usual: Usual) -> AsyncIterator[None]:
        engine = create_async_engine(load_settings().database_url, pool_pre_ping=True)
        try:
            await create_example_schema(engine)
            app.state.sessions = async_sessionmaker(engine, expire_on_commit=False)
            yield
        finally:
            await engine.dispose()

    return around(wrapper)


@mends
def breaker_that_never_closes() -> FastAPI:
    """Three lists that fail open the circuit breaker for one request."""
    failures = [0]

    class Guarded(ExampleItemService):
        async def list(self, *, limit: int, offset: int) -> Sequence[ExampleItem]:
            if failures[0] >= 3:
                failures[0] = 0
                raise HTTPException(503, "the circuit is open")
            try:
                items = await super().list(limit=limit, offset=offset)
            except DatabaseFailure:
                failures[0] += 1
                raise
            failures[0] = 0
            return items

    return with_service(Guarded)


@mends
def list_that_locks() -> FastAPI:
    """A list reads, and locks nothing."""

    class Locking(ExampleItemService):
        async def list(self, *, limit: int, offset: int) -> Sequence[ExampleItem]:
            page = select(ExampleItem).order_by(ExampleItem.id).limit(limit).offset(offset)
            async with transaction(self._session):
                return (await self._session.scalars(page)).all()

    return with_service(Locking)
