"""The apps of `broken/errors_cleanup.py` that a small change mends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fastapi import FastAPI, HTTPException
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from proofs.broken.errors_cleanup import Sessionmaker
from proofs.broken.replacing import with_service
from proofs.mended import mends
from reference_app.database import DatabaseFailure, transaction
from reference_app.models import ExampleItem
from reference_app.routes import get_service
from reference_app.service import ExampleItemService


@mends
def two_commits() -> FastAPI:
    """A create stores the name and the rest in one transaction."""

    class Piecemeal(ExampleItemService):
        async def create(self, values: Mapping[str, str | None]) -> ExampleItem:
            async with transaction(self._session):
                item = await super().create({"name": values["name"]})
                rest = {"description": values["description"]}
                change = update(ExampleItem).where(ExampleItem.id == item.id).values(**rest)
                await self._session.execute(change)
            return ExampleItem(id=item.id, **values)

    return with_service(Piecemeal)


@mends
def close_after_commit() -> FastAPI:
    """A create closes the session it opened in `finally`."""

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
            finally:
                await session.close()
            return item

    app = with_service(ExampleItemService)

    def careless(maker: Sessionmaker) -> ExampleItemService:
        return Careless(maker(), maker)

    app.dependency_overrides[get_service] = careless
    return app


@mends
def grudge() -> FastAPI:
    """The circuit breaker opens after five failures in a row, for one request."""
    failures = [0]

    class Guarded(ExampleItemService):
        async def list(self, *, limit: int, offset: int) -> Sequence[ExampleItem]:
            if failures[0] >= 5:
                failures[0] = 0
                raise HTTPException(503, "the circuit is open")
            try:
                items = await super().list(limit=limit, offset=offset)
            except DatabaseFailure:
                failures[0] += 1
                raise
            failures[0] = 0
            return items

    return with_service(Guarded)
