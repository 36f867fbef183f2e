"""Apps whose changes and deletes do less or more than they say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fastapi import FastAPI, HTTPException
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import delete, select, update

from proofs.broken import breaks
from proofs.broken.crud import Unchecked
from proofs.broken.replacing import with_route, with_service
from reference_app.database import transaction
from reference_app.models import ExampleItem
from reference_app.routes import ItemId, Service, found
from reference_app.schemas import (
    NO_NUL,
    Description,
    ExampleItemCreate,
    ExampleItemOut,
    ExampleItemUpdate,
)
from reference_app.service import ExampleItemService

Values = Mapping[str, str | None]


@breaks("CRU-06", says="description None instead of", also=("CRU-43",))
def defaults_written() -> FastAPI:
    """The PATCH writes the default of a field that was not sent."""

    async def change(
        item_id: ItemId, payload: ExampleItemUpdate, service: Service
    ) -> ExampleItemOut:
        sent = payload.model_dump(exclude_unset=True)
        return found(await service.update(item_id, {"description": None} | sent))

    return with_route("update_item", change)


@breaks("CRU-07", says="and then a read shows", also=("PAY-02",))
def never_stored() -> FastAPI:
    """The PUT answers with what was sent, and stores nothing."""

    async def replace(
        item_id: ItemId, payload: ExampleItemCreate, service: Service
    ) -> ExampleItemOut:
        found(await service.get(item_id))
        return ExampleItemOut(id=item_id, **payload.model_dump())

    return with_route("replace_item", replace)


@breaks("CRU-08", says="a read still shows description")
def partial_put() -> FastAPI:
    """The PUT changes what was sent and keeps the rest."""

    async def replace(
        item_id: ItemId, payload: ExampleItemCreate, service: Service
    ) -> ExampleItemOut:
        return found(await service.update(item_id, payload.model_dump(exclude_unset=True)))

    return with_route("replace_item", replace)


@breaks("CRU-09", says="a read still shows description")
def null_ignored() -> FastAPI:
    """The PATCH drops every null that was sent."""

    async def change(
        item_id: ItemId, payload: ExampleItemUpdate, service: Service
    ) -> ExampleItemOut:
        sent = payload.model_dump(exclude_unset=True, exclude_none=True)
        return found(await service.update(item_id, sent))

    return with_route("update_item", change)


class NullableName(BaseModel):
    """A change whose every field is optional, and therefore nullable."""

    model_config = ConfigDict(extra="forbid")

    name: str | None = Field(default=None, min_length=1, max_length=255, pattern=NO_NUL)
    description: Description | None = None


@breaks("CRU-10", says="name '' instead of")
def null_coerced() -> FastAPI:
    """The PATCH turns a null into an empty name."""

    async def change(item_id: ItemId, payload: NullableName, service: Service) -> ExampleItemOut:
        sent = payload.model_dump(exclude_unset=True)
        if "name" in sent:
            sent["name"] = sent["name"] or ""
        return found(await service.update(item_id, sent))

    return with_route("update_item", change)


@breaks("CRU-13", says="no such row")
def nothing_changed() -> FastAPI:
    """The PATCH answers with what was sent, whether there is such a row or not."""

    async def change(
        item_id: ItemId, payload: ExampleItemUpdate, service: Service
    ) -> ExampleItemOut:
        sent = payload.model_dump(exclude_unset=True)
        item = await service.update(item_id, sent)
        known = found(item) if item else ExampleItemOut(id=item_id, name="", description=None)
        return known.model_copy(update=sent)

    return with_route("update_item", change)


@breaks("CRU-14", says="shows the row as before")
def not_deleted() -> FastAPI:
    """The delete says yes and removes nothing."""

    class Sparing(ExampleItemService):
        async def delete(self, item_id: int) -> bool:
            return await self.get(item_id) is not None

    return with_service(Sparing)


MARK = "(deleted) "


class SoftDelete(ExampleItemService):
    """Items that are marked instead of removed."""

    async def get(self, item_id: int) -> ExampleItem | None:
        """Give an item that is not marked."""
        item = await super().get(item_id)
        return None if item is None or item.name.startswith(MARK) else item

    async def update(self, item_id: int, values: Values) -> ExampleItem | None:
        """Change an item that is not marked."""
        return await super().update(item_id, values) if await self.get(item_id) else None

    async def delete(self, item_id: int) -> bool:
        """Mark an item."""
        item = await self.get(item_id)
        return item is not None and bool(
            await super().update(item_id, {"name": f"{MARK}{item.name}"[:255]})
        )


@breaks("CRU-17", says="after (True, True)", also=("CON-06",))
def toggled() -> FastAPI:
    """The delete turns a mark on, and the next one turns it off."""

    class Toggling(SoftDelete):
        async def list(self, *, limit: int, offset: int) -> Sequence[ExampleItem]:
            unmarked = select(ExampleItem).where(ExampleItem.name.not_like(f"{MARK}%"))
            page = unmarked.order_by(ExampleItem.id).limit(limit).offset(offset)
            async with transaction(self._session):
                return (await self._session.scalars(page)).all()

        async def delete(self, item_id: int) -> bool:
            item = await ExampleItemService.get(self, item_id)
            if item is None or not item.name.startswith(MARK):
                return await super().delete(item_id)
            restored = {"name": item.name.removeprefix(MARK)}
            return bool(await ExampleItemService.update(self, item_id, restored))

    return with_service(Toggling)


@breaks("CRU-16", says="other rows gone too")
def delete_without_where() -> FastAPI:
    """The delete looks for its row and then removes all."""

    class Sweeping(ExampleItemService):
        async def delete(self, item_id: int) -> bool:
            if await self.get(item_id) is None:
                return False
            async with transaction(self._session):
                await self._session.execute(delete(ExampleItem))
            return True

    return with_service(Sweeping)


@breaks("CRU-19", says="only row", also=("CRU-32",))
def update_without_where() -> FastAPI:
    """The change looks for its row and then writes the description of all."""

    class Flooding(ExampleItemService):
        async def update(self, item_id: int, values: Values) -> ExampleItem | None:
            own, everywhere = dict(values), update(ExampleItem)
            async with transaction(self._session):
                item = await self._session.get(ExampleItem, item_id)
                if item is not None and "description" in own:
                    description = own.pop("description")
                    await self._session.execute(everywhere.values(description=description))
                if item is not None and own:
                    one = everywhere.where(ExampleItem.id == item_id).values(**own)
                    await self._session.execute(one)
            return item

    return with_service(Flooding)


@breaks("CRU-21", says="name: too short")
def checked_too_late() -> FastAPI:
    """The PUT stores the row, looks at it, and refuses it then."""

    async def replace(item_id: ItemId, payload: Unchecked, service: Service) -> ExampleItemOut:
        item = found(await service.update(item_id, payload.model_dump()))
        if not item.name:
            raise HTTPException(400, "The name is empty")
        return item

    return with_route("replace_item", replace)
