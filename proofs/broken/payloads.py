"""Apps that spoil texts, or meet numbers and ids nobody thought of."""

from __future__ import annotations

import html
from collections.abc import Mapping
from typing import Annotated

from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from proofs.broken import SERVERS, breaks
from proofs.broken.replacing import with_route, with_service
from reference_app import create_app
from reference_app.errors import DETAILS, answer_invalid_request
from reference_app.models import MAX_NAME, ExampleItem
from reference_app.routes import Limit, Offset, Service, found
from reference_app.schemas import NO_NUL, Description, ExampleItemOut
from reference_app.service import ExampleItemService

Values = Mapping[str, str | None]


def encodable(text: str) -> str:
    """Refuse half a surrogate pair: encoding it raises a kind of `ValueError`."""
    text.encode()
    return text


@breaks("PAY-01", says="&quot;")
def escaping_create() -> FastAPI:
    """The create escapes its texts for HTML, which belongs where they are shown."""

    class Escaping(ExampleItemService):
        async def create(self, values: Values) -> ExampleItem:
            return await super().create({k: v and html.escape(v) for k, v in values.items()})

    return with_service(Escaping)


@breaks("PAY-02", says="shown ''")
def ascii_update() -> FastAPI:
    """A change drops every letter that is not ASCII."""

    class Plain(ExampleItemService):
        async def update(self, item_id: int, values: Values) -> ExampleItem | None:
            plain = {k: v and v.encode("ascii", "ignore").decode() for k, v in values.items()}
            return await super().update(item_id, plain)

    return with_service(Plain)


@breaks("PAY-03", says="line ends of every kind")
def store_then_check() -> FastAPI:
    """The create looks for line breaks in the name only after it has stored it."""

    class Late(ExampleItemService):
        async def create(self, values: Values) -> ExampleItem:
            item = await super().create(values)
            if "\n" in item.name:
                raise HTTPException(409, DETAILS[409])
            return item

    return with_service(Late)


class AnyText(BaseModel):
    """An item whose texts may hold a NUL."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=MAX_NAME), AfterValidator(encodable)]
    description: Description | None = None


@breaks("PAY-04", says="\\x00", databases=("postgresql",))
def nul_to_the_database() -> FastAPI:
    """The create hands a NUL to a database that cannot store it."""

    async def create_item(payload: AnyText, service: Service) -> ExampleItemOut:
        return found(await service.create(payload.model_dump()))

    return with_route("create_item", create_item)


class AnyLength(BaseModel):
    """An item whose name is as long as its sender likes."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(min_length=1, pattern=NO_NUL)]
    description: Description | None = None


@breaks("PAY-05", says="256 characters")
def cut_at_the_column() -> FastAPI:
    """The create cuts a name to what its column takes."""

    async def create_item(payload: AnyLength, service: Service) -> ExampleItemOut:
        return found(await service.create(payload.model_dump() | {"name": payload.name[:MAX_NAME]}))

    return with_route("create_item", create_item)


@breaks("PAY-05", says="(256 characters)", databases=SERVERS)
def longer_than_the_column() -> FastAPI:
    """The create hands any name to the database, which refuses what is too long."""

    async def create_item(payload: AnyLength, service: Service) -> ExampleItemOut:
        return found(await service.create(payload.model_dump()))

    return with_route("create_item", create_item)


@breaks("PAY-06", says="9223372036854775808", databases=("sqlite", "postgresql"))
def unbounded_id() -> FastAPI:
    """A read takes any whole number for an id, and so does the driver, up to a point."""

    async def get_item(item_id: int, service: Service) -> ExampleItemOut:
        return found(await service.get(item_id))

    return with_route("get_item", get_item)


@breaks("PAY-07", says="offset=9223372036854775808", databases=("sqlite", "postgresql"))
def unbounded_offset() -> FastAPI:
    """The list takes any offset."""

    async def list_items(
        service: Service, limit: Limit = 50, offset: int = 0
    ) -> list[ExampleItemOut]:
        offset = max(offset, 0)
        return [found(item) for item in await service.list(limit=limit, offset=offset)]

    return with_route("list_items", list_items)


@breaks("PAY-15", says="GET /api/v1/examples/database-example/?limit=100 -> 500")
def names_in_a_header() -> FastAPI:
    """The list tells its names in a header, which cannot carry every letter."""

    async def list_items(
        service: Service, response: Response, limit: Limit = 50, offset: Offset = 0
    ) -> list[ExampleItemOut]:
        items = [found(item) for item in await service.list(limit=limit, offset=offset)]
        response.headers["X-Names"] = ", ".join(item.name for item in items)
        return items

    return with_route("list_items", list_items)


@breaks("PAY-17", says="%E6%97%A5")
def id_in_a_header() -> FastAPI:
    """The refusal of an id repeats it in a header, which cannot carry every letter."""
    app = create_app()

    async def answer(request: Request, error: RequestValidationError) -> Response:
        response = await answer_invalid_request(request, error)
        response.headers["X-Refused"] = request.path_params.get("item_id", "")
        return response

    app.add_exception_handler(RequestValidationError, answer)  # type: ignore[arg-type]
    return app
