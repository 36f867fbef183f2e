"""Apps that answer with attributes which were not loaded while there was a session to load them."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import FastAPI
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import load_only

from proofs.broken import breaks
from proofs.broken.replacing import with_service
from reference_app.database import DatabaseFailure, transaction
from reference_app.models import ExampleItem
from reference_app.service import ExampleItemService

Values = Mapping[str, str | None]


@breaks("CRU-31", says="MissingGreenlet: greenlet_spawn has not been called", also=("API-03",))
def loaded_in_passing() -> FastAPI:
    """A change loads the name alone, and the answer reads the rest, which nothing awaits."""

    class Sparing(ExampleItemService):
        async def update(self, item_id: int, values: Values) -> ExampleItem | None:
            if await super().update(item_id, values) is None:
                return None
            self._session.expunge_all()
            name_alone = [load_only(ExampleItem.name)]
            async with transaction(self._session):
                return await self._session.get(ExampleItem, item_id, options=name_alone)

    return with_service(Sparing)


@breaks("CRU-31", says="DetachedInstanceError: Instance <ExampleItem at", also=("API-03",))
def read_after_the_session() -> FastAPI:
    """A change has a session of its own, whose COMMIT expires the row that is answered."""

    class Expiring(ExampleItemService):
        async def update(self, item_id: int, values: Values) -> ExampleItem | None:
            change = update(ExampleItem).where(ExampleItem.id == item_id).values(**values)
            try:
                async with AsyncSession(self._session.bind) as session, session.begin():
                    if values:
                        await session.execute(change)
                    return await session.get(ExampleItem, item_id)
            except Exception as error:
                raise DatabaseFailure from error

    return with_service(Expiring)
