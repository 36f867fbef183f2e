"""Apps that keep something, or tell a lie, when a later call fails or the connection breaks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException, Request, Response
from sqlalchemy import func, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from proofs.broken import SERVERS, breaks
from proofs.broken.replacing import with_service
from reference_app import create_app
from reference_app.database import DatabaseFailure, get_async_sessionmaker, transaction
from reference_app.errors import refusal, sqlstate_of, status_of
from reference_app.models import ExampleItem
from reference_app.routes import get_service
from reference_app.service import ExampleItemService

Sessionmaker = Annotated[async_sessionmaker[AsyncSession], Depends(get_async_sessionmaker)]


def has_lost_connection(failure: DatabaseFailure) -> bool:
    """Whether the connection broke, as SQLAlchemy tells it."""
    return bool(getattr(failure.__cause__, "connection_invalidated", False))


class ReloadError(Exception):
    """The row was changed, and could not be read again."""


@breaks("FAI-01", says="NEVER RETURNED")
def leak_at_the_second_statement() -> FastAPI:
    """A change whose second statement fails is answered at once, its session still open."""

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


@breaks("FAI-02", says="NEVER RETURNED", databases=SERVERS)
def another_connection_kept() -> FastAPI:
    """A list that loses its connection opens another, and never closes it."""

    class Insistent(ExampleItemService):
        async def list(self, *, limit: int, offset: int) -> Sequence[ExampleItem]:
            try:
                return await super().list(limit=limit, offset=offset)
            except DatabaseFailure as failure:
                if not has_lost_connection(failure):
                    raise
            engine = self._session.bind
            assert isinstance(engine, AsyncEngine)
            connection = await engine.connect()
            page = select(ExampleItem.__table__).order_by(ExampleItem.id)
            rows = await connection.execute(page.limit(limit).offset(offset))
            return [ExampleItem(**row) for row in rows.mappings()]

    return with_service(Insistent)


@breaks("FAI-03", says="no row of any table has changed", databases=SERVERS)
def commit_again() -> FastAPI:
    """A COMMIT that loses its connection is tried again on another, where nothing is to commit."""

    class Stubborn(ExampleItemService):
        async def create(self, values: Mapping[str, str | None]) -> ExampleItem:
            item = ExampleItem(**values)
            self._session.add(item)
            try:
                await self._session.flush()
                await self._commit()
            except DBAPIError as error:
                raise DatabaseFailure from error
            return ExampleItem(id=item.id, **values)

        async def _commit(self) -> None:
            try:
                await self._session.commit()
            except DBAPIError as error:
                if not error.connection_invalidated:
                    raise
                await self._session.rollback()
                await self._session.commit()

    return with_service(Stubborn)


@breaks("FAI-05", says="GET /api/v1/examples/database-example/ -> 503", databases=SERVERS)
def circuit_open_after_a_break() -> FastAPI:
    """A list that loses its connection opens a circuit breaker, which turns the next one away."""
    is_open = [False]

    class Guarded(ExampleItemService):
        async def list(self, *, limit: int, offset: int) -> Sequence[ExampleItem]:
            if is_open[0]:
                is_open[0] = False
                raise HTTPException(503, "the circuit is open")
            try:
                return await super().list(limit=limit, offset=offset)
            except DatabaseFailure as failure:
                is_open[0] = has_lost_connection(failure)
                raise

    return with_service(Guarded)


@breaks("FAI-06", says="2 new rows in example_items instead of 1", databases=SERVERS)
def blind_retry() -> FastAPI:
    """A create that loses its connection is tried again, whatever the first try has stored."""

    class Blind(ExampleItemService):
        async def create(self, values: Mapping[str, str | None]) -> ExampleItem:
            try:
                return await super().create(values)
            except DatabaseFailure as failure:
                if not has_lost_connection(failure):
                    raise
            return await super().create(values)

    return with_service(Blind)


@breaks("FAI-07", says="answered 409, and the write is stored", databases=SERVERS)
def every_commit_a_conflict() -> FastAPI:
    """Whatever COMMIT raises is taken for a violated constraint, and answered 409."""

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
            except DBAPIError as error:
                raise HTTPException(409, "there is such an item already") from error
            return item

    return with_service(Certain)


@breaks("FAI-08", says="later requests stored what it had left", databases=("sqlite",))
def commit_without_rollback() -> FastAPI:
    """A create commits by hand; if COMMIT finds the file busy, nobody rolls back."""

    class Plain(ExampleItemService):
        async def create(self, values: Mapping[str, str | None]) -> ExampleItem:
            item = ExampleItem(**values)
            self._session.add(item)
            try:
                await self._session.commit()
            except Exception as error:
                raise DatabaseFailure from error
            return item

    return with_service(Plain)


@breaks("FAI-09", says="answered as a failure, and everything is stored")
def reload_after_commit() -> FastAPI:
    """A change is read back in another transaction, whose failure is the answer."""

    class Reloading(ExampleItemService):
        async def update(
            self, item_id: int, values: Mapping[str, str | None]
        ) -> ExampleItem | None:
            change = update(ExampleItem).where(ExampleItem.id == item_id)
            if values:
                async with transaction(self._session):
                    await self._session.execute(change.values(**values))
            return await self.get(item_id)

    return with_service(Reloading)


@breaks("FAI-10", says="a success, but no row of any table", databases=("postgresql",))
def swallowed_count() -> FastAPI:
    """A count for the statistics may fail, which spoils the transaction it is made in."""

    class Counting(ExampleItemService):
        async def create(self, values: Mapping[str, str | None]) -> ExampleItem:
            item = ExampleItem(**values)
            async with transaction(self._session):
                self._session.add(item)
                await self._session.flush()
                with suppress(DBAPIError):
                    await self._session.scalar(select(func.count()).select_from(ExampleItem))
            return item

    return with_service(Counting)


@breaks("FAI-20", says="a COMMIT that lost a race is called a defect", databases=SERVERS)
def race_as_defect() -> FastAPI:
    """A transaction that lost a race is answered 500, like any error that nobody expected."""
    app = create_app()

    async def answer(_request: Request, failure: Exception) -> Response:
        error = failure.__cause__ or failure
        is_race = sqlstate_of(error).startswith("40")
        return refusal(500 if is_race else status_of(error))

    app.add_exception_handler(DatabaseFailure, answer)
    return app
