"""Apps in which an action that succeeds once on a row succeeds twice if two of it meet."""

from __future__ import annotations

from fastapi import FastAPI, HTTPException
from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from proofs.broken import breaks
from proofs.innocent.closed_once import CLOSED, closing
from reference_app.models import ExampleItem


@breaks("CON-16", says="both succeeded: A POST /")
def read_and_then_closed() -> FastAPI:
    """An item is loaded, looked at, and closed if it was open then."""

    async def close(session: AsyncSession, item_id: int) -> None:
        item = await session.get(ExampleItem, item_id)
        if item is None:
            raise HTTPException(404)
        if item.description == CLOSED:
            raise HTTPException(409)
        item.description = CLOSED
        await session.commit()

    return closing(close)


@breaks("CON-16", says="both succeeded: A POST /")
def counted_and_then_closed() -> FastAPI:
    """A query in SQL counts what is closed already, and another statement closes."""

    async def close(session: AsyncSession, item_id: int) -> None:
        count = text("SELECT count(*) FROM example_items WHERE id = :id AND description = :closed")
        if await session.scalar(count, {"id": item_id, "closed": CLOSED}):
            raise HTTPException(409)
        if await session.scalar(select(ExampleItem.id).where(ExampleItem.id == item_id)) is None:
            raise HTTPException(404)
        await session.rollback()
        change = update(ExampleItem).where(ExampleItem.id == item_id)
        await session.execute(change.values(description=CLOSED))
        await session.commit()

    return closing(close)
