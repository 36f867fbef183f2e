"""The service: its routes and its errors."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, FastAPI, HTTPException, Path, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from .database import Item, Session, lifespan

router = APIRouter(prefix="/{{ cookiecutter.collection }}")
ItemId = Annotated[int, Path(ge=1, le=2**31 - 1)]


class ItemIn(BaseModel):
    """What clients send. PostgreSQL cannot store the NUL character."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=100, pattern=r"^[^\x00]*$")


class ItemOut(BaseModel):
    """What is stored."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    name: str


def found(item: Item | None) -> Item:
    """Give the item, or answer 404."""
    if item is None:
        raise HTTPException(404, "There is no such item")
    return item


@router.get("/", response_model=list[ItemOut])
async def list_items(
    session: Session,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    offset: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
) -> Sequence[Item]:
    """Give a page of items."""
    page = select(Item).order_by(Item.id).limit(limit).offset(offset)
    return (await session.scalars(page)).all()


@router.post("/", response_model=ItemOut, status_code=201)
async def create_item(sent: ItemIn, session: Session) -> Item:
    """Store an item."""
    async with session.begin():
        item = Item(name=sent.name)
        session.add(item)
    return item


@router.get("/{item_id}", response_model=ItemOut)
async def get_item(item_id: ItemId, session: Session) -> Item:
    """Give an item."""
    return found(await session.get(Item, item_id))


@router.put("/{item_id}", response_model=ItemOut)
async def replace_item(item_id: ItemId, sent: ItemIn, session: Session) -> Item:
    """Store another name for an item."""
    async with session.begin():
        item = found(await session.get(Item, item_id))
        item.name = sent.name
    return item


@router.delete("/{item_id}", status_code=204)
async def delete_item(item_id: ItemId, session: Session) -> None:
    """Remove an item."""
    async with session.begin():
        await session.delete(found(await session.get(Item, item_id)))


async def answer_invalid(request: Request, error: RequestValidationError) -> JSONResponse:
    """Answer 422 without what was sent: it may be secret, or impossible to encode."""
    problems = [{key: each[key] for key in ("type", "loc", "msg")} for each in error.errors()]
    return JSONResponse({"detail": problems}, 422)


async def answer_failure(request: Request, error: Exception) -> JSONResponse:
    """Answer 503 with fixed words: nothing of the database reaches the client."""
    return JSONResponse({"detail": "The database cannot answer now"}, 503)


def create_app() -> FastAPI:
    """Make the app; its database is that of DATABASE_URL."""
    app = FastAPI(title="{{ cookiecutter.project }}", lifespan=lifespan)
    app.include_router(router)
    app.add_exception_handler(RequestValidationError, answer_invalid)
    app.add_exception_handler(SQLAlchemyError, answer_failure)
    app.add_exception_handler(OSError, answer_failure)
    return app
