"""The apps of `broken/disconnect_streams.py` that a small change mends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

from fastapi import FastAPI, Request, Response
from fastapi.responses import StreamingResponse
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncScalarResult, AsyncSession
from starlette.types import ASGIApp, Receive, Scope, Send

from proofs.broken.disconnect_streams import PAGE, Download, Sessionmaker, Texts, as_array
from proofs.broken.replacing import with_route, with_service
from proofs.mended import mends
from reference_app import create_app
from reference_app.database import (
    DatabaseFailure,
    get_async_session,
    transaction,
)
from reference_app.errors import refusal, status_of
from reference_app.models import ExampleItem
from reference_app.routes import Limit, Offset, Service, found
from reference_app.service import ExampleItemService


class Closing(Download):
    """Closes the session of its rows, whatever happens."""

    def __init__(self, rows: AsyncScalarResult[ExampleItem], session: AsyncSession) -> None:
        super().__init__(as_array(rows))
        self._session = session

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            await asyncio.shield(self._session.close())


@mends
def closed_after_the_loop() -> FastAPI:
    """A streamed list closes its session in `finally`."""

    async def listed(maker: Sessionmaker, limit: Limit = 50, offset: Offset = 0) -> Response:
        session = maker()
        page = select(ExampleItem).order_by(ExampleItem.id).limit(limit).offset(offset)
        try:
            return Closing(await session.stream_scalars(page), session)
        except asyncio.CancelledError:
            await asyncio.shield(session.close())
            raise
        except Exception as error:
            await session.close()
            raise DatabaseFailure from error

    return with_route("list_items", listed, **PAGE)


@mends
def session_of_a_generator() -> FastAPI:
    """The rows of a streamed list are read before its generator begins."""

    async def items(rows: Sequence[ExampleItem]) -> Texts:
        opening = "["
        for item in rows:
            yield opening + found(item).model_dump_json()
            opening = ","
        yield "]" if opening == "," else "[]"

    async def listed(service: Service, limit: Limit = 50, offset: Offset = 0) -> Response:
        rows = await service.list(limit=limit, offset=offset)
        return StreamingResponse(items(rows), media_type="application/json")

    return with_route("list_items", listed, **PAGE)


@mends
def pages_for_nobody() -> FastAPI:
    """A list listens while it is sent, and stops where its client has left."""

    async def listed(service: Service, limit: Limit = 50, offset: Offset = 0) -> Response:
        first = await service.list(limit=1, offset=offset)

        async def items() -> AsyncIterator[ExampleItem]:
            page = first
            for place in range(offset + 1, offset + limit + 1):
                for item in page:
                    yield item
                if not page or place == offset + limit:
                    return
                page = await service.list(limit=1, offset=place)

        return StreamingResponse(as_array(items()), media_type="application/json")

    return with_route("list_items", listed, **PAGE)


class AskingFirst:
    """Gives each request a session, and asks the database who sent it."""

    def __init__(self, app: ASGIApp, owner: FastAPI) -> None:
        self._app = app
        self._owner = owner

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        async with self._owner.state.sessions() as session:
            try:
                await session.execute(select(1))
            except Exception as error:  # noqa: BLE001 - drivers raise more than SQLAlchemy's errors
                await refusal(status_of(error))(scope, receive, send)
                return
            await session.rollback()
            scope.setdefault("state", {})["session"] = session
            await self._app(scope, receive, send)


@mends
def session_of_the_middleware() -> FastAPI:
    """A middleware ends its question before the body is waited for."""

    async def sessions(request: Request) -> AsyncSession:
        session: AsyncSession = request.state.session
        await session.rollback()
        return session

    app = create_app()
    app.add_middleware(AskingFirst, owner=app)
    app.dependency_overrides[get_async_session] = sessions
    return app


class Ended(ExampleItemService):
    """Reads in a transaction that ends when the row is there."""

    async def get(self, item_id: int) -> ExampleItem | None:
        async with transaction(self._session):
            return await self._session.get(ExampleItem, item_id)


@mends
def read_in_the_dependencys_transaction() -> FastAPI:
    """A read ends its transaction before it is answered."""
    return with_service(Ended)
