"""Apps that look whether their client is still there, and go wrong when it is not."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from fastapi import Depends, FastAPI, HTTPException, Request
from sqlalchemy import delete, insert
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from proofs.broken import SERVERS, breaks
from proofs.broken.unended import engine_without_reset, leave_a_transaction
from reference_app import create_app
from reference_app.database import DatabaseFailure, get_async_session, transaction
from reference_app.errors import refusal
from reference_app.models import ExampleItem
from reference_app.routes import get_service
from reference_app.service import ExampleItemService


class Attentive(ExampleItemService):
    """Can tell whether its client is still there."""

    def __init__(self, session: AsyncSession, request: Request) -> None:
        super().__init__(session)
        self._is_disconnected = request.is_disconnected


def attentive(service: type[Attentive]) -> FastAPI:
    """The reference app, its items acted upon by a service that knows its client."""
    app = create_app()

    def replaced(
        request: Request, session: AsyncSession = Depends(get_async_session)
    ) -> ExampleItemService:
        return service(session, request)

    app.dependency_overrides[get_service] = replaced
    return app


@breaks("DIS-01", says="conn")
def early_return() -> FastAPI:
    """A read returns early if its client has left, past the line that closes its session."""

    class Impatient(Attentive):
        async def get(self, item_id: int) -> ExampleItem | None:
            session = AsyncSession(self._session.bind, expire_on_commit=False)
            try:
                item = await session.get(ExampleItem, item_id)
                if await self._is_disconnected():
                    return item
            except asyncio.CancelledError:
                await asyncio.shield(session.close())
                raise
            except Exception as error:
                await session.close()
                raise DatabaseFailure from error
            await session.close()
            return item

    return attentive(Impatient)


@breaks("DIS-02", says="in transaction", databases=SERVERS)
def begun_by_hand() -> FastAPI:
    """A transaction begun by hand is not ended for a client that has left, nor by the pool."""
    engines: list[Any] = []

    class Marking(Attentive):
        async def get(self, item_id: int) -> ExampleItem | None:
            if not engines:
                engines.append(engine_without_reset())
            if await self._is_disconnected():
                await leave_a_transaction(engines[0])
            return await super().get(item_id)

    return attentive(Marking)


class Buffering:
    """Reads a body before the app does; whatever is no further part of it ends it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        body, more = b"", True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        parts = iter([{"type": "http.request", "body": body, "more_body": False}])

        async def again() -> Message:
            return next(parts, None) or await receive()

        await self._app(scope, again, send)


@breaks("DIS-03", says="the end of the body never came")
def body_by_hand() -> FastAPI:
    """A middleware that reads bodies takes the departure of the client for the end of one."""
    app = create_app()
    app.add_middleware(Buffering)
    return app


@breaks("DIS-04", says="only a part is stored", also=("CON-06",))
def return_out_of_a_transaction() -> FastAPI:
    """A replace is a removal and an insert, and returns between them if its client has left."""

    class Replacing(Attentive):
        async def update(
            self, item_id: int, values: Mapping[str, str | None]
        ) -> ExampleItem | None:
            if values.keys() != {"name", "description"}:
                return await super().update(item_id, values)
            old = await self.get(item_id)
            async with transaction(self._session):
                await self._session.execute(delete(ExampleItem).where(ExampleItem.id == item_id))
                if old is None or await self._is_disconnected():
                    return old
                await self._session.execute(insert(ExampleItem).values(id=item_id, **values))
                return await self._session.get(ExampleItem, item_id, populate_existing=True)

    return attentive(Replacing)


class Breaker:
    """Keeps requests away from a database that could not be reached a moment ago."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._refusing = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._refusing and scope["type"] == "http":
            self._refusing -= 1
            await refusal(503)(scope, receive, send)
            return
        try:
            await self._app(scope, receive, send)
        except OSError:
            self._refusing = 2
            raise


@breaks("DIS-07", says="-> 503")
def client_taken_for_the_database() -> FastAPI:
    """A circuit breaker counts the `OSError` of a client that left as one of the database."""
    app = create_app()
    app.add_middleware(Breaker)
    return app


@breaks("DIS-08", says="later requests stored what it had left")
def items_in_waiting() -> FastAPI:
    """Items wait in a list of the process, where those of a client that left stay."""
    waiting: list[ExampleItem] = []

    class Gathering(Attentive):
        async def create(self, values: Mapping[str, str | None]) -> ExampleItem:
            await self.list(limit=1, offset=0)  # may there be any more?
            is_gone = await self._is_disconnected()
            waiting.append(ExampleItem(**values))
            if is_gone:
                raise HTTPException(499, "the client has left")
            mine, waiting[:] = [*waiting], []
            async with transaction(self._session):
                self._session.add_all(mine)
            return mine[-1]

    return attentive(Gathering)
