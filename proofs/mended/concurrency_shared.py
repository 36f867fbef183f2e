"""The apps of `broken/concurrency_shared.py` that a small change mends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

from fastapi import FastAPI
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession, async_scoped_session

from proofs.broken.concurrency_shared import Sessionmaker, Values
from proofs.broken.replacing import with_route, with_service, with_sessions
from proofs.mended import mends
from reference_app.database import DatabaseFailure, transaction
from reference_app.models import ExampleItem
from reference_app.routes import ItemId, Service, found
from reference_app.schemas import ExampleItemCreate, ExampleItemOut
from reference_app.service import ExampleItemService


@mends
def default_argument_shared() -> FastAPI:
    """The PUT checks its fields into a dictionary of its own."""

    async def checked(
        service: Service,
        item_id: int,
        values: Values,
    ) -> Values:
        accepted: dict[str, str | None] = {}
        for name, value in values.items():
            found(await service.get(item_id))
            accepted[name] = value
        return accepted

    async def replace(
        item_id: ItemId, payload: ExampleItemCreate, service: Service
    ) -> ExampleItemOut:
        values = await checked(service, item_id, payload.model_dump())
        return found(await service.update(item_id, values))

    return with_route("replace_item", replace)


@mends
def session_of_the_thread() -> FastAPI:
    """The session comes from a registry by task."""
    made: list[async_scoped_session[AsyncSession]] = []

    async def sessions(maker: Sessionmaker) -> AsyncIterator[AsyncSession]:
        if not made:
            made.append(async_scoped_session(maker, scopefunc=asyncio.current_task))
        try:
            yield made[0]()
        finally:
            await made[0].remove()

    return with_sessions(sessions)


@mends
def last_item_of_the_class() -> FastAPI:
    """The create answers with its own item."""

    class Remembering(ExampleItemService):
        async def create(self, values: Values) -> ExampleItem:
            async with transaction(self._session):
                item = ExampleItem(**values)
                self._session.add(item)
                await self._session.flush()
            with suppress(DatabaseFailure):  # a number for the log
                async with transaction(self._session):
                    await self._session.scalar(select(func.count()).select_from(ExampleItem))
            return item

    return with_service(Remembering)
