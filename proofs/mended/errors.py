"""The apps of `broken/errors.py` that a small change mends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fastapi import FastAPI, Request, Response
from sqlalchemy import delete
from sqlalchemy.exc import DBAPIError

from proofs.broken.errors import logger
from proofs.broken.replacing import with_service
from proofs.mended import mends
from reference_app import create_app
from reference_app.database import DatabaseFailure
from reference_app.errors import refusal, status_of
from reference_app.models import ExampleItem
from reference_app.service import ExampleItemService


@mends
def swallowed_delete() -> FastAPI:
    """A delete that the database refuses is a failure."""

    class Soothing(ExampleItemService):
        async def delete(self, item_id: int) -> bool:
            if await self.get(item_id) is None:
                return False
            try:
                await self._session.execute(delete(ExampleItem).where(ExampleItem.id == item_id))
            except DBAPIError as error:
                await self._session.rollback()
                raise DatabaseFailure from error
            await self._session.commit()
            return True

    return with_service(Soothing)


@mends
def swallowed_commit() -> FastAPI:
    """A COMMIT that fails is a failure of the request."""

    class Hopeful(ExampleItemService):
        async def create(self, values: Mapping[str, str | None]) -> ExampleItem:
            item = ExampleItem(**values)
            self._session.add(item)
            try:
                await self._session.flush()
            except Exception as error:
                raise DatabaseFailure from error
            answer = ExampleItem(id=item.id, **values)
            try:
                await self._session.commit()
            except DBAPIError as error:
                await self._session.rollback()
                raise DatabaseFailure from error
            return answer

    return with_service(Hopeful)


@mends
def error_as_detail() -> FastAPI:
    """The answer has words of its own, and the error is for the log."""
    app = create_app()

    async def answer(_request: Request, failure: Exception) -> Response:
        error = failure.__cause__ or failure
        logger.error("%s", type(error).__name__)
        return refusal(status_of(error))

    app.add_exception_handler(DatabaseFailure, answer)
    return app


@mends
def plain_text_failure() -> FastAPI:
    """Failures are answered in JSON, as all else is."""
    app = create_app()

    async def answer(_request: Request, failure: Exception) -> Response:
        status = status_of(failure.__cause__ or failure)
        return refusal(status)

    app.add_exception_handler(DatabaseFailure, answer)
    return app


@mends
def client_blamed() -> FastAPI:
    """Only what a constraint refuses is the fault of the request."""
    app = create_app()

    async def answer(_request: Request, failure: Exception) -> Response:
        error = failure.__cause__ or failure
        return refusal(status_of(error))

    app.add_exception_handler(DatabaseFailure, answer)
    return app


@mends
def unavailable_as_defect() -> FastAPI:
    """A failure that passes by itself is answered 503."""
    app = create_app()

    async def answer(_request: Request, failure: Exception) -> Response:
        return refusal(status_of(failure.__cause__ or failure))

    app.add_exception_handler(DatabaseFailure, answer)
    return app


@mends
def empty_list_for_a_failure() -> FastAPI:
    """A list whose query fails is a failure."""

    class Forgiving(ExampleItemService):
        async def list(self, *, limit: int, offset: int) -> Sequence[ExampleItem]:
            return await super().list(limit=limit, offset=offset)

    return with_service(Forgiving)
