"""The apps of `broken/concurrency.py` that a small change mends."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import FastAPI
from sqlalchemy import delete, select, update

from proofs.broken.concurrency import Values
from proofs.broken.replacing import with_service
from proofs.mended import mends
from reference_app.database import transaction
from reference_app.models import ExampleItem
from reference_app.service import ExampleItemService


@mends
def whole_row_written_back() -> FastAPI:
    """The PATCH writes the columns that were sent."""

    class Copying(ExampleItemService):
        async def update(self, item_id: int, values: Values) -> ExampleItem | None:
            item = await self.get(item_id)
            if item is None:
                return None
            return await super().update(item_id, values)

    return with_service(Copying)


@mends
def exactly_one_deleted() -> FastAPI:
    """The delete counts how many rows it has deleted."""

    class Insisting(ExampleItemService):
        async def delete(self, item_id: int) -> bool:
            if await self.get(item_id) is None:
                return False
            removal = delete(ExampleItem).where(ExampleItem.id == item_id)
            async with transaction(self._session):
                removed = await self._session.scalars(removal.returning(ExampleItem.id))
                return removed.first() is not None

    return with_service(Insisting)


@mends
def stale_row_flushed() -> FastAPI:
    """A change is one UPDATE, which finds no row where it has gone."""

    class Loading(ExampleItemService):
        async def update(self, item_id: int, values: Values) -> ExampleItem | None:
            async with transaction(self._session):
                if values:
                    change = update(ExampleItem).where(ExampleItem.id == item_id)
                    await self._session.execute(change.values(**values))
                return await self._session.get(ExampleItem, item_id)

    return with_service(Loading)


@mends
def merged_back() -> FastAPI:
    """The PATCH updates, and inserts nothing where the row has gone."""

    class Merging(ExampleItemService):
        async def update(self, item_id: int, values: Values) -> ExampleItem | None:
            known = select(ExampleItem.id).where(ExampleItem.id == item_id)
            async with transaction(self._session):
                if await self._session.scalar(known) is None:
                    return None
                if values:
                    change = update(ExampleItem).where(ExampleItem.id == item_id)
                    await self._session.execute(change.values(**values))
                return await self._session.get(ExampleItem, item_id)

    return with_service(Merging)


@mends
def read_in_parts() -> FastAPI:
    """The read loads the row at once."""

    class Piecing(ExampleItemService):
        async def get(self, item_id: int) -> ExampleItem | None:
            async with transaction(self._session):
                return await self._session.get(ExampleItem, item_id)

    return with_service(Piecing)


@mends
def listed_one_by_one() -> FastAPI:
    """The list leaves out a row that has gone meanwhile."""

    class Gathering(ExampleItemService):
        async def list(self, *, limit: int, offset: int) -> Sequence[ExampleItem]:
            page = select(ExampleItem.id).order_by(ExampleItem.id).limit(limit).offset(offset)
            async with transaction(self._session):
                ids = (await self._session.scalars(page)).all()
                found = [select(ExampleItem).where(ExampleItem.id == known) for known in ids]
                rows = [(await self._session.scalars(one)).one_or_none() for one in found]
                return [row for row in rows if row is not None]

    return with_service(Gathering)
