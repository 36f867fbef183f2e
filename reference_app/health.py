"""What an orchestrator asks: is the process alive, and can it serve requests now."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends, Response
from fastapi.responses import JSONResponse
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from .database import DatabaseFailure, get_async_session, transaction
from .errors import refusal

READY_WITHIN = 2.0  # seconds; less than the patience of whoever asks

# Not in the document: operators ask here, clients do not.
health = APIRouter(prefix="/health", include_in_schema=False)


@health.get("/live")
async def is_alive() -> dict[str, str]:
    """Answer without the database: to restart this process would not mend the database."""
    return {"status": "alive"}


@health.get("/ready")
async def is_ready(session: Annotated[AsyncSession, Depends(get_async_session)]) -> Response:
    """Ask the database one question, or answer 503 in time.

    It waits for a connection as every request does and holds it no longer than the limit, so
    that impatient probes cannot pile up in the pool.
    """
    try:
        async with asyncio.timeout(READY_WITHIN), transaction(session):
            await session.scalar(select(1))
    except (DatabaseFailure, TimeoutError):
        return refusal(503)
    return JSONResponse({"status": "ready"})
