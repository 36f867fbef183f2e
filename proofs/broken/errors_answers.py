"""Apps whose failures hide rows, or cannot be read by a page of another origin."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from fastapi import FastAPI, Request, Response
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import JSONResponse
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from proofs.broken import breaks
from proofs.broken.replacing import with_service
from proofs.caching import CachedItems, Values
from reference_app import create_app
from reference_app.database import DatabaseFailure, transaction
from reference_app.errors import DETAILS, refusal, status_of
from reference_app.models import ExampleItem
from reference_app.service import ExampleItemService

QUEUE = "amqp://shop:correct-horse@queue.example/failures"


@breaks("ERR-10", says="without it")
def outside_of_the_middleware() -> FastAPI:
    """A statement that fails is left to the handler of all failures, outside of CORSMiddleware."""
    app = create_app()

    async def answer(_request: Request, failure: Exception) -> Response:
        error = failure.__cause__ or failure
        if isinstance(error, DBAPIError) and error.statement is not None:
            raise failure
        return refusal(status_of(error), {"Retry-After": "1"})

    app.add_exception_handler(DatabaseFailure, answer)
    app.add_middleware(CORSMiddleware, allow_origins=["*"])
    return app


@breaks("ERR-04", says="an address with a password")
def queue_in_the_answer() -> FastAPI:
    """A failure tells the client which queue was to learn of it, by its address as it is set."""
    app = create_app()

    async def answer(_request: Request, failure: Exception) -> Response:
        status = status_of(failure.__cause__ or failure)
        return JSONResponse({"detail": DETAILS[status], "queue": QUEUE}, status)

    app.add_exception_handler(DatabaseFailure, answer)
    return app


@breaks("ERR-09", says="right after it")
def descriptions_dropped() -> FastAPI:
    """A list asks twice, and leaves out the items with a description if that statement fails."""

    class Halving(ExampleItemService):
        async def list(self, *, limit: int, offset: int) -> Sequence[ExampleItem]:
            page = select(ExampleItem).order_by(ExampleItem.id).limit(limit).offset(offset)
            plain = page.where(ExampleItem.description.is_(None))
            async with transaction(self._session):
                items = [*(await self._session.scalars(plain)).all()]
            with suppress(DatabaseFailure):
                async with transaction(self._session):
                    described = page.where(ExampleItem.description.is_not(None))
                    items += (await self._session.scalars(described)).all()
            return sorted(items, key=lambda item: item.id)[:limit]

    return with_service(Halving)


@breaks("ERR-03", says="shows the new description, name")
def cached_before_the_commit() -> FastAPI:
    """A change is put into a cache before it is committed, and stays there if that fails."""

    class Hasty(CachedItems):
        async def update(self, item_id: int, values: Values) -> ExampleItem | None:
            known = await self.get(item_id)
            if known is None:
                return None
            shown = {"name": known.name, "description": known.description}
            self.rows[item_id] = {"id": item_id, **shown, **values}
            return await ExampleItemService.update(self, item_id, values)

    return with_service(Hasty)
