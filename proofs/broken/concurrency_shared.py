"""Apps whose requests share what each should have for itself, and do not notice one at a time."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from typing import Annotated, ClassVar

from fastapi import Depends, FastAPI
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession, async_scoped_session, async_sessionmaker

from proofs.broken import breaks
from proofs.broken.replacing import with_route, with_service, with_sessions
from reference_app.database import DatabaseFailure, get_async_sessionmaker, transaction
from reference_app.models import ExampleItem
from reference_app.routes import ItemId, Service, found
from reference_app.schemas import ExampleItemCreate, ExampleItemOut
from reference_app.service import ExampleItemService

Sessionmaker = Annotated[async_sessionmaker[AsyncSession], Depends(get_async_sessionmaker)]
Values = Mapping[str, str | None]


@breaks("CON-07", says="the row is neither body")
def default_argument_shared() -> FastAPI:
    """The PUT checks its fields one by one into a default argument, which all requests share."""

    async def checked(
        service: Service,
        item_id: int,
        values: Values,
        accepted: dict[str, str | None] = {},  # noqa: B006 - the defect
    ) -> Values:
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


@breaks("CON-10", says="-> 500")
def session_of_the_thread() -> FastAPI:
    """The session comes from a registry by thread; each request removes it at its end."""
    made: list[async_scoped_session[AsyncSession]] = []

    async def sessions(maker: Sessionmaker) -> AsyncIterator[AsyncSession]:
        if not made:
            made.append(async_scoped_session(maker, scopefunc=threading.get_ident))
        try:
            yield made[0]()
        finally:
            await made[0].remove()

    return with_sessions(sessions)


@breaks("CON-11", says="showed the other's")
def last_item_of_the_class() -> FastAPI:
    """The create leaves its item in an attribute of the class, and answers what is there then."""

    class Remembering(ExampleItemService):
        last: ClassVar[ExampleItem]

        async def create(self, values: Values) -> ExampleItem:
            async with transaction(self._session):
                item = ExampleItem(**values)
                self._session.add(item)
                await self._session.flush()
                Remembering.last = item
            with suppress(DatabaseFailure):  # a number for the log
                async with transaction(self._session):
                    await self._session.scalar(select(func.count()).select_from(ExampleItem))
            return Remembering.last

    return with_service(Remembering)
