"""What happens before the first request and after the last."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from app.core.settings import get_settings
from app.integrations.database import close_database, create_example_schema, init_database

logger = logging.getLogger("app")


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Open the database, and close it again."""
    engine = init_database(get_settings())
    await create_example_schema(engine)
    logger.info("app.startup lifespan=startup")
    yield
    await close_database()
    logger.info("app.shutdown lifespan=shutdown")
