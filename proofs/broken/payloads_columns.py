"""Apps whose columns hold less than their schemas promise: the reference app with other items."""

# Annotations are evaluated here: the models are made inside functions.

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, HTTPException
from pydantic import BaseModel, Field, create_model
from sqlalchemy import DateTime, Integer, String, delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from proofs.broken import breaks
from proofs.broken.replacing import remove
from reference_app import create_app
from reference_app.database import get_async_session, transaction
from reference_app.errors import DETAILS, answer_wrong_method, documented
from reference_app.models import Base
from reference_app.routes import ItemId, Limit, Offset

Session = Annotated[AsyncSession, Depends(get_async_session)]
ROUTES = ("list_items", "create_item", "get_item", "replace_item", "update_item", "delete_item")


def with_items(
    model: Any, payload: type[BaseModel], shown: type[BaseModel] | None = None
) -> FastAPI:
    """The reference app, its items of another model; they can be made, read and removed.

    They are shown as they are sent, with their id, unless `shown` says otherwise.
    """
    app = create_app()
    for name in ROUTES:
        remove(app, name)
    router = _router(model, payload, shown or payload)
    app.include_router(router)
    app.add_exception_handler(405, answer_wrong_method(router.routes))
    return app


def _router(model: Any, payload: type[BaseModel], shown: type[BaseModel]) -> APIRouter:
    router = APIRouter(prefix="/things", responses=documented(500, 503))
    out = create_model("ThingOut", __base__=shown, id=(int, ...))
    out.model_config["from_attributes"] = True
    out.model_rebuild(force=True)

    @router.get("/", response_model=list[out])  # type: ignore[valid-type]
    async def listed(session: Session, limit: Limit = 50, offset: Offset = 0) -> Sequence[Any]:
        async with transaction(session):
            page = select(model).order_by(model.id).limit(limit).offset(offset)
            return (await session.scalars(page)).all()

    @router.post("/", status_code=201, response_model=out, responses=documented(400, 409))
    async def create(sent: payload, session: Session) -> Any:  # type: ignore[valid-type]
        thing = model(**sent.model_dump())  # type: ignore[attr-defined]
        async with transaction(session):
            session.add(thing)
        return thing

    @router.get("/{item_id}", response_model=out, responses=documented(404))
    async def read(item_id: ItemId, session: Session) -> Any:
        async with transaction(session):
            thing = await session.get(model, item_id)
        if thing is None:
            raise HTTPException(404, DETAILS[404])
        return thing

    @router.delete("/{item_id}", status_code=204, responses=documented(404))
    async def remove_one(item_id: ItemId, session: Session) -> None:
        async with transaction(session):
            found: Any = await session.execute(delete(model).where(model.id == item_id))
        if not found.rowcount:
            raise HTTPException(404, DETAILS[404])

    return router


# A table is defined once, however many apps are made; the reference app alone has neither.
@cache
def counted_thing() -> type[Base]:
    """The model of a thing with a count."""

    class CountedThing(Base):
        __tablename__ = "counted_things"
        id: Mapped[int] = mapped_column(primary_key=True)
        count: Mapped[int] = mapped_column(Integer)

    return CountedThing


@cache
def dated_thing() -> type[Base]:
    """The model of a thing that starts at a moment."""

    class DatedThing(Base):
        __tablename__ = "dated_things"
        id: Mapped[int] = mapped_column(primary_key=True)
        name: Mapped[str] = mapped_column(String(50))
        starts: Mapped[datetime] = mapped_column(DateTime)

    return DatedThing


@breaks("PAY-14", says="9223372036854775808")
def unbounded_integer() -> FastAPI:
    """A count may be any number, and its column takes those of 32 or 64 bits."""

    class Counted(BaseModel):
        count: int

    return with_items(counted_thing(), Counted)


@breaks("PAY-16", says="07:08:09")
def dropped_offset() -> FastAPI:
    """A moment is stored as its wall clock shows it, whatever its zone."""

    class Dated(BaseModel):
        name: Annotated[str, Field(max_length=50, pattern=r"^[^\x00]*$")]
        starts: datetime

        def model_dump(self, **options: Any) -> dict[str, Any]:
            """Drop the zone, which the column could not keep."""
            values = super().model_dump(**options)
            return values | {"starts": self.starts.replace(tzinfo=None)}

    return with_items(dated_thing(), Dated)
