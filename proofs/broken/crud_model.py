"""Apps that do each single thing well, and forget or remember wrongly over several."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from proofs.broken import breaks
from proofs.broken.replacing import with_service
from proofs.broken.starting import opening
from proofs.caching import CachedItems
from reference_app import create_app
from reference_app.database import transaction
from reference_app.models import ExampleItem
from reference_app.schema import create_example_schema
from reference_app.service import ExampleItemService

Values = Mapping[str, str | None]


@breaks("CRU-32", says="after create, read, update")
def patched_behind_the_cache() -> FastAPI:
    """Reads are kept in a cache, which deletes and whole changes clear, and partial ones do not."""

    class Cached(CachedItems):
        async def update(self, item_id: int, values: Values) -> ExampleItem | None:
            if {"name", "description"} <= values.keys():
                return await super().update(item_id, values)
            return await ExampleItemService.update(self, item_id, values)

    return with_service(Cached)


@breaks("CRU-32", says="after create, list")
def listed_from_a_cache() -> FastAPI:
    """The list is kept in a cache that creates and deletes clear, but changes do not."""

    class Listed(ExampleItemService):
        pages: dict[tuple[int, int], Sequence[ExampleItem]] = {}  # noqa: RUF012 - shared on purpose

        async def list(self, *, limit: int, offset: int) -> Sequence[ExampleItem]:
            if (limit, offset) not in self.pages:
                self.pages[limit, offset] = await super().list(limit=limit, offset=offset)
            return self.pages[limit, offset]

        async def create(self, values: Values) -> ExampleItem:
            self.pages.clear()
            return await super().create(values)

        async def delete(self, item_id: int) -> bool:
            self.pages.clear()
            return await super().delete(item_id)

    return with_service(Listed)


@breaks("CRU-32", says="after create, update")
def patches_on_top() -> FastAPI:
    """A PATCH is also laid over every later read, and a PUT does not take it away."""

    class Overlaid(ExampleItemService):
        patches: dict[int, dict[str, Any]] = {}  # noqa: RUF012 - shared on purpose

        async def create(self, values: Values) -> ExampleItem:
            item = await super().create(values)
            self.patches.pop(item.id, None)
            return item

        def patched(self, item: ExampleItem) -> ExampleItem:
            stored = {"id": item.id, "name": item.name, "description": item.description}
            return ExampleItem(**(stored | self.patches.get(item.id, {})))

        async def get(self, item_id: int) -> ExampleItem | None:
            item = await super().get(item_id)
            return self.patched(item) if item else None

        async def list(self, *, limit: int, offset: int) -> Sequence[ExampleItem]:
            return [self.patched(i) for i in await super().list(limit=limit, offset=offset)]

        async def update(self, item_id: int, values: Values) -> ExampleItem | None:
            if set(values) != {"name", "description"}:
                self.patches.setdefault(item_id, {}).update(values)
            return await super().update(item_id, values)

    return with_service(Overlaid)


@breaks("CRU-32", says="to be gone")
def brought_back_by_a_patch() -> FastAPI:
    """A PATCH takes a row out of the bin before it looks whether there is one to change."""

    class Binned(ExampleItemService):
        bin: dict[int, dict[str, Any]] = {}  # noqa: RUF012 - shared on purpose

        async def delete(self, item_id: int) -> bool:
            item = await self.get(item_id)
            if item is not None:
                self.bin[item_id] = {"name": item.name, "description": item.description}
            return await super().delete(item_id)

        async def create(self, values: Values) -> ExampleItem:
            item = await super().create(values)
            self.bin.pop(item.id, None)
            return item

        async def update(self, item_id: int, values: Values) -> ExampleItem | None:
            found = await super().update(item_id, values)
            if found is None and item_id in self.bin:
                async with transaction(self._session):
                    self._session.add(ExampleItem(id=item_id, **self.bin.pop(item_id)))
            return found

    return with_service(Binned)


@breaks("CRU-33", says="restart()")
def backfilled_at_every_start() -> FastAPI:
    """Every start-up gives rows without a description their name for one."""
    app = create_app()
    lifespan = app.router.lifespan_context

    @asynccontextmanager
    async def backfilling(app: FastAPI) -> AsyncIterator[None]:
        async with lifespan(app):
            async with app.state.sessions() as session, session.begin():
                empty = ExampleItem.description.is_(None)
                await session.execute(
                    update(ExampleItem).where(empty).values(description=ExampleItem.name)
                )
            yield

    app.router.lifespan_context = backfilling
    return app


@breaks("CRU-34", says="together(")
def cached_in_passing() -> FastAPI:
    """A read that met a change puts the old row into the cache after the change has cleared it."""

    class Cached(CachedItems):
        def may_keep(self, item_id: int, changes: int) -> bool:
            return True

    return with_service(Cached)


@breaks("CRU-35", says="below 500", also=("API-03",))
def nothing_to_change() -> FastAPI:
    """A change that leaves the row as it is counts as a row that was not found, and fails."""

    class Counting(ExampleItemService):
        async def update(self, item_id: int, values: Values) -> ExampleItem | None:
            item = await self.get(item_id)
            if item and values and all(getattr(item, name) == v for name, v in values.items()):
                raise RuntimeError("no row was changed")
            return await super().update(item_id, values)

    return with_service(Counting)


@breaks("CRU-35", says="below 500", also=("API-03",))
def two_of_a_name() -> FastAPI:
    """A name that another row has is found out by the database alone, and nobody answers for it."""

    class Unique(ExampleItemService):
        async def create(self, values: Values) -> ExampleItem:
            same = select(ExampleItem.id).where(ExampleItem.name == values["name"]).limit(1)
            async with transaction(self._session):
                found = await self._session.scalar(same)
            if found is not None:
                raise RuntimeError("duplicate key value violates unique constraint")
            return await super().create(values)

    return with_service(Unique)


@breaks("CRU-33", says="restart()", databases=("sqlite",), also=("SCH-02", "SCH-03"))
def file_made_anew() -> FastAPI:
    """Every start-up deletes the SQLite file and makes another, as if the service were a demo."""

    async def prepare(engine: AsyncEngine) -> None:
        await engine.dispose()
        await asyncio.to_thread(Path(engine.url.database or "").unlink, missing_ok=True)
        await create_example_schema(engine)

    return opening(prepare)
