"""The apps of `broken/disconnect.py` that a small change mends."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import FastAPI, HTTPException
from sqlalchemy import delete, insert
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from proofs.broken.disconnect import Attentive, attentive
from proofs.mended import mends
from reference_app import create_app
from reference_app.database import DatabaseFailure, transaction
from reference_app.models import ExampleItem


@mends
def early_return() -> FastAPI:
    """A read closes its session on every way out."""

    class Impatient(Attentive):
        async def get(self, item_id: int) -> ExampleItem | None:
            try:
                async with AsyncSession(self._session.bind, expire_on_commit=False) as session:
                    item = await session.get(ExampleItem, item_id)
                    if await self._is_disconnected():
                        return item
            except Exception as error:
                raise DatabaseFailure from error
            return item

    return attentive(Impatient)


class Buffering:
    """Reads a body before the app does; a client that leaves ends the request."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        body, more = b"", True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message.get("body", b"")
            more = message.get("more_body", False)
        parts = iter([{"type": "http.request", "body": body, "more_body": False}])

        async def again() -> Message:
            return next(parts, None) or await receive()

        await self._app(scope, again, send)


@mends
def body_by_hand() -> FastAPI:
    """A body that does not end is not handed on."""
    app = create_app()
    app.add_middleware(Buffering)
    return app


@mends
def return_out_of_a_transaction() -> FastAPI:
    """A replace asks for its client before its transaction, not in it."""

    class Replacing(Attentive):
        async def update(
            self, item_id: int, values: Mapping[str, str | None]
        ) -> ExampleItem | None:
            if values.keys() != {"name", "description"}:
                return await super().update(item_id, values)
            old = await self.get(item_id)
            if old is None or await self._is_disconnected():
                return old
            async with transaction(self._session):
                await self._session.execute(delete(ExampleItem).where(ExampleItem.id == item_id))
                await self._session.execute(insert(ExampleItem).values(id=item_id, **values))
                return await self._session.get(ExampleItem, item_id, populate_existing=True)

    return attentive(Replacing)


@mends
def items_in_waiting() -> FastAPI:
    """Items wait nowhere."""

    class Gathering(Attentive):
        async def create(self, values: Mapping[str, str | None]) -> ExampleItem:
            await self.list(limit=1, offset=0)  # may there be any more?
            if await self._is_disconnected():
                raise HTTPException(499, "the client has left")
            item = ExampleItem(**values)
            async with transaction(self._session):
                self._session.add(item)
            return item

    return attentive(Gathering)
