"""The HTTP face of the items: thin, since the service acts and the schemas guard."""

import re
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Path, Query, Request, Response
from pydantic import BeforeValidator
from sqlalchemy.ext.asyncio import AsyncSession

from .database import get_async_session
from .errors import DETAILS, documented
from .models import MAX_ID, ExampleItem
from .schemas import ExampleItemCreate, ExampleItemOut, ExampleItemUpdate
from .service import ExampleItemService

router = APIRouter(
    prefix="/api/v1/examples/database-example",
    tags=["database example"],
    responses=documented(500, 503),
)

LOCATION = {"description": "Path of the new item", "schema": {"type": "string"}}
CREATED: dict[int | str, dict[str, Any]] = {201: {"headers": {"Location": LOCATION}}}
ITEM = "/{item_id}"


async def get_service(
    session: Annotated[AsyncSession, Depends(get_async_session)],
) -> ExampleItemService:
    """Give the items of this request's session; a plain `def` would cost a thread each time."""
    return ExampleItemService(session)


def plainly_written(text: str) -> str:
    """Refuse `01`, `+1` and `1_0`, which `int` would read: an item has one address."""
    if not re.fullmatch(r"[1-9][0-9]*", text):
        raise ValueError("write the number in plain digits")
    return text


Service = Annotated[ExampleItemService, Depends(get_service)]
# The bounds come first: behind another validator they would not be told in the document.
ItemId = Annotated[int, Path(ge=1, le=MAX_ID, examples=[1]), BeforeValidator(plainly_written)]
Limit = Annotated[int, Query(ge=1, le=100)]
# There are never more rows than ids, so a larger offset could only find nothing.
Offset = Annotated[int, Query(ge=0, le=MAX_ID)]


def found(item: ExampleItem | None) -> ExampleItemOut:
    """Show the item, or answer 404."""
    if item is None:
        raise HTTPException(404, DETAILS[404])
    return ExampleItemOut.model_validate(item)


@router.head("/", include_in_schema=False)
@router.get("/")
async def list_items(
    service: Service, limit: Limit = 50, offset: Offset = 0
) -> list[ExampleItemOut]:
    """Give a page of items in the order of their ids."""
    return [found(item) for item in await service.list(limit=limit, offset=offset)]


@router.post("/", status_code=201, responses=CREATED | documented(400, 409))
async def create_item(
    payload: ExampleItemCreate, service: Service, request: Request, response: Response
) -> ExampleItemOut:
    """Store a new item and tell where it is."""
    item = await service.create(payload.model_dump())
    response.headers["Location"] = request.url_for("get_item", item_id=item.id).path
    return found(item)


@router.head(ITEM, include_in_schema=False)
@router.get(ITEM, responses=documented(404))
async def get_item(item_id: ItemId, service: Service) -> ExampleItemOut:
    """Give one item."""
    return found(await service.get(item_id))


@router.put(ITEM, responses=documented(400, 404, 409))
async def replace_item(
    item_id: ItemId, payload: ExampleItemCreate, service: Service
) -> ExampleItemOut:
    """Replace an item; a description that is not sent is removed."""
    return found(await service.update(item_id, payload.model_dump()))


@router.patch(ITEM, responses=documented(400, 404, 409))
async def update_item(
    item_id: ItemId, payload: ExampleItemUpdate, service: Service
) -> ExampleItemOut:
    """Change the fields that are sent; a null description removes it."""
    return found(await service.update(item_id, payload.model_dump(exclude_unset=True)))


@router.delete(ITEM, status_code=204, responses=documented(404, 409))
async def delete_item(item_id: ItemId, service: Service) -> None:
    """Remove an item."""
    if not await service.delete(item_id):
        raise HTTPException(404, DETAILS[404])
