"""The apps of `broken/failures.py` that a small change mends."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from fastapi import FastAPI, HTTPException, Request, Response
from sqlalchemy import func, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from proofs.broken.failures import ReloadError, Sessionmaker, has_lost_connection
from proofs.broken.replacing import with_service
from proofs.mended import mends
from reference_app import create_app
from reference_app.database import DatabaseFailure, transaction
from reference_app.errors import refusal, status_of
from reference_app.models import MAX_ID, ExampleItem
from reference_app.routes import get_service
from reference_app.service import ExampleItemService


@mends
def leak_at_the_second_statement() -> FastAPI:
    """A change closes its session, whichever of its statements fails."""

    class Hasty(ExampleItemService):
        def __init__(self, maker: async_sessionmaker[AsyncSession]) -> None:
            super().__init__(maker())
            self._maker = maker

        async def update(
            self, item_id: int, values: Mapping[str, str | None]
        ) -> ExampleItem | None:
            session = self._maker()
            try:
                item = await self._change(session, item_id, values)
                await session.commit()
            except ReloadError as error:
                await session.close()
                raise DatabaseFailure from error.__cause__
            except BaseException as error:
                await session.close()
                if isinstance(error, DBAPIError):
                    raise DatabaseFailure from error
                raise
            await session.close()
            return item

        async def _change(
            self, session: AsyncSession, item_id: int, values: Mapping[str, str | None]
        ) -> ExampleItem | None:
            if values:
                change = update(ExampleItem).where(ExampleItem.id == item_id)
                await session.execute(change.values(**values))
            try:
                return await session.get(ExampleItem, item_id)
            except DBAPIError as error:
                raise ReloadError from error

    app = create_app()

    def hasty(maker: Sessionmaker) -> ExampleItemService:
        return Hasty(maker)

    app.dependency_overrides[get_service] = hasty
    return app


@mends
def another_connection_kept() -> FastAPI:
    """A list that loses its connection opens another, and closes it."""

    class Insistent(ExampleItemService):
        async def list(self, *, limit: int, offset: int) -> Sequence[ExampleItem]:
            try:
                return await super().list(limit=limit, offset=offset)
            except DatabaseFailure as failure:
                if not has_lost_connection(failure):
                    raise
            engine = self._session.bind
            assert isinstance(engine, AsyncEngine)
            page = select(ExampleItem.__table__).order_by(ExampleItem.id)
            async with engine.connect() as connection:
                rows = await connection.execute(page.limit(limit).offset(offset))
                return [ExampleItem(**row) for row in rows.mappings()]

    return with_service(Insistent)


@mends
def commit_again() -> FastAPI:
    """A COMMIT that loses its connection is a failure: nobody knows what it has stored."""

    class Stubborn(ExampleItemService):
        async def create(self, values: Mapping[str, str | None]) -> ExampleItem:
            item = ExampleItem(**values)
            self._session.add(item)
            try:
                await self._session.flush()
                await self._session.commit()
            except DBAPIError as error:
                raise DatabaseFailure from error
            return ExampleItem(id=item.id, **values)

    return with_service(Stubborn)


@mends
def blind_retry() -> FastAPI:
    """A create that loses its connection is looked for by its id before it is tried again."""

    class Blind(ExampleItemService):
        async def create(self, values: Mapping[str, str | None]) -> ExampleItem:
            numbered: dict[str, Any] = {**values, "id": secrets.randbelow(MAX_ID)}
            try:
                return await super().create(numbered)
            except DatabaseFailure as failure:
                if not has_lost_connection(failure):
                    raise
            stored = await self.get(numbered["id"])
            return stored or await super().create(numbered)

    return with_service(Blind)


@mends
def every_commit_a_conflict() -> FastAPI:
    """Only a violated constraint is a conflict."""

    class Certain(ExampleItemService):
        async def create(self, values: Mapping[str, str | None]) -> ExampleItem:
            item = ExampleItem(**values)
            self._session.add(item)
            try:
                await self._session.flush()
            except Exception as error:
                raise DatabaseFailure from error
            try:
                await self._session.commit()
            except IntegrityError as error:
                raise HTTPException(409, "there is such an item already") from error
            except DBAPIError as error:
                raise DatabaseFailure from error
            return item

    return with_service(Certain)


@mends
def commit_without_rollback() -> FastAPI:
    """A COMMIT that fails is rolled back."""

    class Plain(ExampleItemService):
        async def create(self, values: Mapping[str, str | None]) -> ExampleItem:
            item = ExampleItem(**values)
            self._session.add(item)
            try:
                await self._session.commit()
            except Exception as error:
                await self._session.rollback()
                raise DatabaseFailure from error
            return item

    return with_service(Plain)


@mends
def reload_after_commit() -> FastAPI:
    """A change is read back before it is committed."""

    class Reloading(ExampleItemService):
        async def update(
            self, item_id: int, values: Mapping[str, str | None]
        ) -> ExampleItem | None:
            change = update(ExampleItem).where(ExampleItem.id == item_id)
            async with transaction(self._session):
                if values:
                    await self._session.execute(change.values(**values))
                return await self._session.get(ExampleItem, item_id)

    return with_service(Reloading)


@mends
def swallowed_count() -> FastAPI:
    """A count for the statistics may fail in a savepoint of its own."""

    class Counting(ExampleItemService):
        async def create(self, values: Mapping[str, str | None]) -> ExampleItem:
            item = ExampleItem(**values)
            async with transaction(self._session):
                self._session.add(item)
                await self._session.flush()
                with suppress(DBAPIError):
                    async with self._session.begin_nested():
                        await self._session.scalar(select(func.count()).select_from(ExampleItem))
            return item

    return with_service(Counting)


@mends
def race_as_defect() -> FastAPI:
    """A transaction that lost a race is answered 503: the client may try again."""
    app = create_app()

    async def answer(_request: Request, failure: Exception) -> Response:
        error = failure.__cause__ or failure
        return refusal(status_of(error))

    app.add_exception_handler(DatabaseFailure, answer)
    return app
