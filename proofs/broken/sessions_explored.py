"""Apps that go wrong in one branch of an operation, or beside the collection."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException, Query
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from proofs.broken import breaks
from proofs.broken.replacing import PREFIX, with_service
from reference_app import create_app
from reference_app.database import get_async_sessionmaker
from reference_app.errors import documented
from reference_app.models import ExampleItem
from reference_app.routes import ItemId
from reference_app.service import ExampleItemService

Sessionmaker = Annotated[async_sessionmaker[AsyncSession], Depends(get_async_sessionmaker)]


class Unique(ExampleItemService):
    """Looks for the name of a new item in a session of its own, and refuses it too early."""

    async def create(self, values: Mapping[str, str | None]) -> ExampleItem:
        session = AsyncSession(self._session.bind)
        if await session.scalar(select(ExampleItem.id).where(ExampleItem.name == values["name"])):
            raise HTTPException(409, "the name is taken")
        await session.close()
        return await super().create(values)


@breaks("SES-01", says="still out after POST")
def session_of_a_taken_name() -> FastAPI:
    """A create is refused for a name that is taken, before the session that found it is closed."""
    return with_service(Unique)


@breaks(
    "SES-01",
    says="still out after GET /count-of-items?prefix=",
    arguments=("--contract-rule", "API-03"),
)
def session_of_an_empty_count() -> FastAPI:
    """A count beside the collection answers that there is nothing, and returns past the close."""
    app = create_app()

    async def count_of_items(
        maker: Sessionmaker, prefix: Annotated[str, Query(max_length=20, pattern="^[a-z]*$")]
    ) -> int:
        session = maker()
        named = ExampleItem.name.startswith(prefix, autoescape=True)
        count = await session.scalar(select(func.count()).where(named))
        if not count:
            return 0
        await session.close()
        return count

    app.add_api_route("/count-of-items", count_of_items, responses=documented(500, 503))
    return app


async def transaction(maker: Sessionmaker) -> AsyncIterator[AsyncSession]:
    """Give the session of a request, and commit it in the end."""
    async with maker() as session:
        yield session
        await session.commit()


@breaks("SES-03", says="/archive -> 204, and its COMMIT came only after")
def action_committed_late() -> FastAPI:
    """The collection commits by hand, and an action beside it in the end of its dependency."""
    app = create_app()

    async def archive(
        item_id: ItemId, session: Annotated[AsyncSession, Depends(transaction)]
    ) -> None:
        change = update(ExampleItem).where(ExampleItem.id == item_id)
        await session.execute(change.values(description="archived"))

    app.add_api_route(
        f"{PREFIX}/{{item_id}}/archive",
        archive,
        methods=["POST"],
        status_code=204,
        responses=documented(500, 503),
    )
    return app
