"""Apps that keep connections and transactions, or take more of them than they need."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Request, Response
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)

from proofs.broken import SERVERS, breaks
from proofs.broken.replacing import routes_of, with_route, with_service
from proofs.broken.sessions import with_both
from proofs.broken.starting import around
from proofs.broken.unended import engine_without_reset, leave_a_transaction
from reference_app.database import DatabaseFailure, get_async_sessionmaker
from reference_app.models import ExampleItem
from reference_app.routes import found
from reference_app.schemas import ExampleItemCreate, ExampleItemOut
from reference_app.service import ExampleItemService
from reference_app.settings import load_settings

Sessionmaker = Annotated[async_sessionmaker[AsyncSession], Depends(get_async_sessionmaker)]


class Autobegun(ExampleItemService):
    """Reads in the transaction that the session begins by itself and its closing ends."""

    async def get(self, item_id: int) -> ExampleItem | None:
        try:
            return await self._session.get(ExampleItem, item_id)
        except Exception as error:
            raise DatabaseFailure from error


@breaks("SES-01", says="NEVER RETURNED")
def bare_yield() -> FastAPI:
    """The dependency closes its session after a bare yield, which a 404 does not reach."""

    async def sessions(maker: Sessionmaker) -> AsyncIterator[AsyncSession]:
        session = maker()
        yield session
        await session.close()

    return with_both(Autobegun, sessions)


@breaks("SES-01", says="NEVER RETURNED")
def returned_session() -> FastAPI:
    """The dependency returns a session instead of yielding it, so that nobody closes it."""

    async def sessions(maker: Sessionmaker) -> AsyncSession:
        return maker()

    return with_both(Autobegun, sessions)


async def connected(maker: Sessionmaker) -> AsyncSession:
    """Give a session that has its connection, for somebody else to close."""
    session = maker()
    try:
        await session.connection()
    except Exception as error:
        await session.close()
        raise DatabaseFailure from error
    return session


@breaks("SES-01", says="-> 422: conn")
def closed_by_the_endpoint() -> FastAPI:
    """The endpoint closes the session of its dependency, and an invalid body does not reach it."""

    async def create(
        payload: ExampleItemCreate,
        request: Request,
        response: Response,
        session: AsyncSession = Depends(connected),
    ) -> ExampleItemOut:
        item = ExampleItem(**payload.model_dump())
        try:
            session.add(item)
            await session.commit()
        except Exception as error:
            raise DatabaseFailure from error
        finally:
            await session.close()
        response.headers["Location"] = request.url_for("get_item", item_id=item.id).path
        return found(item)

    return with_route("create_item", create)


@breaks("SES-02", says="in transaction", databases=SERVERS)
def pool_without_reset() -> FastAPI:
    """A second pool takes connections back without a rollback, and nobody else does one."""
    engines: list[Any] = []

    class Counting(ExampleItemService):
        async def get(self, item_id: int) -> ExampleItem | None:
            if not engines:
                engines.append(engine_without_reset())
            await leave_a_transaction(engines[0])
            return await super().get(item_id)

    return with_service(Counting)


@breaks("SES-05", says="reclaimed by the garbage collector")
def dropped_connection() -> FastAPI:
    """After a read the database is pinged by a connection that is dropped instead of closed."""

    class Pinging(ExampleItemService):
        async def get(self, item_id: int) -> ExampleItem | None:
            item = await super().get(item_id)
            engine: Any = self._session.bind
            raw = await engine.raw_connection()
            del raw
            return item

    return with_service(Pinging)


@breaks("SES-05", says="async generator that the app abandoned")
def wrapped_generator() -> FastAPI:
    """The dependency passes on another one's sessions, and no error gets through to that."""

    async def inner(maker: async_sessionmaker[AsyncSession]) -> AsyncIterator[AsyncSession]:
        async with maker() as session:
            yield session

    async def sessions(maker: Sessionmaker) -> AsyncIterator[AsyncSession]:
        async for session in inner(maker):
            yield session

    class Plain(ExampleItemService):
        async def get(self, item_id: int) -> ExampleItem | None:
            try:
                return await self._session.get(ExampleItem, item_id)
            except Exception as error:
                raise DatabaseFailure from error

    return with_both(Plain, sessions)


@breaks("SES-08", says="more connections open")
def engine_per_list() -> FastAPI:
    """Every list makes an engine, and no read is known; a create disposes those made so far."""
    app: FastAPI = engine_per_look()
    for route in routes_of(app):
        route.include_in_schema = route.name != "get_item"
    return app


@breaks("SES-08", says="more connections open")
def engine_per_look() -> FastAPI:
    """Every read or list makes an engine; a create or the shutdown disposes those made so far."""
    engines: list[AsyncEngine] = []

    def session() -> AsyncSession:
        engines.append(create_async_engine(load_settings().database_url))
        return AsyncSession(engines[-1], expire_on_commit=False)

    async def disposed() -> None:
        while engines:
            await engines.pop().dispose()

    class Reading(ExampleItemService):
        async def create(self, values: Mapping[str, str | None]) -> ExampleItem:
            await disposed()
            return await super().create(values)

        async def get(self, item_id: int) -> ExampleItem | None:
            async with session() as own:
                return await ExampleItemService(own).get(item_id)

        async def list(self, *, limit: int, offset: int) -> Sequence[ExampleItem]:
            async with session() as own:
                return await ExampleItemService(own).list(limit=limit, offset=offset)

    async def lifespan(
        app: FastAPI, usual: AbstractAsyncContextManager[object]
    ) -> AsyncIterator[None]:
        async with usual:
            yield
        await disposed()

    return around(lifespan, with_service(Reading))
