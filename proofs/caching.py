"""The items of the reference app behind a cache in the process, done right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Coroutine, Mapping
from typing import Any, ClassVar, TypeVar

from reference_app.models import ExampleItem
from reference_app.service import ExampleItemService

T = TypeVar("T")
Values = Mapping[str, str | None]


class CachedItems(ExampleItemService):
    """Every change clears the row it is about, and no read fills the cache that met a change.

    A subclass has a cache of its own.
    """

    rows: ClassVar[dict[int, dict[str, Any]]]
    changes: ClassVar[Counter[int]]

    def __init_subclass__(cls) -> None:
        cls.rows, cls.changes = {}, Counter()

    async def get(self, item_id: int) -> ExampleItem | None:
        """Give what is remembered, or remember it."""
        if item_id in self.rows:
            return ExampleItem(**self.rows[item_id])
        changes = self.changes[item_id]
        item = await super().get(item_id)
        if item and self.may_keep(item_id, changes):
            self.rows[item_id] = {
                "id": item.id,
                "name": item.name,
                "description": item.description,
            }
        return item

    async def create(self, values: Values) -> ExampleItem:
        """Store an item, whose id another may have had."""
        item = await super().create(values)
        self.forget(item.id)
        return item

    async def update(self, item_id: int, values: Values) -> ExampleItem | None:
        """Change, and forget."""
        return await self.changing(item_id, super().update(item_id, values))

    async def delete(self, item_id: int) -> bool:
        """Delete, and forget."""
        return await self.changing(item_id, super().delete(item_id))

    def may_keep(self, item_id: int, changes: int) -> bool:
        """Whether no change came since there were so many."""
        return self.changes[item_id] == changes

    async def changing(self, item_id: int, change: Coroutine[Any, Any, T]) -> T:
        """Forget before a change and after it, however it ends."""
        self.forget(item_id)
        try:
            return await change
        finally:
            self.forget(item_id)

    def forget(self, item_id: int) -> None:
        """Remember it no more, and let no read that has begun do so."""
        self.changes[item_id] += 1
        self.rows.pop(item_id, None)
