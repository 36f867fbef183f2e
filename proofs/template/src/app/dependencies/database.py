"""Sessions and services for routes."""

from typing import Annotated

from fastapi import Depends
from sqlalchemy.ext.asyncio import AsyncSession

from app.integrations.database import get_async_session
from app.services.database_example import ExampleItemService

SessionDep = Annotated[AsyncSession, Depends(get_async_session)]


async def get_example_service(session: SessionDep) -> ExampleItemService:
    """Give the items of this request's session."""
    return ExampleItemService(session)


ExampleServiceDep = Annotated[ExampleItemService, Depends(get_example_service)]
