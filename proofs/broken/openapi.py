"""Apps whose OpenAPI document and behaviour tell different stories."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import Depends, FastAPI, HTTPException, Query, Response
from fastapi.responses import JSONResponse
from fastapi.security import HTTPBearer
from pydantic import AfterValidator, BaseModel, Field
from sqlalchemy.engine import make_url

from proofs.broken import breaks
from proofs.broken.replacing import remove, with_route, with_service
from reference_app import create_app
from reference_app.errors import documented, refusal
from reference_app.models import MAX_NAME, ExampleItem
from reference_app.routes import ItemId, Offset, Service, found
from reference_app.schemas import NO_NUL, ExampleItemCreate, ExampleItemOut
from reference_app.service import ExampleItemService
from reference_app.settings import load_settings


def with_document(change: Callable[[dict[str, Any]], object]) -> FastAPI:
    """The reference app, its document changed after it was made."""
    app = create_app()
    change(app.openapi())
    return app


@breaks("API-01", says="leads nowhere")
def dangling_reference() -> FastAPI:
    """The document refers to a schema that was renamed."""

    def rename(document: dict[str, Any]) -> None:
        document["components"]["schemas"]["Unused"] = {"$ref": "#/components/schemas/Gone"}

    return with_document(rename)


@breaks("API-01", says='"strng" is not valid')
def misspelt_type() -> FastAPI:
    """A parameter of the list is said to be of a type that JSON Schema does not know."""

    def misspell(document: dict[str, Any]) -> None:
        listed = next(iter(document["paths"].values()))["get"]
        listed["parameters"].append(
            {"name": "kind", "in": "query", "schema": {"type": "strng", "minLength": "two"}}
        )

    return with_document(misspell)


@breaks("API-01", says="fails to make its OpenAPI document")
def unmakeable_document() -> FastAPI:
    """A route takes a body for which no JSON schema can be made."""
    app = create_app()

    class Callback(BaseModel):
        on_change: Callable[[], None]

    @app.post("/callbacks")
    async def register(callback: Callback) -> None:
        """Never called: a callable cannot be sent."""

    return app


@breaks("API-02", says="is used 2 times")
def twin_ids() -> FastAPI:
    """Two operations of the document have one id."""

    def repeat(document: dict[str, Any]) -> None:
        operations = [o for path in document["paths"].values() for o in path.values()]
        operations[1]["operationId"] = operations[0]["operationId"]

    return with_document(repeat)


@breaks("API-13", says="an example is not valid")
def wrong_example() -> FastAPI:
    """The example of a name is a number."""

    def exemplify(document: dict[str, Any]) -> None:
        fields = document["components"]["schemas"]["ExampleItemOut"]["properties"]
        fields["name"]["examples"] = [7]

    return with_document(exemplify)


@breaks("API-03", says="/report")
def forgotten_report() -> FastAPI:
    """A small operation beside the collection divides by what the client sends."""
    app = create_app()

    @app.get("/report", responses=documented(500))
    async def report(share: Annotated[int, Query(ge=0, le=100)]) -> int:
        return 100 // share

    return app


@breaks("API-04", says="status")
def undeclared_absence() -> FastAPI:
    """Nobody declared that a read may find nothing."""

    def forget(document: dict[str, Any]) -> None:
        for path in document["paths"].values():
            if "delete" in path:
                del path["get"]["responses"]["404"]

    return with_document(forget)


class TaggedOut(ExampleItemOut):
    """An item with a tag, which is always there."""

    tag: str


@breaks("API-05", says="tag")
def missing_field() -> FastAPI:
    """The read declares a field that it leaves out."""

    async def get_item(item_id: ItemId, service: Service) -> JSONResponse:
        return JSONResponse(found(await service.get(item_id)).model_dump())

    answers = {200: {"model": TaggedOut}} | documented(404)
    return with_route("get_item", get_item, responses=answers)


@breaks("API-06", says="text/plain")
def plain_refusal() -> FastAPI:
    """A read that finds nothing says so in plain text."""

    async def get_item(item_id: ItemId, service: Service) -> Any:
        item = await service.get(item_id)
        return found(item) if item else Response("nothing", 404, media_type="text/plain")

    answers = {200: {"model": ExampleItemOut}} | documented(404)
    return with_route("get_item", get_item, response_model=None, responses=answers)


@breaks("API-07", says="Invalid data")
def constraint_in_words() -> FastAPI:
    """The document bounds the size of a page, and nobody checks it."""

    async def list_items(
        service: Service, limit: Annotated[int, Query(ge=1, le=10**6)] = 50, offset: Offset = 0
    ) -> list[ExampleItemOut]:
        page = await service.list(limit=min(limit, 100), offset=offset)
        return [found(item) for item in page]

    app = with_route("list_items", list_items)
    for parameter in app.openapi()["paths"]["/api/v1/examples/database-example/"]["get"][
        "parameters"
    ]:
        if parameter["name"] == "limit":
            parameter["schema"]["maximum"] = 100
    return app


@breaks("API-08", says="Valid data")
def unwritten_rule() -> FastAPI:
    """The create refuses names that begin with x, which is written nowhere."""

    class Picky(ExampleItemService):
        async def create(self, values: Any) -> ExampleItem:
            if not values["name"][:1].isalnum():
                raise HTTPException(400, "names begin with a letter or a digit")
            return await super().create(values)

    return with_service(Picky)


@breaks("API-09", says="OPTIONS /api/v1/examples/database-example/ -> 405, Allow")
def first_route_only() -> FastAPI:
    """A wrong method is answered with what the first route of the path takes."""
    app = create_app()

    async def answer(_request: Any, error: HTTPException) -> Response:
        return refusal(405, dict(error.headers or {}))

    app.add_exception_handler(405, answer)  # type: ignore[arg-type]
    return app


@breaks("API-10", says="DELETE")
def removed_operation() -> FastAPI:
    """The document still has an operation that was taken away."""
    app = create_app()
    document = app.openapi()
    remove(app, "delete_item")
    app.openapi = lambda: document  # type: ignore[method-assign]
    return app


@breaks("API-11", says="#/info/version", also=("API-15",))
def restless_document() -> FastAPI:
    """Every fetch of the document counts one up."""
    app = create_app()
    make, numbers = app.openapi, itertools.count()

    def openapi() -> dict[str, Any]:
        document = make()
        return document | {"info": document["info"] | {"version": f"1.0.{next(numbers)}"}}

    app.openapi = openapi  # type: ignore[method-assign]
    return app


@breaks("API-12", says="POST /api/v1/examples/database-example/ -> 201")
def painted_lock() -> FastAPI:
    """The create declares a bearer token, and nobody looks whether there is one."""
    optional = HTTPBearer(auto_error=False)

    async def create_item(
        payload: ExampleItemCreate, service: Service, _token: Any = Depends(optional)
    ) -> ExampleItemOut:
        return found(await service.create(payload.model_dump()))

    return with_route("create_item", create_item)


class Reason(BaseModel):
    """Why nothing was found, in a field of another name."""

    reason: str = Field(examples=["There is no such item"])


@breaks("API-14", says="reason")
def another_refusal() -> FastAPI:
    """A read that finds nothing says so in another form than it declares."""

    async def get_item(item_id: ItemId, service: Service) -> ExampleItemOut:
        return found(await service.get(item_id))

    answers = documented(404) | {404: {"model": Reason, "description": "There is no such item"}}
    return with_route("get_item", get_item, responses=answers)


@breaks("API-17", says="it stands at #/info/description")
def told_address() -> FastAPI:
    """The description says which database the service is connected to."""
    url = make_url(load_settings().database_url)

    def tell(document: dict[str, Any]) -> None:
        document["info"]["description"] = f"Connected to {url}"

    return with_document(tell)


@breaks("API-17", says="/schema/default")
def default_address() -> FastAPI:
    """An export goes to the service's own database unless a parameter names another one."""
    app = create_app()
    address = load_settings().database_url

    @app.post("/exports", status_code=202)
    async def export(store: Annotated[str, Query(max_length=1000)] = address) -> dict[str, int]:
        return {"queued": len(store)}

    return app


@breaks("API-15", says="#/info/description")
def signed_document() -> FastAPI:
    """The document says which of the workers it comes from."""
    worker = uuid.uuid4().hex

    def sign(document: dict[str, Any]) -> None:
        document["info"]["description"] = f"worker {worker}"

    return with_document(sign)


def short(name: str) -> str:
    """The name, if its column has room for it."""
    if not 0 < len(name) <= MAX_NAME:
        raise ValueError("1 to 255 characters, please")
    return name


class UnboundedCreate(ExampleItemCreate):
    """What the create takes, the length of its name left to code."""

    name: Annotated[str, AfterValidator(short), Field(min_length=1, pattern=NO_NUL)]


@breaks("API-16", says="name: at most 255 characters in the database, any number in the document")
def length_in_code() -> FastAPI:
    """A long name is refused by a function, and the document knows nothing of it."""

    async def create_item(payload: UnboundedCreate, service: Service) -> ExampleItemOut:
        return found(await service.create(payload.model_dump()))

    return with_route("create_item", create_item)


class Painted(ExampleItemCreate):
    """An item in a colour, of which there is one unless another is wanted."""

    colour: str = Field("blue", max_length=40)


@breaks("API-03", says="LookupError: there is no other paint")
def one_paint() -> FastAPI:
    """A create fails whenever an optional field is sent, and with it alone."""

    async def create(payload: Painted, service: Service) -> ExampleItemOut:
        if "colour" in payload.model_fields_set:
            raise LookupError("there is no other paint")
        return found(await service.create(payload.model_dump(exclude={"colour"})))

    return with_route("create_item", create)
