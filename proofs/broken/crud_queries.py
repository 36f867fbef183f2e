"""Apps that answer another question than they were asked: pages, filters, orders, conditions."""

from __future__ import annotations

import hashlib
from typing import Annotated, Any, Literal

from fastapi import FastAPI, Header, Query, Response
from pydantic import BaseModel
from sqlalchemy import func, select

from proofs.broken import breaks
from proofs.broken.crud_lists import Listing
from proofs.broken.payloads_columns import Session, with_items
from proofs.broken.payloads_values import Marked, marked
from proofs.broken.replacing import PREFIX, with_route, with_service
from proofs.innocent import feed
from reference_app.database import transaction
from reference_app.models import ExampleItem
from reference_app.routes import ItemId, Limit, Offset, Service, found
from reference_app.schemas import NO_NUL, ExampleItemCreate, ExampleItemOut

Tag = Annotated[str | None, Header(max_length=100)]
Text = Annotated[str | None, Query(max_length=255, pattern=NO_NUL)]


@breaks("CRU-52", says="never:")
def compensated_offset() -> FastAPI:
    """The list adds the rows that came since its first page to each offset, as if they led it."""

    class Compensating(Listing):
        counted = 0

        async def list(self, *, limit: int, offset: int) -> Any:
            async with transaction(self._session):
                rows = select(func.count()).select_from(ExampleItem)
                count = await self._session.scalar(rows) or 0
            known = type(self)
            known.counted = count if offset == 0 else known.counted
            added = count - known.counted
            return await super().list(limit=limit, offset=offset + max(added, 0))

    return with_service(Compensating)


class MarkedOut(Marked):
    """It, with its id."""

    id: int


class CursorPage(BaseModel):
    """Some items, and where to go on."""

    items: list[ExampleItemOut]
    next_cursor: str | None


@breaks("CRU-47", says="never:")
def counting_cursor() -> FastAPI:
    """The cursor is the number of rows that were shown, in the guise of a token."""

    async def listed(
        service: Service,
        limit: Limit = 50,
        cursor: Annotated[str, Query(pattern=r"^c[0-9]{1,9}$")] = "c0",
    ) -> CursorPage:
        start = int(cursor.removeprefix("c"))
        items = [found(item) for item in await service.list(limit=limit, offset=start)]
        onward = f"c{start + limit}" if len(items) == limit else None
        return CursorPage(items=items, next_cursor=onward)

    return with_route("list_items", listed)


@breaks("CRU-47", says="never shown:")
def cursor_of_equals() -> FastAPI:
    """The feed is in the order of the lengths of its texts, and goes on below the last of them."""

    async def listed(
        session: feed.Session,
        size: Annotated[int, Query(ge=1, le=100)] = 20,
        cursor: Annotated[str | None, Query(max_length=50, pattern="^[A-Za-z0-9=]+$")] = None,
    ) -> feed.Feed:
        length = func.length(feed.Entry.text)
        shorter = select(feed.Entry).where(length < feed.id_in(cursor)) if cursor else None
        wanted = select(feed.Entry) if shorter is None else shorter
        page = wanted.order_by(length.desc(), feed.Entry.id).limit(size + 1)
        rows = [feed.EntryOut.model_validate(row) for row in await session.scalars(page)]
        onward = feed.token_of(len(rows[size - 1].text)) if len(rows) > size else None
        return feed.Feed(entries=rows[:size], page_info=feed.PageInfo(next_cursor=onward))

    return with_route("list_entries", listed, feed.app())


@breaks("CRU-54", says="which has")
def ignored_filter() -> FastAPI:
    """The list declares a filter by name and shows everything."""

    async def listed(
        service: Service, name: Text = None, limit: Limit = 50, offset: Offset = 0
    ) -> list[ExampleItemOut]:
        return [found(item) for item in await service.list(limit=limit, offset=offset)]

    return with_route("list_items", listed)


@breaks("CRU-54", says="done=false")
def false_is_no_filter() -> FastAPI:
    """The list looks at the mark only where it is asked for those that have it."""
    thing: Any = marked()

    async def listed(
        session: Session, *, done: bool | None = None, limit: Limit = 50, offset: Offset = 0
    ) -> list[MarkedOut]:
        found = select(thing).where(thing.done) if done else select(thing)
        page = found.order_by(thing.id).limit(limit).offset(offset)
        async with transaction(session):
            things = (await session.scalars(page)).all()
        return [MarkedOut.model_validate(one, from_attributes=True) for one in things]

    return with_route("listed", listed, app=with_items(thing, Marked))


@breaks("CRU-55", says="sort=-name")
def ignored_direction() -> FastAPI:
    """The list sorts upwards, whichever direction it is asked for."""

    async def listed(
        service: Service,
        sort: Literal["name", "-name"] | None = None,
        limit: Limit = 50,
        offset: Offset = 0,
    ) -> list[ExampleItemOut]:
        items = [found(item) for item in await service.list(limit=limit, offset=offset)]
        return sorted(items, key=lambda item: item.name) if sort else items

    return with_route("list_items", listed)


@breaks("CRU-56", says="content-length 0")
def empty_head() -> FastAPI:
    """A HEAD of the list answers that all is well, and that there is nothing."""

    async def listed(
        service: Service, limit: Limit = 50, offset: Offset = 0
    ) -> list[ExampleItemOut]:
        return [found(item) for item in await service.list(limit=limit, offset=offset)]

    async def head() -> Response:
        return Response()

    app = with_route("list_items", listed)
    app.add_api_route(f"{PREFIX}/", head, methods=["HEAD"], include_in_schema=False)
    return app


def tag_of(item: ExampleItemOut) -> str:
    """A tag that is another one for each content."""
    return f'"{hashlib.sha256(item.model_dump_json().encode()).hexdigest()[:16]}"'


@breaks("CRU-53", says="304 and no body")
def tag_for_nothing() -> FastAPI:
    """The read answers a tag and never looks at the one that comes back."""

    async def read(item_id: ItemId, service: Service, response: Response) -> ExampleItemOut:
        item = found(await service.get(item_id))
        response.headers["ETag"] = tag_of(item)
        return item

    return with_route("get_item", read)


@breaks("CRU-58", says="another tag than")
def tag_of_the_id() -> FastAPI:
    """The tag is made of the row's id, which no change moves."""

    async def read(
        item_id: ItemId, service: Service, response: Response, if_none_match: Tag = None
    ) -> Any:
        item = found(await service.get(item_id))
        response.headers["ETag"] = tag = f'"item-{item.id}"'
        return Response(status_code=304, headers={"ETag": tag}) if if_none_match == tag else item

    return with_route("get_item", read, response_model=ExampleItemOut)


@breaks("CRU-59", says="412 for If-Match")
def unheard_condition() -> FastAPI:
    """The PUT declares If-Match and never looks at it."""

    async def replace(
        item_id: ItemId,
        payload: ExampleItemCreate,
        service: Service,
        response: Response,
        if_match: Tag = None,
    ) -> ExampleItemOut:
        item = found(await service.update(item_id, payload.model_dump()))
        response.headers["ETag"] = tag_of(item)
        return item

    async def read(
        item_id: ItemId, service: Service, response: Response, if_none_match: Tag = None
    ) -> Any:
        item = found(await service.get(item_id))
        response.headers["ETag"] = tag = tag_of(item)
        return Response(status_code=304, headers={"ETag": tag}) if if_none_match == tag else item

    app = with_route("get_item", read, response_model=ExampleItemOut)
    return with_route("replace_item", replace, app=app)
