"""Apps whose create is two transactions, one for each table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request
from sqlalchemy import insert

from proofs.broken import SERVERS, breaks
from proofs.broken.failures_partial import notes, with_notes
from proofs.broken.replacing import with_route
from proofs.innocent.attempts import Label, Parcel, ParcelIn, ParcelOut, Session, app, note
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


@breaks("ERR-03", says="and part of it is stored in parcels", also=("CAN-03",))
def attempted_in_steps() -> FastAPI:
    """A create notes its attempt, as it may, and then commits a parcel before its label."""

    async def added(parcel: ParcelIn, session: Session, request: Request) -> Any:
        await note(request, "attempted")
        row = Parcel(**parcel.model_dump())
        async with session.begin():
            session.add(row)
        async with session.begin():
            session.add(Label(parcel_id=row.id))
        return row

    return with_route("add_parcel", added, app(), response_model=ParcelOut)
