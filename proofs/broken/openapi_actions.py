"""Apps with an action beside the collection that goes wrong."""

from __future__ import annotations

from fastapi import FastAPI
from fastapi.responses import RedirectResponse
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from proofs.broken import breaks
from proofs.broken.replacing import PREFIX
from reference_app import create_app
from reference_app.errors import documented
from reference_app.models import ExampleItem
from reference_app.routes import ItemId, Service

ARCHIVED = "archived"


def archiving(*, commits: bool) -> FastAPI:
    """The reference app with an action that leads back to the item, by 303."""
    app = create_app()

    async def archive(item_id: ItemId, items: Service) -> RedirectResponse:
        item = await items.get(item_id)
        if item is not None:
            change = update(ExampleItem).where(ExampleItem.id == item_id)
            async with AsyncSession(items._session.bind) as session:
                await session.execute(change.values(description=ARCHIVED))
                await (session.commit() if commits else session.rollback())
        return RedirectResponse(f"{PREFIX}/{item_id}", 303)

    app.add_api_route(
        f"{PREFIX}/{{item_id}}/archive",
        archive,
        methods=["POST"],
        status_code=303,
        response_class=RedirectResponse,
        responses=documented(500, 503),
    )
    return app


@breaks("API-18", says="no COMMIT after 'UPDATE")
def action_rolled_back() -> FastAPI:
    """An action answers 303, and its session commits for nothing but a 2xx."""
    return archiving(commits=False)
