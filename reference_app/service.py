"""What can be done with items.

Each call is one transaction, finished when the call returns; in a `transaction` it is a part of it.
"""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from sqlalchemy import CursorResult, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from .database import read, transaction
from .models import ExampleItem


class ExampleItemService:
    """The items of one session. A missing item is None (or False), never an exception."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def list(self, *, limit: int, offset: int) -> Sequence[ExampleItem]:
        """Give a page of items in the order of their ids; a replica may lack the newest."""
        page = select(ExampleItem).order_by(ExampleItem.id).limit(limit).offset(offset)
        return await read(self._session, page)

    async def create(self, values: Mapping[str, str | None]) -> ExampleItem:
        """Store a new item."""
        item = ExampleItem(**values)
        async with transaction(self._session):
            self._session.add(item)
        return item

    async def get(self, item_id: int) -> ExampleItem | None:
        """Give one item, from the primary: who has just written reads what was written."""
        async with transaction(self._session):
            return await self._session.get(ExampleItem, item_id)

    async def update(self, item_id: int, values: Mapping[str, str | None]) -> ExampleItem | None:
        """Write these columns and no others, so concurrent updates keep each other's work."""
        change = update(ExampleItem).where(ExampleItem.id == item_id).values(**values)
        async with transaction(self._session):
            if values:
                await self._session.execute(change)
            return await self._session.get(ExampleItem, item_id)

    async def delete(self, item_id: int) -> bool:
        """Remove one item; say whether this call was the one that removed it."""
        removal = delete(ExampleItem).where(ExampleItem.id == item_id)
        async with transaction(self._session):
            removed = cast("CursorResult[Any]", await self._session.execute(removal))
        return removed.rowcount == 1
