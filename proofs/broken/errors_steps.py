"""An app whose create is two transactions, one for each table."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import FastAPI
from sqlalchemy import insert

from proofs.broken import SERVERS, breaks
from proofs.broken.failures_partial import notes, with_notes
from reference_app.database import transaction
from reference_app.models import ExampleItem
from reference_app.service import ExampleItemService


class InSteps(ExampleItemService):
    """Stores an item, and then a note that belongs to it."""

    async def create(self, values: Mapping[str, str | None]) -> ExampleItem:
        item = await super().create(values)
        async with transaction(self._session):
            await self._session.execute(insert(notes).values(text=f"created {item.id}"))
        return item


@breaks(
    "ERR-03",
    says="and part of it is stored in example_items",
    databases=SERVERS,
    also=("CAN-03",),
)
def item_then_note() -> FastAPI:
    """A create commits the item, then its note, and fails if the note does."""
    return with_notes(InSteps)
