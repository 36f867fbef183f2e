"""Apps whose answers go on without their client, or whose connections wait for it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Request, Response
from fastapi.responses import StreamingResponse
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncScalarResult, AsyncSession, async_sessionmaker
from starlette.types import ASGIApp, Receive, Scope, Send

from proofs.broken import breaks
from proofs.broken.replacing import with_route, with_service
from proofs.broken.sessions_connections import Autobegun
from reference_app import create_app
from reference_app.database import DatabaseFailure, get_async_session, get_async_sessionmaker
from reference_app.errors import refusal, status_of
from reference_app.models import ExampleItem
from reference_app.routes import Limit, Offset, Service, found
from reference_app.schemas import ExampleItemOut

Sessionmaker = Annotated[async_sessionmaker[AsyncSession], Depends(get_async_sessionmaker)]
Texts = AsyncIterator[str]
PAGE: dict[str, Any] = {"response_model": list[ExampleItemOut]}


async def as_array(items: AsyncIterator[ExampleItem]) -> Texts:
    """Spell the items as JSON, one by one."""
    opening = "["
    async for item in items:
        yield opening + found(item).model_dump_json()
        opening = ","
    yield "]" if opening == "," else "[]"


class Download(StreamingResponse):
    """Sends without listening whether anybody is there."""

    def __init__(self, content: Texts) -> None:
        super().__init__(content, media_type="application/json")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.stream_response(send)


class Closing(Download):
    """Closes the session of its rows when they are sent, when they fail, or when cancelled."""

    def __init__(self, rows: AsyncScalarResult[ExampleItem], session: AsyncSession) -> None:
        super().__init__(as_array(rows))
        self._session = session

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        except (asyncio.CancelledError, SQLAlchemyError):
            await asyncio.shield(self._session.close())
            raise
        await self._session.close()


@breaks("DIS-05", says="conn")
def closed_after_the_loop() -> FastAPI:
    """A streamed list closes its session whatever happens, unless it is a send that fails."""

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


@breaks("DIS-06", says="an async generator that the app abandoned")
def session_of_a_generator() -> FastAPI:
    """The generator of a streamed list opens the session, and nobody closes the generator."""

    async def items(maker: async_sessionmaker[AsyncSession], ids: Collection[int]) -> Texts:
        wanted = select(ExampleItem).where(ExampleItem.id.in_(ids)).order_by(ExampleItem.id)
        opening = "["
        async with maker() as session:
            for item in await session.scalars(wanted):
                yield opening + found(item).model_dump_json()
                opening = ","
        yield "]" if opening == "," else "[]"

    async def listed(
        service: Service, maker: Sessionmaker, limit: Limit = 50, offset: Offset = 0
    ) -> Response:
        ids = [item.id for item in await service.list(limit=limit, offset=offset)]
        return StreamingResponse(items(maker, ids), media_type="application/json")

    return with_route("list_items", listed, **PAGE)


@breaks("DIS-09", says="more statements")
def pages_for_nobody() -> FastAPI:
    """A list is read and sent item by item, to the last, whether anybody takes it or not."""

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

        return Download(as_array(items()))

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
            scope.setdefault("state", {})["session"] = session
            await self._app(scope, receive, send)


@breaks("DIS-10", says="held conn")
def session_of_the_middleware() -> FastAPI:
    """A middleware asks the database before the body is there; the endpoint ends that question."""

    async def sessions(request: Request) -> AsyncSession:
        session: AsyncSession = request.state.session
        await session.rollback()
        return session

    app = create_app()
    app.add_middleware(AskingFirst, owner=app)
    app.dependency_overrides[get_async_session] = sessions
    return app


@breaks("DIS-11", says="was sent while conn")
def read_in_the_dependencys_transaction() -> FastAPI:
    """A read begins a transaction that ends with its dependency, after the answer was sent."""
    return with_service(Autobegun)


@breaks("DIS-11", says="was sent while conn")
def streamed_from_memory() -> FastAPI:
    """A stream has read everything before it begins, and yet holds the connection to its end."""

    async def list_items(
        session: Annotated[AsyncSession, Depends(get_async_session)],
        limit: Limit = 50,
        offset: Offset = 0,
    ) -> Response:
        page = select(ExampleItem).order_by(ExampleItem.id).limit(limit).offset(offset)
        try:
            items = (await session.scalars(page)).all()
        except Exception as error:
            raise DatabaseFailure from error

        async def each() -> AsyncIterator[ExampleItem]:
            for item in items:
                yield item

        return StreamingResponse(as_array(each()), media_type="application/json")

    return with_route("list_items", list_items, **PAGE)


@breaks("DIS-05", says="/export-of-items -> 200: conn")
def export_closed_in_the_end() -> FastAPI:
    """An export beside the collection closes its session behind its last row, and only there."""
    app = create_app()

    async def export_of_items(maker: Sessionmaker) -> StreamingResponse:
        async def lines() -> Texts:
            session = maker()
            rows = await session.stream_scalars(select(ExampleItem).order_by(ExampleItem.id))
            async for item in rows:
                yield found(item).model_dump_json() + "\n"
            await session.close()

        return StreamingResponse(lines(), media_type="application/x-ndjson")

    app.add_api_route("/export-of-items", export_of_items, response_class=StreamingResponse)
    return app
