"""A list that is searched: for any of some words, or for a name with wildcards."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, FastAPI, Query
from sqlalchemy import false, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from proofs.broken.replacing import with_route
from proofs.innocent import innocent
from proofs.innocent.textrules import SafeText
from reference_app.database import get_async_session, read
from reference_app.models import ExampleItem
from reference_app.routes import Limit, Offset, found
from reference_app.schemas import ExampleItemOut

Session = Annotated[AsyncSession, Depends(get_async_session)]
Searched = Annotated[SafeText | None, Query(max_length=200)]


def with_wildcards(name: str) -> re.Pattern[str]:
    """Read a name in which a star stands for anything, and all else for itself."""
    return re.compile(".*".join(map(re.escape, name.split("*"))))


def searching(pattern_of: Callable[[str], re.Pattern[str]]) -> FastAPI:
    """Make the app, with a way to read the names that are looked for."""

    async def list_items(
        session: Session,
        words: Searched = None,
        like: Searched = None,
        limit: Limit = 50,
        offset: Offset = 0,
    ) -> list[ExampleItemOut]:
        chosen = select(ExampleItem).order_by(ExampleItem.id)
        if words is not None:
            any_of = (ExampleItem.name.contains(word, autoescape=True) for word in words.split())
            chosen = chosen.where(or_(false(), *any_of))
        if like is None:
            return [found(item) for item in await read(session, chosen.limit(limit).offset(offset))]
        pattern = pattern_of(like)
        items = [item for item in await read(session, chosen) if pattern.search(item.name)]
        return [found(item) for item in items[offset : offset + limit]]

    return with_route("list_items", list_items)


@innocent(
    looks="A search for several words shows what has any of them, and a star is a wildcard.",
    areas=("payloads",),
)
def app() -> FastAPI:
    """A search with a syntax of its own, in which nothing is an error."""
    return searching(with_wildcards)
