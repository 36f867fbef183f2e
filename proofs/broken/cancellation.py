"""Apps that clean up after errors, but not after a request that was cancelled."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Annotated

import anyio
from fastapi import Depends, FastAPI
from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)

from proofs.broken import breaks
from proofs.broken.replacing import with_service
from reference_app.database import DatabaseFailure, get_async_sessionmaker, transaction
from reference_app.models import ExampleItem
from reference_app.routes import get_service
from reference_app.service import ExampleItemService
from reference_app.settings import load_settings

Sessionmaker = Annotated[async_sessionmaker[AsyncSession], Depends(get_async_sessionmaker)]


async def tell_another_service() -> None:
    """Stand for a call over the network."""
    await asyncio.sleep(0)


def with_sessions_of_its_own(service: type[ExampleItemService]) -> FastAPI:
    """The reference app, its service given a session to close."""
    app = with_service(service)

    def owning(maker: Sessionmaker) -> ExampleItemService:
        return service(maker())

    app.dependency_overrides[get_service] = owning
    return app


@breaks("CAN-01", says="NEVER RETURNED")
def closed_after_exceptions_only() -> FastAPI:
    """The session is closed after success and after any `Exception`: a cancellation is none."""

    class Closing(ExampleItemService):
        async def get(self, item_id: int) -> ExampleItem | None:
            try:
                item = await self._session.get(ExampleItem, item_id)
                await tell_another_service()
            except Exception as error:
                await self._session.close()
                raise DatabaseFailure from error
            await self._session.close()
            return item

    return with_sessions_of_its_own(Closing)


@breaks("CAN-02", says="idle in transaction", databases=("postgresql",))
def snapshot_by_hand() -> FastAPI:
    """A read begins a transaction by hand, and ends it by hand unless it is cancelled in between.

    SQLAlchemy takes the connection for one that commits by itself, so nobody else ends it.
    """
    engines: list[AsyncEngine] = []

    class Snapshot(ExampleItemService):
        async def get(self, item_id: int) -> ExampleItem | None:
            if not engines:
                url = load_settings().database_url
                engines.append(create_async_engine(url, isolation_level="AUTOCOMMIT", pool_size=1))
            try:
                async with engines[0].connect() as connection:
                    await connection.exec_driver_sql("BEGIN ISOLATION LEVEL REPEATABLE READ")
                    await tell_another_service()
                    await connection.exec_driver_sql("COMMIT")
            except Exception as error:
                raise DatabaseFailure from error
            return await super().get(item_id)

    return with_service(Snapshot)


@breaks("CAN-02", says="of POST", databases=("postgresql",))
def forgotten_connection() -> FastAPI:
    """A create counts over a connection of its own, which keeps its transaction once cancelled."""
    import asyncpg

    kept: list[object] = []

    class Counting(ExampleItemService):
        async def create(self, values: Mapping[str, str | None]) -> ExampleItem:
            url = make_url(load_settings().database_url).set(drivername="postgresql")
            connection = await asyncpg.connect(url.render_as_string(hide_password=False))
            await connection.execute("BEGIN; SELECT count(*) FROM example_items")
            try:
                item = await super().create(values)
                await tell_another_service()
            except asyncio.CancelledError:
                kept.append(connection)
                raise
            except DatabaseFailure:
                await connection.close()
                raise
            await connection.close()
            return item

    return with_service(Counting)


@breaks("CAN-03", says="only a part is stored, in example_items", also=("CON-07", "CON-08"))
def undone_after_exceptions_only() -> FastAPI:
    """A change commits field by field; what is done is undone after any `Exception`."""

    class Piecemeal(ExampleItemService):
        async def update(
            self, item_id: int, values: Mapping[str, str | None]
        ) -> ExampleItem | None:
            item = await self.get(item_id)
            if item is None or len(values) < 2:
                return await super().update(item_id, values)
            old = {field: getattr(item, field) for field in values}
            try:
                for field, value in values.items():
                    item = await super().update(item_id, {field: value})
            except DatabaseFailure:
                await super().update(item_id, old)
                raise
            return item

    return with_service(Piecemeal)


@breaks("CAN-04", says="later requests stored what it had left, in example_items")
def saved_for_later() -> FastAPI:
    """A create that is cancelled is remembered by the app, and stored along with the next one."""
    backlog: list[Mapping[str, str | None]] = []

    class Keen(ExampleItemService):
        async def create(self, values: Mapping[str, str | None]) -> ExampleItem:
            rows = [*backlog, values]
            backlog.clear()
            items = [ExampleItem(**row) for row in rows]
            try:
                async with transaction(self._session):
                    self._session.add_all(items)
            except asyncio.CancelledError:
                backlog.extend(rows)
                raise
            return items[-1]

    return with_service(Keen)


@breaks("CAN-05", says="GET /api/v1/examples/database-example/ -> 503")
def cancellation_as_outage() -> FastAPI:
    """A circuit breaker takes a cancelled list for a database that hangs, and refuses the next."""
    is_open = [False]

    class Guarded(ExampleItemService):
        async def list(self, *, limit: int, offset: int) -> Sequence[ExampleItem]:
            if is_open[0]:
                is_open[0] = False
                raise DatabaseFailure from TimeoutError("the circuit is open")
            try:
                return await super().list(limit=limit, offset=offset)
            except asyncio.CancelledError:
                is_open[0] = True
                raise

    return with_service(Guarded)


class Owning(ExampleItemService):
    """Reads in a session of its own, closes it, and tells another service in between."""

    async def get(self, item_id: int) -> ExampleItem | None:
        try:
            item = await self._session.get(ExampleItem, item_id)
            await tell_another_service()
        except Exception as error:
            raise DatabaseFailure from error
        finally:
            await self._end()
        return item

    async def _end(self) -> None:
        await self._session.close()


class Telling(Owning):
    """Ends by telling another service, once more if it is cancelled meanwhile, and closing."""

    async def _end(self) -> None:
        try:
            await tell_another_service()
        except asyncio.CancelledError:
            await tell_another_service()
        await self._session.close()


@breaks("CAN-06", says="NEVER RETURNED")
def two_tries() -> FastAPI:
    """The clean-up tries again what was cancelled once, and a scope cancels that as well."""
    return with_sessions_of_its_own(Telling)


@breaks("CAN-07", says="NEVER RETURNED")
def shielded_from_scopes_only() -> FastAPI:
    """The clean-up is shielded from the framework's scopes, but not from two `task.cancel()`."""

    class Shielded(Telling):
        async def _end(self) -> None:
            with anyio.CancelScope(shield=True):
                await super()._end()

    return with_sessions_of_its_own(Shielded)
