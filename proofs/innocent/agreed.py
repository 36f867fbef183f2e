"""Named items by the reference interface, written by somebody else: another schema, other SQL."""

import logging
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import Depends, FastAPI, HTTPException, Path, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import String, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from proofs.innocent import INNOCENT, InnocentApp
from proofs.innocent.starting import make_tables
from proofs.innocent.textrules import SafeText

ITEMS = "/api/v1/examples/database-example/"
logger = logging.getLogger(__name__)
engine = create_async_engine(
    os.environ.get("APP_DATABASE_URL", "sqlite+aiosqlite:///items.db"),
    pool_size=5,
    max_overflow=10,
    pool_timeout=5,
    pool_recycle=1800,
    hide_parameters=True,
)
SessionLocal = async_sessionmaker(engine, expire_on_commit=False)


class Base(DeclarativeBase):
    pass


class Item(Base):
    __tablename__ = "example_items"
    id: Mapped[int] = mapped_column(primary_key=True)
    description: Mapped[str | None] = mapped_column(String(2000))
    name: Mapped[str] = mapped_column(String(255))


class ItemIn(BaseModel):
    model_config = ConfigDict(extra="forbid")
    description: Annotated[SafeText, Field(max_length=2000)] | None = None
    name: Annotated[SafeText, Field(min_length=1, max_length=255)]


class ItemPatch(BaseModel):
    model_config = ConfigDict(extra="forbid")
    description: Annotated[SafeText, Field(max_length=2000)] | None = None
    name: Annotated[SafeText, Field(min_length=1, max_length=255)] = Field(default_factory=str)


class ItemOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    description: str | None
    name: str
    id: int


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
    async with engine.begin() as connection:
        await connection.run_sync(make_tables, Base.metadata)
    logger.info("app.startup lifespan=startup")
    yield
    await engine.dispose()


async def get_db() -> AsyncIterator[AsyncSession]:
    async with SessionLocal() as session:
        yield session


app = FastAPI(title="Items", lifespan=lifespan, redirect_slashes=False)
Db = Annotated[AsyncSession, Depends(get_db)]
ItemId = Annotated[int, Path(ge=1, le=2**31 - 1)]


@app.exception_handler(RequestValidationError)
async def refuse(_request: Request, error: RequestValidationError) -> JSONResponse:
    problems = [{key: each[key] for key in ("type", "loc", "msg")} for each in error.errors()]
    return JSONResponse({"detail": problems}, 422)


async def item_or_404(db: AsyncSession, item_id: int) -> Item:
    item = await db.get(Item, item_id)
    if item is None:
        raise HTTPException(404, "No such item")
    return item


async def changed(db: AsyncSession, item_id: int, values: dict[str, Any]) -> Item:
    if values:
        await db.execute(update(Item).where(Item.id == item_id).values(**values))
    item = await item_or_404(db, item_id)
    await db.commit()
    return item


@app.get(ITEMS, response_model=list[ItemOut])
async def list_items(
    db: Db,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    offset: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
) -> Any:
    return (await db.scalars(select(Item).order_by(Item.id).offset(offset).limit(limit))).all()


@app.post(ITEMS, response_model=ItemOut, status_code=201)
async def create_item(item: ItemIn, db: Db) -> Any:
    row = Item(**item.model_dump())
    db.add(row)
    await db.commit()
    return row


@app.get(ITEMS + "{item_id}", response_model=ItemOut)
async def read_item(item_id: ItemId, db: Db) -> Any:
    return await item_or_404(db, item_id)


@app.put(ITEMS + "{item_id}", response_model=ItemOut)
async def replace_item(item_id: ItemId, item: ItemIn, db: Db) -> Any:
    return await changed(db, item_id, item.model_dump())


@app.patch(ITEMS + "{item_id}", response_model=ItemOut)
async def update_item(item_id: ItemId, item: ItemPatch, db: Db) -> Any:
    return await changed(db, item_id, item.model_dump(exclude_unset=True))


@app.delete(ITEMS + "{item_id}", status_code=204)
async def delete_item(item_id: ItemId, db: Db) -> None:
    gone: Any = await db.execute(delete(Item).where(Item.id == item_id))
    await db.commit()
    if not gone.rowcount:
        raise HTTPException(404, "No such item")


INNOCENT.append(
    InnocentApp(
        locator=f"{__name__}:app",
        looks="Fields, columns and keys of the JSON are in another order than the pinned ones.",
        style="The reference interface, served by an app that shares no line with the reference.",
        arguments=("--contract-interface", "reference"),
        areas=("interface", "crud"),
    )
)
