"""The apps of `broken/cancellation.py` that a small change mends."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import FastAPI
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    create_async_engine,
)

from proofs.broken.cancellation import Owning, tell_another_service, with_sessions_of_its_own
from proofs.broken.replacing import with_service
from proofs.mended import mends
from reference_app.database import DatabaseFailure, transaction
from reference_app.models import ExampleItem
from reference_app.service import ExampleItemService
from reference_app.settings import load_settings


@mends
def closed_after_exceptions_only() -> FastAPI:
    """The session is closed in `finally`, also after a cancellation."""

    class Closing(ExampleItemService):
        async def get(self, item_id: int) -> ExampleItem | None:
            try:
                item = await self._session.get(ExampleItem, item_id)
                await tell_another_service()
            except Exception as error:
                raise DatabaseFailure from error
            finally:
                await self._session.close()
            return item

    return with_sessions_of_its_own(Closing)


@mends
def snapshot_by_hand() -> FastAPI:
    """SQLAlchemy begins the transaction of a read, and ends it."""
    engines: list[AsyncEngine] = []

    class Snapshot(ExampleItemService):
        async def get(self, item_id: int) -> ExampleItem | None:
            if not engines:
                url = load_settings().database_url
                engines.append(
                    create_async_engine(url, isolation_level="REPEATABLE READ", pool_size=1)
                )
            try:
                async with engines[0].begin() as connection:
                    await connection.exec_driver_sql("SELECT 1")
                    await tell_another_service()
            except Exception as error:
                raise DatabaseFailure from error
            return await super().get(item_id)

    return with_service(Snapshot)


@mends
def undone_after_exceptions_only() -> FastAPI:
    """A change is one transaction, whichever fields it writes."""

    class Piecemeal(ExampleItemService):
        async def update(
            self, item_id: int, values: Mapping[str, str | None]
        ) -> ExampleItem | None:
            item = await self.get(item_id)
            if item is None or len(values) < 2:
                return await super().update(item_id, values)
            async with transaction(self._session):
                for field, value in values.items():
                    item = await super().update(item_id, {field: value})
            return item

    return with_service(Piecemeal)


@mends
def saved_for_later() -> FastAPI:
    """A create that is cancelled is gone."""

    class Keen(ExampleItemService):
        async def create(self, values: Mapping[str, str | None]) -> ExampleItem:
            item = ExampleItem(**values)
            async with transaction(self._session):
                self._session.add(item)
            return item

    return with_service(Keen)


class Telling(Owning):
    """Ends by telling another service, and closes in any case."""

    async def _end(self) -> None:
        async with self._session:
            await tell_another_service()


@mends
def two_tries() -> FastAPI:
    """The session is closed by its `async with`, which a scope does not interrupt."""
    return with_sessions_of_its_own(Telling)


@mends
def shielded_from_scopes_only() -> FastAPI:
    """The clean-up closes the session by its `async with`, which goes on in a task of its own."""

    class Shielded(Telling):
        async def _end(self) -> None:
            async with self._session:
                await tell_another_service()

    return with_sessions_of_its_own(Shielded)
