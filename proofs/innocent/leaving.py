"""Apps that look for clients that have left, write twice, or work in tasks: all correctly."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence

from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import StreamingResponse
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from proofs.broken.disconnect import Attentive, attentive
from proofs.broken.replacing import with_route, with_service
from proofs.innocent import innocent
from reference_app.database import DatabaseFailure, transaction
from reference_app.models import ExampleItem
from reference_app.routes import Limit, Offset, Service, found
from reference_app.schemas import ExampleItemOut
from reference_app.service import ExampleItemService


@innocent(
    looks="a client that has left makes it stop in the middle of a transaction",
    near=("DIS-02", "DIS-04"),
)
def gives_up_inside_the_transaction() -> FastAPI:
    """A write whose client has left raises inside its transaction, which undoes it."""

    class Considerate(Attentive):
        async def create(self, values: Mapping[str, str | None]) -> ExampleItem:
            item = ExampleItem(**values)
            try:
                async with self._session.begin():
                    self._session.add(item)
                    await self._session.flush()
                    await self._insist()
            except HTTPException:
                raise
            except Exception as error:
                raise DatabaseFailure from error
            return item

        async def _insist(self) -> None:
            if await self._is_disconnected():
                raise HTTPException(499, "the client has left")

    return attentive(Considerate)


@innocent(
    looks="it takes connections while the answer is sent, and the stream just stops",
    areas=("disconnect",),
    near=("DIS-09",),
)
def asks_before_each_row() -> FastAPI:
    """A stream reads row by row, and asks before each whether anybody is there."""

    async def rows(
        request: Request, service: ExampleItemService, ids: Sequence[int]
    ) -> AsyncIterator[str]:
        opening = "["
        for number in ids:
            if await request.is_disconnected():
                return
            item = await service.get(number)
            if item is not None:
                yield opening + found(item).model_dump_json()
                opening = ","
        yield "]" if opening == "," else "[]"

    async def listed(
        request: Request, service: Service, limit: Limit = 50, offset: Offset = 0
    ) -> Response:
        ids = [item.id for item in await service.list(limit=limit, offset=offset)]
        return StreamingResponse(rows(request, service, ids), media_type="application/json")

    return with_route("list_items", listed, response_model=list[ExampleItemOut])


@innocent(
    looks="a create rolls back what it has written, and tasks ask at the same time",
    near=("SES-13",),
)
def tries_again_and_gathers() -> FastAPI:
    """A create tries its write out before it does it; a list asks twice, in a session each."""

    class Thorough(ExampleItemService):
        async def create(self, values: Mapping[str, str | None]) -> ExampleItem:
            try:
                self._session.add(ExampleItem(**values))
                await self._session.flush()
                await self._session.rollback()
            except Exception as error:
                raise DatabaseFailure from error
            return await super().create(values)

        async def list(self, *, limit: int, offset: int) -> Sequence[ExampleItem]:
            async with asyncio.TaskGroup() as group:
                items = group.create_task(super().list(limit=limit, offset=offset))
                group.create_task(self._count())
            return items.result()

        async def _count(self) -> int:
            async with AsyncSession(self._session.bind) as session, transaction(session):
                return await session.scalar(select(func.count()).select_from(ExampleItem)) or 0

    return with_service(Thorough)


@innocent(looks="another origin is served, and failures are answered by handlers", near=("ERR-10",))
def served_to_another_origin() -> FastAPI:
    """All answers of a database that fails come from inside CORSMiddleware."""
    app = with_service(ExampleItemService)
    app.add_middleware(CORSMiddleware, allow_origins=["http://localhost:5173"])
    return app
