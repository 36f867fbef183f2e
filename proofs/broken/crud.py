"""Apps whose rows are not stored, shown or identified as the client was told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException, Response
from fastapi.responses import JSONResponse
from pydantic import AfterValidator, BaseModel, Field
from sqlalchemy import Column, Integer, MetaData, func, select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlalchemy.schema import CreateTable

from proofs.broken import breaks
from proofs.broken.replacing import with_route, with_service
from proofs.broken.starting import opening
from reference_app.database import DatabaseFailure, get_async_session, transaction
from reference_app.errors import documented
from reference_app.models import MAX_ID, ExampleItem
from reference_app.routes import ItemId, Service
from reference_app.schemas import Description, ExampleItemCreate, ExampleItemOut
from reference_app.service import ExampleItemService

Values = Mapping[str, str | None]
Session = Annotated[AsyncSession, Depends(get_async_session)]


def shown(item: ExampleItem) -> ExampleItemOut:
    """The item as it is stored."""
    return ExampleItemOut.model_validate(item)


@breaks("CRU-01", says="404")
def inner_join() -> FastAPI:
    """The read asks for something that a row need not have, as an inner join does."""

    class Joining(ExampleItemService):
        async def get(self, item_id: int) -> ExampleItem | None:
            item = await super().get(item_id)
            return item if item and item.description is not None else None

    return with_service(Joining)


@breaks("CRU-03", says="instead of", also=("PAY-01",))
def forgotten_field() -> FastAPI:
    """The create does not pass the description on to the row."""

    class Forgetful(ExampleItemService):
        async def create(self, values: Values) -> ExampleItem:
            return await super().create({"name": values["name"]})

    return with_service(Forgetful)


@breaks("CRU-04", says="showed description None instead of")
def stale_echo() -> FastAPI:
    """The create answers with the row as it was before its description was stored."""

    async def create(payload: ExampleItemCreate, service: Service) -> ExampleItemOut:
        item = await service.create(payload.model_dump())
        return ExampleItemOut(id=item.id, name=item.name, description=None)

    return with_route("create_item", create)


@breaks("CRU-11", says="a 4xx, since no row has this id")
def null_for_nothing() -> FastAPI:
    """The read answers 200 with null where there is no row."""

    async def read(item_id: ItemId, service: Service) -> ExampleItemOut | None:
        item = await service.get(item_id)
        return shown(item) if item else None

    return with_route("get_item", read)


@breaks("CRU-12", says="-> 400", also=("API-08",))
def unknown_is_400() -> FastAPI:
    """The read blames the request where there is no row."""

    async def read(item_id: ItemId, service: Service) -> ExampleItemOut:
        item = await service.get(item_id)
        if item is None:
            raise HTTPException(400, "There is no such item")
        return shown(item)

    return with_route("get_item", read, responses=documented(400))


@breaks("CRU-18", says="whose rows both exist")
def counted_id() -> FastAPI:
    """The id of a new row is the number of rows, and what has it already is overwritten."""

    class Counting(ExampleItemService):
        async def create(self, values: Values) -> ExampleItem:
            async with transaction(self._session):
                count = await self._session.scalar(select(func.count()).select_from(ExampleItem))
                return await self._session.merge(ExampleItem(id=(count or 0) + 1, **values))

    return with_service(Counting)


def storable(text: str) -> str:
    """The text if every database can store it."""
    if "\x00" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        raise ValueError("this cannot be stored")
    return text


Told = Field(max_length=255, json_schema_extra={"minLength": 1})


class Unchecked(BaseModel):
    """A whole item whose shortest name is told to the client and not checked here."""

    name: Annotated[str, AfterValidator(storable), Told]
    description: Description | None = None


@breaks("CRU-20", says="name: too short")
def checked_too_late() -> FastAPI:
    """The create stores the row, looks at it, and refuses it then."""

    async def create(payload: Unchecked, service: Service) -> ExampleItemOut:
        item = await service.create(payload.model_dump())
        if not item.name:
            raise HTTPException(400, "The name is empty")
        return shown(item)

    return with_route("create_item", create)


class Open(ExampleItemCreate, extra="allow"):
    """A create that takes whatever else is sent."""


@breaks("CRU-22", says="now shows")
def merged_by_id() -> FastAPI:
    """The create merges by the id that the client happens to send."""

    async def create(payload: Open, session: Session) -> ExampleItemOut:
        named = (payload.model_extra or {}).get("id")
        known = named if type(named) is int and 0 < named <= MAX_ID else None
        item = ExampleItem(id=known, name=payload.name, description=payload.description)
        async with transaction(session):
            item = await session.merge(item)
        return shown(item)

    return with_route("create_item", create)


@breaks("CRU-26", says="leads to row")
def written_location() -> FastAPI:
    """The Location is written down without the prefix that the router was given later."""

    async def create(
        payload: ExampleItemCreate, service: Service, response: Response
    ) -> ExampleItemOut:
        item = await service.create(payload.model_dump())
        response.headers["Location"] = f"/examples/{item.id}"
        return shown(item)

    return with_route("create_item", create)


@breaks("CRU-28", says="with the body null")
def null_in_no_content() -> FastAPI:
    """The delete answers 204 with the word null as its body."""

    async def delete(item_id: ItemId, service: Service) -> JSONResponse:
        if not await service.delete(item_id):
            raise HTTPException(404, "There is no such item")
        return JSONResponse(None, 204)

    return with_route("delete_item", delete)


@breaks("CRU-31", says=", and what it asked for is stored", also=("API-03",))
def half_an_answer() -> FastAPI:
    """A change is stored, but its answer is made of a row that was never loaded."""

    class Unloaded(ExampleItemService):
        async def update(self, item_id: int, values: Values) -> ExampleItem | None:
            item = await super().update(item_id, values)
            return item and ExampleItem(id=item.id)

    return with_service(Unloaded)


@breaks("CRU-31", says="POST /api/v1/examples/database-example/ -> 500", also=("API-03",))
def column_too_many() -> FastAPI:
    """A migration has made a column that the model lacks: the database takes no row."""

    async def migrated(engine: AsyncEngine) -> None:
        metadata = MetaData()
        table = ExampleItem.metadata.tables["example_items"].to_metadata(metadata)
        table.append_column(Column("price", Integer, nullable=False))
        async with engine.begin() as connection:
            await connection.execute(CreateTable(table, if_not_exists=True))

    app = opening(migrated)
    del app.exception_handlers[DatabaseFailure]
    return app


@breaks("CRU-31", says="RuntimeError: no list today", also=("API-03",))
def list_always_fails() -> FastAPI:
    """The list fails before it asks the database; everything else is right."""

    class Unlisted(ExampleItemService):
        async def list(self, *, limit: int, offset: int) -> Sequence[ExampleItem]:
            raise RuntimeError("no list today")

    return with_service(Unlisted)


@breaks("CRU-31", says="-> 500 LookupError: no such season\n", also=("API-03",))
def out_of_season() -> FastAPI:
    """A change fails before it has changed anything, so nothing is said to be stored."""

    class Closed(ExampleItemService):
        async def update(self, item_id: int, values: Values) -> ExampleItem | None:
            if await self.get(item_id) is not None:
                raise LookupError("no such season")
            return None

    return with_service(Closed)
