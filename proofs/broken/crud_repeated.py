"""Apps that stumble over a create that is sent again, as it was or corrected."""

# Annotations are evaluated here: the routes are made inside functions.

from typing import Annotated, Any

from fastapi import FastAPI, Header, HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError
from sqlalchemy import select

from proofs.broken import breaks
from proofs.broken.replacing import with_route, with_service
from reference_app.database import transaction
from reference_app.errors import answer_invalid_request
from reference_app.models import ExampleItem
from reference_app.routes import Service, found
from reference_app.schemas import ExampleItemCreate, ExampleItemOut
from reference_app.service import ExampleItemService


@breaks("CRU-49", says="-> 500", also=("API-03",))
def uncaught_duplicate() -> FastAPI:
    """The create refuses a name that is there by an error that nobody answers."""

    class Unique(ExampleItemService):
        async def create(self, values: Any) -> ExampleItem:
            same_name = select(ExampleItem.id).where(ExampleItem.name == values["name"])
            async with transaction(self._session):
                taken = await self._session.scalar(same_name)
            if taken is not None:
                raise ValueError("this name is taken")
            return await super().create(values)

    return with_service(Unique)


@breaks("CRU-50", says="no other row")
def ignored_key() -> FastAPI:
    """The create declares an Idempotency-Key and never looks at it."""

    async def create(
        payload: ExampleItemCreate,
        service: Service,
        idempotency_key: Annotated[str | None, Header(max_length=100)] = None,
    ) -> ExampleItemOut:
        return found(await service.create(payload.model_dump()))

    return with_route("create_item", create)


@breaks("CRU-51", says="and corrected")
def reserved_by_a_refusal() -> FastAPI:
    """A name is reserved before its body is looked at, and stays so when that is refused."""
    reserved: set[str] = set()

    async def create(payload: ExampleItemCreate, service: Service) -> ExampleItemOut:
        if payload.name in reserved:
            raise HTTPException(409, "The name is taken")
        return found(await service.create(payload.model_dump()))

    async def answer(request: Request, error: RequestValidationError) -> Response:
        if isinstance(error.body, dict) and isinstance(error.body.get("name"), str):
            reserved.add(error.body["name"])
        return await answer_invalid_request(request, error)

    app = with_route("create_item", create)
    app.add_exception_handler(RequestValidationError, answer)  # type: ignore[arg-type]
    return app
