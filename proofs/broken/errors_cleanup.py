"""Apps that keep something when the database has failed: rows, connections, a grudge."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException
from sqlalchemy import insert, update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from proofs.broken import breaks
from proofs.broken.replacing import with_service
from reference_app.database import DatabaseFailure, get_async_sessionmaker, transaction
from reference_app.models import ExampleItem
from reference_app.routes import get_service
from reference_app.service import ExampleItemService

Sessionmaker = Annotated[async_sessionmaker[AsyncSession], Depends(get_async_sessionmaker)]


@breaks("ERR-03", says="and part of it is stored in example_items")
def two_commits() -> FastAPI:
    """A create stores the name, commits, then stores the rest in another transaction."""

    class Piecemeal(ExampleItemService):
        async def create(self, values: Mapping[str, str | None]) -> ExampleItem:
            item = await super().create({"name": values["name"]})
            rest = {"description": values["description"]}
            async with transaction(self._session):
                change = update(ExampleItem).where(ExampleItem.id == item.id).values(**rest)
                await self._session.execute(change)
            return ExampleItem(id=item.id, **values)

    return with_service(Piecemeal)


@breaks("ERR-03", says="write number 2 (UPDATE example_items", databases=("sqlite", "mysql"))
def commit_in_finally() -> FastAPI:
    """A create commits in `finally`, whatever of it has failed (PostgreSQL then stores nothing)."""

    class Determined(ExampleItemService):
        async def create(self, values: Mapping[str, str | None]) -> ExampleItem:
            item = insert(ExampleItem).values(name=values["name"]).returning(ExampleItem.id)
            try:
                number = (await self._session.scalars(item)).one()
                change = update(ExampleItem).where(ExampleItem.id == number)
                await self._session.execute(change.values(description=values["description"]))
            except Exception as error:
                raise DatabaseFailure from error
            finally:
                await self._session.commit()
            return ExampleItem(id=number, **values)

    return with_service(Determined)


@breaks("ERR-05", says="NEVER RETURNED")
def close_after_commit() -> FastAPI:
    """A create closes the session it opened behind the commit, not in `finally`."""

    class Careless(ExampleItemService):
        def __init__(self, session: AsyncSession, maker: async_sessionmaker[AsyncSession]) -> None:
            super().__init__(session)
            self._maker = maker

        async def create(self, values: Mapping[str, str | None]) -> ExampleItem:
            session = self._maker()
            item = ExampleItem(**values)
            session.add(item)
            try:
                await session.commit()
            except Exception as error:
                raise DatabaseFailure from error
            await session.close()
            return item

    app = with_service(ExampleItemService)

    def careless(maker: Sessionmaker) -> ExampleItemService:
        return Careless(maker(), maker)

    app.dependency_overrides[get_service] = careless
    return app


@breaks("ERR-06", says="GET /api/v1/examples/database-example/ -> 503")
def grudge() -> FastAPI:
    """After a list that failed, a circuit breaker turns the next list away."""
    is_open = [False]

    class Guarded(ExampleItemService):
        async def list(self, *, limit: int, offset: int) -> Sequence[ExampleItem]:
            if is_open[0]:
                is_open[0] = False
                raise HTTPException(503, "the circuit is open")
            try:
                return await super().list(limit=limit, offset=offset)
            except DatabaseFailure:
                is_open[0] = True
                raise

    return with_service(Guarded)
