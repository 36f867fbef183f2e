"""Apps that are no longer what was agreed on: the reference interface, with one thing changed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Annotated, Any

from fastapi import APIRouter, FastAPI, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from sqlalchemy import Column, Identity, Integer, MetaData, String, Table, select

from proofs.broken import breaks
from proofs.broken.replacing import PREFIX, remove, routes_of, with_route, with_service
from proofs.broken.starting import around
from reference_app import AppSettings, create_app
from reference_app.database import open_database, read
from reference_app.engines import init_database
from reference_app.models import MAX_DESCRIPTION, MAX_NAME, Base, ExampleItem
from reference_app.routes import ItemId, Limit, Offset, Service, found
from reference_app.schema import in_turn
from reference_app.schemas import NO_NUL, ExampleItemCreate, ExampleItemOut
from reference_app.service import ExampleItemService
from reference_app.settings import load_settings

PINNED = ("--contract-interface", "reference")
SHOWING = ("list_items", "create_item", "get_item", "replace_item", "update_item")


def again(name: str, app: FastAPI | None = None, **options: Any) -> FastAPI:
    """The reference app (or `app`), one of its routes declared again with other options."""
    app = app or create_app()
    endpoint = next(route.endpoint for route in routes_of(app) if route.name == name)
    return with_route(name, endpoint, app, **options)


def showing(out: type[BaseModel]) -> FastAPI:
    """The reference app, its rows shown by another schema."""
    app = create_app()
    for name in SHOWING:
        again(name, app, response_model=list[out] if name == "list_items" else out)  # type: ignore[valid-type]
    return app


def taking(body: type[BaseModel]) -> FastAPI:
    """The reference app, whole items taken by another schema."""

    async def create_item(
        payload: body,  # type: ignore[valid-type]
        service: Service,
        request: Request,
        response: Response,
    ) -> ExampleItemOut:
        item = await service.create(payload.model_dump())  # type: ignore[attr-defined]
        response.headers["Location"] = request.url_for("get_item", item_id=item.id).path
        return found(item)

    async def replace_item(
        item_id: ItemId,
        payload: body,  # type: ignore[valid-type]
        service: Service,
    ) -> ExampleItemOut:
        return found(await service.update(item_id, payload.model_dump()))  # type: ignore[attr-defined]

    for endpoint in (create_item, replace_item):
        endpoint.__annotations__["payload"] = body
    return with_route("replace_item", replace_item, with_route("create_item", create_item))


# The handler of 405 knows the routes of the reference app, here and below.
@breaks(
    "PIN-01",
    says=f"the service offers no PUT {PREFIX}/{{id}}, though pinned",
    also=("API-09",),
    arguments=PINNED,
)
def put_taken_away() -> FastAPI:
    """Nobody seemed to replace whole items any more."""
    app = create_app()
    remove(app, "replace_item")
    return app


@breaks("PIN-01", says=f"offers POST {PREFIX}/{{id}}/touch, though not pinned", arguments=PINNED)
def touch_beside_the_others() -> FastAPI:
    """One more operation on a row, of which nobody was told."""
    app = create_app()

    async def touch_item(item_id: ItemId, service: Service) -> ExampleItemOut:
        """Give an item, as if it had been used."""
        return found(await service.get(item_id))

    old = next(route for route in routes_of(app) if route.name == "get_item")
    path, responses = f"{PREFIX}/{{item_id}}/touch", old.responses
    app.add_api_route(path, touch_item, methods=["POST"], responses=responses)
    return app


@breaks(
    "PIN-01",
    says="the collection is at /api/v2/examples/database-example/",
    also=("API-09",),
    arguments=PINNED,
)
def moved_to_another_version() -> FastAPI:
    """The collection has a new version in its path, and none at the old one."""
    return moved_to("/api/v2/examples/database-example")


def moved_to(prefix: str) -> FastAPI:
    """The reference app, its collection at another path."""
    app = create_app()
    moved = APIRouter()
    for route in routes_of(app):
        remove(app, route.name)
        kept: dict[str, Any] = {
            "methods": sorted(route.methods or ()),
            "status_code": route.status_code,
            "responses": route.responses,
            "name": route.name,
            "include_in_schema": route.include_in_schema,
        }
        moved.add_api_route(route.path.replace(PREFIX, prefix), route.endpoint, **kept)
    app.include_router(moved)
    return app


class TaggedOut(ExampleItemOut):
    """An item with a tag."""

    tag: str = "new"


@breaks("PIN-02", says="a row shows tag, though not pinned", arguments=PINNED)
def one_field_more() -> FastAPI:
    """Every row shows a tag as well."""
    return showing(TaggedOut)


class TextIdOut(ExampleItemOut):
    """An item whose id is a text."""

    id: Annotated[str, BeforeValidator(str)] = Field(examples=["1"])  # type: ignore[assignment]


@breaks("PIN-06", says="an id is string, pinned integer", also=("PIN-02",), arguments=PINNED)
def ids_as_texts() -> FastAPI:
    """Ids are shown as texts, since a language of a client has no large integers."""
    return showing(TextIdOut)


@breaks("PIN-03", says=f"POST {PREFIX}/ answered 200, pinned 201", arguments=PINNED)
def created_with_200() -> FastAPI:
    """A create is answered with 200."""
    return again("create_item", status_code=200)


@breaks("PIN-03", says="of a row that is not there answered 204, pinned 404", arguments=PINNED)
def deleted_all_the_same() -> FastAPI:
    """A DELETE of a row that is not there is a success."""

    async def delete_item(item_id: ItemId, service: Service) -> None:
        await service.delete(item_id)

    return with_route("delete_item", delete_item)


class ShortNamed(ExampleItemCreate):
    """An item whose name is short."""

    name: Annotated[str, Field(min_length=1, max_length=100, pattern=NO_NUL)]


@breaks(
    "PIN-04",
    says="name of a create is string of 1 to 100 characters, pinned string of 1 to 255",
    arguments=PINNED,
)
def names_made_shorter() -> FastAPI:
    """A name has 100 characters at most; there are longer ones that clients send again."""
    return taking(ShortNamed)


class Described(ExampleItemCreate):
    """An item of which it is said what is known of it."""

    description: Annotated[str, Field(max_length=MAX_DESCRIPTION, pattern=NO_NUL)] | None


@breaks("PIN-04", says="a create requires description, though not pinned", arguments=PINNED)
def description_now_required() -> FastAPI:
    """A body that does not mention the description is refused."""
    return taking(Described)


@breaks("PIN-05", says="the rows of a list are under items, pinned the whole", arguments=PINNED)
def list_in_an_envelope() -> FastAPI:
    """The list has become an object, to have room for more some day."""

    async def list_items(
        service: Service, limit: Limit = 50, offset: Offset = 0
    ) -> dict[str, list[ExampleItemOut]]:
        items = await service.list(limit=limit, offset=offset)
        return {"items": [found(item) for item in items]}

    return with_route("list_items", list_items)


class OwnId(ExampleItemCreate):
    """An item whose client may send an id, of which nothing is made."""

    @model_validator(mode="before")
    @classmethod
    def without_id(cls, sent: Any) -> Any:
        """Pass over the id."""
        is_item = isinstance(sent, dict)
        return {name: sent[name] for name in sent if name != "id"} if is_item else sent


@breaks("PIN-06", says="chooses is passed over, pinned refused with 422", arguments=PINNED)
def chosen_ids_passed_over() -> FastAPI:
    """An id in the body of a create is no mistake any more."""
    return taking(OwnId)


@breaks("PIN-07", says="of which nobody gives the size: 20, pinned 50", arguments=PINNED)
def smaller_default_page() -> FastAPI:
    """A list shows 20 items, if nobody asks for more."""

    async def list_items(
        service: Service, limit: Limit = 20, offset: Offset = 0
    ) -> list[ExampleItemOut]:
        return [found(item) for item in await service.list(limit=limit, offset=offset)]

    return with_route("list_items", list_items)


@breaks("PIN-07", says="a page of 0 rows is answered with no row, pinned", arguments=PINNED)
def empty_pages_allowed() -> FastAPI:
    """A page of no rows can be asked for."""

    async def list_items(
        service: Service, limit: Annotated[int, Query(ge=0, le=100)] = 50, offset: Offset = 0
    ) -> list[ExampleItemOut]:
        return [found(item) for item in await service.list(limit=limit, offset=offset)]

    return with_route("list_items", list_items)


@breaks("PIN-08", says="ordered by id descending, pinned id ascending", arguments=PINNED)
def newest_first() -> FastAPI:
    """The list begins with the newest item."""

    class NewestFirst(ExampleItemService):
        async def list(self, *, limit: int, offset: int) -> Sequence[ExampleItem]:
            order = ExampleItem.id.desc()
            page = select(ExampleItem).order_by(order).limit(limit).offset(offset)
            return await read(self._session, page)

    return with_service(NewestFirst)


@breaks("PIN-09", says="{detail: [{hint: string, loc: array, msg:", arguments=PINNED)
def hints_in_refusals() -> FastAPI:
    """Each problem of a refused body comes with a hint."""
    app = create_app()

    async def answer(_request: Request, error: RequestValidationError) -> Response:
        kept = [{key: each[key] for key in ("type", "loc", "msg")} for each in error.errors()]
        return JSONResponse({"detail": [each | {"hint": "read the page"} for each in kept]}, 422)

    app.exception_handler(RequestValidationError)(answer)
    return app


class Trimmed(ExampleItemCreate):
    """An item whose texts have no blanks around them."""

    model_config = ConfigDict(str_strip_whitespace=True)


@breaks("PIN-10", says="a text with blanks around it is trimmed, pinned kept", arguments=PINNED)
def names_trimmed() -> FastAPI:
    """Blanks around a name are taken away, and a name of nothing else is refused."""
    return taking(Trimmed)


@breaks("PIN-11", says="the size of the pool is 6, pinned 5", arguments=PINNED)
def larger_pool() -> FastAPI:
    """The pool is larger, if nobody sets its size."""

    class LargerPool(AppSettings):
        database_pool_size: int = Field(default=6, ge=1)

    return create_app(LargerPool())


@breaks("PIN-11", says="the log of statements is on, pinned off", arguments=PINNED)
def statements_logged() -> FastAPI:
    """Every statement is logged, if nobody says that it should not be."""

    class Telling(AppSettings):
        database_echo: bool = True

    return create_app(Telling())


@breaks("PIN-12", says="logs no app.startup lifespan=startup, though pinned", arguments=PINNED)
def silent_start() -> FastAPI:
    """The start-up logs nothing."""

    async def lifespan(
        app: FastAPI, _usual: AbstractAsyncContextManager[object]
    ) -> AsyncIterator[None]:
        async with open_database(load_settings()) as app.state.sessions:
            yield

    return around(lifespan)


OTHERS = MetaData()
NOTES = Table("example_notes", OTHERS, Column("id", Integer, Identity(), primary_key=True))
WIDER = MetaData()
WIDER_ITEMS = Table(
    "example_items",
    WIDER,
    Column("id", Integer, Identity(), primary_key=True),
    Column("name", String(MAX_NAME), nullable=False),
    Column("description", String(MAX_DESCRIPTION)),
    Column("note", String(MAX_NAME)),
)


def with_tables(*tables: MetaData) -> FastAPI:
    """The reference app, its start-up creating what is missing of these tables."""

    async def lifespan(
        app: FastAPI, usual: AbstractAsyncContextManager[object]
    ) -> AsyncIterator[None]:
        engine = init_database(load_settings())
        try:
            async with in_turn(engine) as connection:
                for each in tables:
                    await connection.run_sync(each.create_all)
        finally:
            await engine.dispose()
        async with usual:
            yield

    return around(lifespan)


@breaks("PIN-13", says="the database has example_notes, though not pinned", arguments=PINNED)
def one_table_more() -> FastAPI:
    """The start-up creates a table for notes as well."""
    return with_tables(Base.metadata, OTHERS)


@breaks("PIN-13", says="example_items has note or null, though not pinned", arguments=PINNED)
def one_column_more() -> FastAPI:
    """The table of items has a column of which nobody was told."""
    return with_tables(WIDER)
