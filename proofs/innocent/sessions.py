"""Sessions used in other ways than the reference app's, all of them correct."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Annotated, Any

from fastapi import BackgroundTasks, Depends, FastAPI, Request
from fastapi.responses import StreamingResponse
from sqlalchemy import Column, Integer, MetaData, NullPool, String, Table, insert, select
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)
from sqlalchemy.schema import CreateTable
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from proofs.broken.replacing import with_route, with_sessions
from proofs.broken.sessions import with_both
from proofs.broken.starting import opening
from proofs.innocent import innocent
from reference_app.database import DatabaseFailure, get_async_session, get_async_sessionmaker
from reference_app.models import ExampleItem
from reference_app.routes import Limit, Offset, get_service
from reference_app.schema import create_example_schema
from reference_app.schemas import ExampleItemOut
from reference_app.service import ExampleItemService
from reference_app.settings import load_settings

notes = Table(
    "example_notes",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("text", String(100), nullable=False),
)
Sessionmaker = Annotated[async_sessionmaker[AsyncSession], Depends(get_async_sessionmaker)]


@innocent(looks="it commits after a yield", near=("SES-03", "DIS-11"))
def function_scoped_commit() -> FastAPI:
    """A dependency of function scope commits after its yield, which is before the response."""

    async def sessions(maker: Sessionmaker) -> AsyncIterator[AsyncSession]:
        async with maker() as session:
            yield session
            try:
                await session.commit()
            except Exception as error:
                raise DatabaseFailure from error

    def service(
        session: AsyncSession = Depends(sessions, scope="function"),
    ) -> ExampleItemService:
        return ExampleItemService(session)

    app = with_sessions(sessions)
    app.dependency_overrides[get_service] = service
    return app


class UnitOfWork:
    """Commits the sessions of a request when its response is about to start."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        sessions: list[AsyncSession] = []
        scope.setdefault("state", {})["sessions"] = sessions

        async def committing(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] < 400:
                for session in sessions:
                    await session.commit()
            await send(message)

        await self._app(scope, receive, committing)


@innocent(looks="neither service nor dependency commits", near=("SES-03", "SES-12"))
def unit_of_work() -> FastAPI:
    """A middleware commits what the endpoint has flushed, before the response starts."""

    async def sessions(request: Request, maker: Sessionmaker) -> AsyncIterator[AsyncSession]:
        async with maker() as session:
            request.state.sessions.append(session)
            yield session

    class Deferring(ExampleItemService):
        async def create(self, values: Mapping[str, str | None]) -> ExampleItem:
            item = ExampleItem(**values)
            self._session.add(item)
            try:
                await self._session.flush()
            except Exception as error:
                raise DatabaseFailure from error
            return item

    app = with_both(Deferring, sessions)
    app.add_middleware(UnitOfWork)
    return app


@innocent(looks="every request opens a connection and closes it", near=("SES-08",))
def no_pool() -> FastAPI:
    """The engine keeps no connections, as behind a pooler of the database's own."""

    async def sessions() -> AsyncIterator[AsyncSession]:
        async with async_sessionmaker(engine, expire_on_commit=False)() as session:
            yield session

    engine = create_async_engine(load_settings().database_url, poolclass=NullPool)
    return with_sessions(sessions)


@innocent(looks="a COMMIT comes after the response", near=("SES-03",))
def read_only_commit() -> FastAPI:
    """The dependency ends the transaction of a read after the response, when nobody waits."""

    async def sessions(maker: Sessionmaker) -> AsyncIterator[AsyncSession]:
        async with maker() as session:
            yield session
            await session.commit()

    class Reading(ExampleItemService):
        async def get(self, item_id: int) -> ExampleItem | None:
            try:
                return await self._session.get(ExampleItem, item_id)
            except Exception as error:
                raise DatabaseFailure from error

    return with_both(Reading, sessions)


@innocent(looks="a connection is taken after the response", near=("SES-01",))
def background_session() -> FastAPI:
    """A task that runs after the response has a session of its own, and closes it."""

    async def counted(maker: async_sessionmaker[AsyncSession]) -> None:
        async with maker() as session:
            await session.scalars(select(ExampleItem.id))

    async def sessions(
        maker: Sessionmaker, background: BackgroundTasks
    ) -> AsyncIterator[AsyncSession]:
        background.add_task(counted, maker)
        async with maker() as session:
            yield session

    return with_sessions(sessions)


@innocent(
    looks="it commits after its answer, and what it stores there may be missing",
    near=("SES-03", "SES-12"),
)
def background_note() -> FastAPI:
    """Every request is noted by a task that runs after the response, and commits by itself."""

    async def note(maker: async_sessionmaker[AsyncSession], path: str) -> None:
        async with maker.begin() as session:
            await session.execute(insert(notes).values(text=path))

    async def sessions(
        request: Request, maker: Sessionmaker, background: BackgroundTasks
    ) -> AsyncIterator[AsyncSession]:
        background.add_task(note, maker, request.url.path)
        async with maker() as session:
            yield session

    async def prepare(engine: AsyncEngine) -> None:
        await create_example_schema(engine)
        async with engine.begin() as connection:
            await connection.execute(CreateTable(notes, if_not_exists=True))

    app = opening(prepare)
    app.dependency_overrides[get_async_session] = sessions
    return app


@innocent(looks="transactions inside of transactions", near=("SES-12",))
def savepoints() -> FastAPI:
    """Each create is tried in a savepoint of the transaction that is committed around it."""

    class Nested(ExampleItemService):
        async def create(self, values: Mapping[str, str | None]) -> ExampleItem:
            item = ExampleItem(**values)
            try:
                async with self._session.begin(), self._session.begin_nested():
                    self._session.add(item)
            except Exception as error:
                raise DatabaseFailure from error
            return item

    return with_both(Nested, get_async_session)


@innocent(
    looks="the connection is out while the response is being sent",
    near=("SES-01", "DIS-05", "DIS-06"),
)
def streamed_list() -> FastAPI:
    """The list is sent while it is read, and the connection returned with its last byte."""

    async def list_items(
        service: Annotated[Any, Depends(get_service)], limit: Limit = 50, offset: Offset = 0
    ) -> StreamingResponse:
        rows = await service.list(limit=limit, offset=offset)

        async def text() -> AsyncIterator[str]:
            yield "["
            for place, row in enumerate(rows):
                await service.get(row.id)
                shown = ExampleItemOut.model_validate(row).model_dump_json()
                yield f"{',' if place else ''}{shown}"
            yield "]"

        return StreamingResponse(text(), media_type="application/json")

    return with_route("list_items", list_items, response_model=list[ExampleItemOut])
