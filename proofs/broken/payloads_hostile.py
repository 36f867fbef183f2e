"""Apps that stumble over requests as no generator writes them."""

from __future__ import annotations

import re
from typing import Annotated, Any

from fastapi import FastAPI, HTTPException, Path, Request, Response

from proofs.broken import breaks
from proofs.broken.replacing import with_route
from reference_app import create_app
from reference_app.errors import DETAILS
from reference_app.models import MAX_ID
from reference_app.routes import Service, found
from reference_app.schemas import ExampleItemOut

LARGEST = 1_000_000


@breaks("PAY-19", says="showed 1", also=("PAY-20",))
def leading_digits() -> FastAPI:
    """A read looks for the number at the beginning of what it is given."""

    async def get_item(item_id: str, service: Service) -> ExampleItemOut:
        digits = re.match(r"[0-9]{1,9}", item_id)
        return found(await service.get(int(digits[0])) if digits else None)

    return with_route("get_item", get_item)


@breaks("PAY-20", says="1_")
def any_spelling() -> FastAPI:
    """A read takes a number in whatever way it is written."""

    async def get_item(
        item_id: Annotated[int, Path(ge=1, le=MAX_ID)], service: Service
    ) -> ExampleItemOut:
        return found(await service.get(item_id))

    return with_route("get_item", get_item)


@breaks("PAY-21", says="without Content-Length")
def length_by_its_header() -> FastAPI:
    """A middleware refuses large bodies by a header that not every request has."""
    app = create_app()

    @app.middleware("http")
    async def refuse_large(request: Request, call_next: Any) -> Response:
        if request.method == "POST" and int(request.headers["content-length"]) > LARGEST:
            raise HTTPException(413)
        answer: Response = await call_next(request)
        return answer

    return app


@breaks("PAY-22", says="x-request-id")
def header_as_text() -> FastAPI:
    """A middleware decodes the request's own number as UTF-8."""
    app = create_app()

    @app.middleware("http")
    async def numbered(request: Request, call_next: Any) -> Response:
        raw = dict(request.scope["headers"]).get(b"x-request-id", b"-")
        request.state.number = raw.decode()
        answer: Response = await call_next(request)
        return answer

    return app


@breaks("PAY-23", says="the id in a read: 500")
def number_by_hand() -> FastAPI:
    """A read makes a number of any row of digits."""

    async def get_item(item_id: str, service: Service) -> ExampleItemOut:
        if not re.fullmatch("[1-9][0-9]*", item_id):
            raise HTTPException(404, DETAILS[404])
        number = int(item_id)
        return found(await service.get(number) if number <= MAX_ID else None)

    return with_route("get_item", get_item)
