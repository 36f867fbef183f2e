"""What can be done with items."""

import logging
from collections.abc import Sequence

from fastapi import HTTPException
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from app.models.database_example import ExampleItem
from app.schemas.database_example import ExampleItemCreate

logger = logging.getLogger("app")


class ExampleItemService:
    """The items of one session."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def list_items(self) -> Sequence[ExampleItem]:
        """Give all items."""
        try:
            return (await self.session.scalars(select(ExampleItem))).all()
        except SQLAlchemyError as error:
            raise failure("list", error) from error

    async def create_item(self, payload: ExampleItemCreate) -> ExampleItem:
        """Store a new item."""
        item = ExampleItem(**payload.model_dump())
        try:
            self.session.add(item)
            await self.session.flush()
        except SQLAlchemyError as error:
            raise failure("create", error) from error
        return item

    async def get_item(self, item_id: int) -> ExampleItem | None:
        """Give one item."""
        try:
            return await self.session.get(ExampleItem, item_id)
        except SQLAlchemyError as error:
            raise failure("get", error) from error


def failure(operation: str, error: Exception) -> HTTPException:
    """Log what the database could not do, and answer it."""
    logger.error("database.error operation=%s error=%s", operation, error)
    return HTTPException(status_code=500, detail=f"Database error: {error}")
