"""Apps that answer well and store nothing, or something else."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI

from proofs.broken import breaks
from proofs.broken.replacing import with_service
from reference_app.database import transaction
from reference_app.models import ExampleItem
from reference_app.service import ExampleItemService

Values = Mapping[str, str | None]


class InMemory(ExampleItemService):
    """Items kept in the process, whatever becomes of the database."""

    rows: dict[int, dict[str, Any]]
    numbers: itertools.count[int]

    async def list(self, *, limit: int, offset: int) -> list[ExampleItem]:
        """Give a page of what this process knows."""
        kept = [ExampleItem(**row) for row in self.rows.values()]
        return kept[offset : offset + limit]

    async def create(self, values: Values) -> ExampleItem:
        """Remember an item."""
        identifier = next(self.numbers)
        self.rows[identifier] = {"id": identifier, **values}
        return ExampleItem(**self.rows[identifier])

    async def get(self, item_id: int) -> ExampleItem | None:
        """Give what is remembered."""
        return ExampleItem(**self.rows[item_id]) if item_id in self.rows else None

    async def update(self, item_id: int, values: Values) -> ExampleItem | None:
        """Remember something else."""
        if item_id in self.rows:
            self.rows[item_id] |= values
        return await self.get(item_id)

    async def delete(self, item_id: int) -> bool:
        """Forget an item."""
        return self.rows.pop(item_id, None) is not None


@breaks("CRU-02", says="no table has a new row", also=("SCH-02", "CRU-33"))
def kept_in_memory() -> FastAPI:
    """Every answer is right, and the rows live in a dictionary of this process."""

    class Kept(InMemory):
        rows: dict[int, dict[str, Any]] = {}  # noqa: RUF012 - shared on purpose
        numbers = itertools.count(1)

    return with_service(Kept)


@breaks("CRU-02", says="none of the values sent", also=("SCH-02", "CRU-33"))
def lying() -> FastAPI:
    """Every answer is right, and what goes into the database is something else."""

    class Lying(InMemory):
        rows: dict[int, dict[str, Any]] = {}  # noqa: RUF012 - shared on purpose
        numbers = itertools.count(1)

        async def create(self, values: Values) -> ExampleItem:
            async with transaction(self._session):
                self._session.add(ExampleItem(name="placeholder"))
            return await super().create(values)

    return with_service(Lying)


@breaks(
    "CRU-02",
    says="no table has a new row",
    also=("CRU-03", "CRU-07", "CRU-11", "CRU-13", "CRU-14", "CRU-18", "PAY-01", "PAY-02"),
)
def null_app() -> FastAPI:
    """Every answer is a constant that fits the document; there is no database behind it."""

    class Constant(ExampleItemService):
        def item(self) -> ExampleItem:
            return ExampleItem(id=1, name="Blue kettle", description="Whistles")

        async def list(self, *, limit: int, offset: int) -> list[ExampleItem]:
            return [self.item()]

        async def create(self, values: Values) -> ExampleItem:
            return self.item()

        async def get(self, item_id: int) -> ExampleItem:
            return self.item()

        async def update(self, item_id: int, values: Values) -> ExampleItem:
            return self.item()

        async def delete(self, item_id: int) -> bool:
            return True

    return with_service(Constant)
