"""An action that succeeds once on a row: it closes what is open, and refuses what is closed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import Depends, FastAPI, HTTPException
from sqlalchemy import CursorResult, select, update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from proofs.broken.replacing import PREFIX
from proofs.innocent import innocent
from reference_app import create_app
from reference_app.database import get_async_sessionmaker, transaction
from reference_app.errors import DETAILS, documented
from reference_app.models import ExampleItem
from reference_app.routes import ItemId

CLOSED = "closed"

Sessionmaker = Annotated[async_sessionmaker[AsyncSession], Depends(get_async_sessionmaker)]
Close = Callable[[AsyncSession, int], Awaitable[None]]


def closing(close: Close) -> FastAPI:
    """Make the reference app with an action that closes an item in this way."""
    app = create_app()

    async def close_item(item_id: ItemId, maker: Sessionmaker) -> None:
        async with maker() as session:
            await close(session, item_id)

    app.add_api_route(
        f"{PREFIX}/{{item_id}}/close",
        close_item,
        methods=["POST"],
        status_code=204,
        responses=documented(404, 409, 500, 503),
    )
    return app


async def close_if_open(session: AsyncSession, item_id: int) -> None:
    """Let the change ask whether the item is open still."""
    mine = ExampleItem.id == item_id
    change = update(ExampleItem).where(mine, ExampleItem.description.is_distinct_from(CLOSED))
    async with transaction(session):
        changed: CursorResult[Any] = await session.execute(change.values(description=CLOSED))  # type: ignore[assignment]
        is_there = await session.scalar(select(ExampleItem.id).where(mine)) is not None
    if not is_there:
        raise HTTPException(404, DETAILS[404])
    if not changed.rowcount:
        raise HTTPException(409, DETAILS[409])


@innocent(
    looks="Of two requests that close an item at the same time, one is refused.",
    areas=("concurrency",),
)
def app() -> FastAPI:
    """The change itself asks whether the item is open."""
    return closing(close_if_open)
