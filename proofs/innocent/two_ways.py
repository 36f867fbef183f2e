"""Posts by an engine of SQLAlchemy, beside a pool of the driver's own."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
from fastapi import FastAPI

from proofs.innocent import innocent, timestamps


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    address = os.environ["DATABASE_URL"].replace("+asyncpg", "")
    async with timestamps.lifespan(app), asyncpg.create_pool(address, min_size=1) as pool:
        app.state.pool = pool
        yield


@innocent(
    looks="Another address is led to the database by the engine alone.",
    databases=("postgresql",),
    areas=("lifespan", "settings"),
)
def app() -> FastAPI:
    """One database, and two ways to it."""
    made = FastAPI(lifespan=lifespan)
    made.include_router(timestamps.router)
    return made
