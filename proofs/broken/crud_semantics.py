"""Apps whose writes mean something else in their answer, the second time, or alone."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache
from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel, Field
from sqlalchemy import Integer, or_, update
from sqlalchemy.orm import Mapped, mapped_column

from proofs.broken import breaks
from proofs.broken.payloads_columns import with_items
from proofs.broken.replacing import with_route, with_service
from reference_app.database import transaction
from reference_app.models import Base, ExampleItem
from reference_app.routes import ItemId, Limit, Offset, Service, found
from reference_app.schemas import Description, ExampleItemCreate, ExampleItemOut, ExampleItemUpdate
from reference_app.service import ExampleItemService

Values = Mapping[str, str | None]


@breaks("CRU-40", says="showed description")
def answer_from_before() -> FastAPI:
    """The PUT answers with the description that it had loaded before it changed the row."""

    async def replace(
        item_id: ItemId, payload: ExampleItemCreate, service: Service
    ) -> ExampleItemOut:
        before = found(await service.get(item_id))
        after = found(await service.update(item_id, payload.model_dump()))
        return after.model_copy(update={"description": before.description})

    return with_route("replace_item", replace)


@breaks("CRU-41", says="the list shows description None instead of")
def light_list() -> FastAPI:
    """The list does not load the descriptions, and shows null for each."""

    async def listed(
        service: Service, limit: Limit = 50, offset: Offset = 0
    ) -> list[ExampleItemOut]:
        items = await service.list(limit=limit, offset=offset)
        return [found(item).model_copy(update={"description": None}) for item in items]

    return with_route("list_items", listed)


@breaks("CRU-42", says="a new row", databases=("sqlite", "postgresql"))
def insert_where_nothing_changed() -> FastAPI:
    """The PUT updates a row that differs, and inserts one where it has updated none."""

    class Upserting(ExampleItemService):
        async def update(self, item_id: int, values: Values) -> ExampleItem | None:
            item = await self.get(item_id)
            if item is None or len(values) < 2:
                return await super().update(item_id, values)
            differs = or_(*(getattr(ExampleItem, n).is_distinct_from(v) for n, v in values.items()))
            change = update(ExampleItem).where(ExampleItem.id == item_id, differs).values(**values)
            async with transaction(self._session):
                changed = await self._session.execute(change.returning(ExampleItem.id))
                item = await self._session.get(ExampleItem, item_id, populate_existing=True)
                if item is not None and not changed.all():
                    self._session.add(ExampleItem(**values))
            return item

    return with_service(Upserting)


@breaks("CRU-43", says="description None instead of")
def empty_means_all() -> FastAPI:
    """The PATCH takes an empty body for one that resets what is optional."""

    async def change(
        item_id: ItemId, payload: ExampleItemUpdate, service: Service
    ) -> ExampleItemOut:
        sent = payload.model_dump(exclude_unset=True) or {"description": None}
        return found(await service.update(item_id, sent))

    return with_route("update_item", change)


@breaks("CRU-43", says="nothing changed", also=("API-03",))
def empty_statement() -> FastAPI:
    """The PATCH makes a statement of what was sent, even if nothing was."""

    class Unasked(ExampleItemService):
        async def update(self, item_id: int, values: Values) -> ExampleItem | None:
            change = update(ExampleItem).where(ExampleItem.id == item_id).values(**values)
            async with transaction(self._session):
                await self._session.execute(change)
                return await self._session.get(ExampleItem, item_id)

    return with_service(Unasked)


@breaks("CRU-44", says="with description")
def stored_with_the_name_only() -> FastAPI:
    """The PATCH stores the description only where the name is sent, too."""

    async def change(
        item_id: ItemId, payload: ExampleItemUpdate, service: Service
    ) -> ExampleItemOut:
        sent = payload.model_dump(exclude_unset=True)
        return found(await service.update(item_id, sent if "name" in sent else {}))

    return with_route("update_item", change)


@breaks("CRU-45", says="with count 0, and a read shows 10", also=("PAY-25",))
def zero_is_nothing() -> FastAPI:
    """The create takes a count of zero for one that was not sent."""

    class Counted(BaseModel):
        count: int = Field(default=10, ge=0, le=2**31 - 1)

        def model_dump(self, **options: Any) -> dict[str, Any]:
            """Put the default in place of what is false."""
            return {"count": self.count or 10}

    return with_items(counted(), Counted)


@cache
def counted() -> type[Base]:
    """The model of a thing with a count."""

    class CountedFromZero(Base):
        __tablename__ = "counted_from_zero"
        id: Mapped[int] = mapped_column(primary_key=True)
        count: Mapped[int] = mapped_column(Integer)

    return CountedFromZero


class Guarded(ExampleItemCreate):
    """An item whose description is declared a password."""

    description: Description | None = Field(None, json_schema_extra={"writeOnly": True})


@breaks("CRU-60", says="shows description as it was sent")
def plain_secret() -> FastAPI:
    """What the document declares to be a password is stored and shown as any other field."""

    async def create(payload: Guarded, service: Service) -> ExampleItemOut:
        return found(await service.create(payload.model_dump()))

    return with_route("create_item", create)


@breaks("CRU-60", says="shows a digest of description")
def shown_digest() -> FastAPI:
    """A password is hashed before it is stored, and the hash shown to everybody."""

    async def create(payload: Guarded, service: Service) -> ExampleItemOut:
        secret = payload.description
        digest = secret and hashlib.sha256(secret.encode()).hexdigest()
        return found(await service.create({"name": payload.name, "description": digest}))

    return with_route("create_item", create)
