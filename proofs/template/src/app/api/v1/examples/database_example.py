"""List, create and get items."""

from fastapi import APIRouter, HTTPException, status

from app.dependencies.database import ExampleServiceDep
from app.schemas.database_example import ExampleItemCreate, ExampleItemRead

router = APIRouter()


@router.get("/")
async def list_items(service: ExampleServiceDep) -> list[ExampleItemRead]:
    """Give all items."""
    return [ExampleItemRead.model_validate(item) for item in await service.list_items()]


@router.post("/", status_code=status.HTTP_201_CREATED)
async def create_item(payload: ExampleItemCreate, service: ExampleServiceDep) -> ExampleItemRead:
    """Store a new item."""
    return ExampleItemRead.model_validate(await service.create_item(payload))


@router.get("/{item_id}")
async def get_item(item_id: int, service: ExampleServiceDep) -> ExampleItemRead:
    """Give one item."""
    item = await service.get_item(item_id)
    if item is None:
        raise HTTPException(status.HTTP_404_NOT_FOUND, "Item not found")
    return ExampleItemRead.model_validate(item)
