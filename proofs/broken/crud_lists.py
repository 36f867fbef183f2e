"""Apps whose lists show too little, too much, or something else each time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Query
from pydantic import BaseModel
from sqlalchemy import Select, func, select

from proofs.broken import breaks
from proofs.broken.crud_changes import MARK, SoftDelete
from proofs.broken.replacing import with_route, with_service
from reference_app.database import transaction
from reference_app.models import MAX_ID, ExampleItem
from reference_app.routes import Limit, Offset, Service, found, get_service
from reference_app.schemas import ExampleItemOut
from reference_app.service import ExampleItemService


class Listing(ExampleItemService):
    """Items whose list is asked for by another statement."""

    def page(self, limit: int, offset: int) -> Select[Any]:
        """What is asked for."""
        return select(ExampleItem).order_by(ExampleItem.id).limit(limit).offset(offset)

    async def list(self, *, limit: int, offset: int) -> Sequence[ExampleItem]:
        """Give the page."""
        async with transaction(self._session):
            return (await self._session.scalars(self.page(limit, offset))).all()


@breaks("CRU-05", says="the list shows")
def first_row_skipped() -> FastAPI:
    """The list counts its offset from one, and the first row is never shown."""

    class Skipping(Listing):
        def page(self, limit: int, offset: int) -> Select[Any]:
            newest = select(ExampleItem).order_by(ExampleItem.id.desc())
            return newest.limit(limit).offset(offset + 1)

    return with_service(Skipping)


@breaks("CRU-15", says="the list shows the row as before", also=("CON-06",))
def deleted_in_list() -> FastAPI:
    """The delete marks the row; the read looks at the mark and the list does not."""

    class Marking(SoftDelete):
        async def list(self, *, limit: int, offset: int) -> Sequence[ExampleItem]:
            rows = await super().list(limit=limit, offset=offset)
            return [
                ExampleItem(
                    id=r.id, name=r.name.removeprefix("(deleted) "), description=r.description
                )
                for r in rows
            ]

    return with_service(Marking)


@breaks("CRU-23", says="shown twice", databases=("sqlite", "postgresql"))
def unordered_pages() -> FastAPI:
    """The pages are cut from rows in no order."""

    class Unordered(Listing):
        def page(self, limit: int, offset: int) -> Select[Any]:
            return select(ExampleItem).limit(limit).offset(offset)

    return with_service(Unordered)


@breaks("CRU-24", says="3 rows")
def one_too_many() -> FastAPI:
    """The list takes one row more, to know whether there is another page, and shows it."""

    class Peeking(Listing):
        def page(self, limit: int, offset: int) -> Select[Any]:
            return super().page(limit + 1, offset)

    return with_service(Peeking)


@breaks("CRU-24", says="rows for limit=-1", databases=("sqlite",))
def negative_limit() -> FastAPI:
    """The list cuts a limit that is too large, and lets a negative one pass, which means all."""

    async def listed(service: Service, limit: int = 50, offset: Offset = 0) -> list[ExampleItemOut]:
        cut = max(-1, min(limit, 100))
        return [found(item) for item in await service.list(limit=cut, offset=offset)]

    return with_route("list_items", listed)


@breaks("CRU-25", says="shows all")
def unbounded() -> FastAPI:
    """The list shows everything unless it is asked for less."""

    async def listed(
        service: Service,
        limit: Annotated[int | None, Query(ge=1, le=100)] = None,
        offset: Offset = 0,
    ) -> list[ExampleItemOut]:
        return [found(item) for item in await service.list(limit=limit or MAX_ID, offset=offset)]

    return with_route("list_items", listed)


class Page(BaseModel):
    """A page of items, and how many there are."""

    items: list[ExampleItemOut]
    total: int


@breaks("CRU-27", says="total 2")
def total_of_the_page() -> FastAPI:
    """The total is counted on the page that was cut."""

    async def listed(service: Service, limit: Limit = 50, offset: Offset = 0) -> Page:
        items = [found(item) for item in await service.list(limit=limit, offset=offset)]
        return Page(items=items, total=len(items))

    return with_route("list_items", listed)


@breaks("CRU-27", says="which is what", also=("CON-06",))
def total_with_the_deleted() -> FastAPI:
    """A delete marks the row; the list leaves it out, and the total counts it."""

    class Marked(SoftDelete):
        async def list(self, *, limit: int, offset: int) -> Sequence[ExampleItem]:
            unmarked = select(ExampleItem).where(ExampleItem.name.not_like(f"{MARK}%"))
            page = unmarked.order_by(ExampleItem.id).limit(limit).offset(offset)
            async with transaction(self._session):
                return (await self._session.scalars(page)).all()

        async def total(self) -> int:
            async with transaction(self._session):
                counted = select(func.count()).select_from(ExampleItem)
                return await self._session.scalar(counted) or 0

    app = with_service(Marked)

    async def listed(
        service: Annotated[Any, Depends(get_service)], limit: Limit = 50, offset: Offset = 0
    ) -> Page:
        items = [found(item) for item in await service.list(limit=limit, offset=offset)]
        return Page(items=items, total=await service.total())

    return with_route("list_items", listed, app)


@breaks("CRU-29", says="rows changed in", also=("CON-09",))
def shortened_for_display() -> FastAPI:
    """The list shortens descriptions for display, on objects that the commit then writes."""

    class Shortening(Listing):
        async def list(self, *, limit: int, offset: int) -> Sequence[ExampleItem]:
            async with transaction(self._session):
                rows = (await self._session.scalars(self.page(limit, offset))).all()
                for row in rows:
                    row.description = row.description and row.description[:4]
                return rows

    return with_service(Shortening)


@breaks("CRU-30", says="again")
def shuffled() -> FastAPI:
    """The list is in an order of chance."""

    class Shuffled(Listing):
        def page(self, limit: int, offset: int) -> Select[Any]:
            return select(ExampleItem).order_by(func.random()).limit(limit).offset(offset)

    return with_service(Shuffled)


@breaks("CRU-62", says="5 more statements for 5 more rows")
def rows_fetched_one_by_one() -> FastAPI:
    """The list asks for the ids, and then for each of the rows."""

    class OneByOne(Listing):
        async def list(self, *, limit: int, offset: int) -> Sequence[ExampleItem]:
            page = self.page(limit, offset).with_only_columns(ExampleItem.id)
            async with transaction(self._session):
                ids = (await self._session.scalars(page)).all()
                found = [await self._session.get(ExampleItem, each) for each in ids]
            return [item for item in found if item is not None]

    return with_service(OneByOne)
