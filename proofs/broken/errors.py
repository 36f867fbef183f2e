"""Apps that tell the client something else than that the database has failed."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from contextlib import suppress

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from sqlalchemy import delete, select
from sqlalchemy.exc import DBAPIError, IntegrityError

from proofs.broken import breaks
from proofs.broken.replacing import with_service
from reference_app import create_app
from reference_app.database import DatabaseFailure, transaction
from reference_app.errors import DETAILS, refusal, status_of
from reference_app.models import ExampleItem
from reference_app.service import ExampleItemService

logger = logging.getLogger(__name__)


@breaks("ERR-01", says="no row of any table has changed")
def swallowed_delete() -> FastAPI:
    """A delete that the database refuses is logged, and answered 204."""

    class Soothing(ExampleItemService):
        async def delete(self, item_id: int) -> bool:
            if await self.get(item_id) is None:
                return False
            try:
                await self._session.execute(delete(ExampleItem).where(ExampleItem.id == item_id))
            except DBAPIError:
                logger.info("could not delete %s", item_id)
                await self._session.rollback()
                return True
            await self._session.commit()
            return True

    return with_service(Soothing)


@breaks("ERR-02", says="commit number 1 (COMMIT")
def swallowed_commit() -> FastAPI:
    """A COMMIT that fails is logged, and the row that was never stored is answered 201."""

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
            except DBAPIError:
                logger.info("could not commit %s", answer.id)
                await self._session.rollback()
            return answer

    return with_service(Hopeful)


@breaks("ERR-04", says="[SQL:")
def error_as_detail() -> FastAPI:
    """The text of the database's error is the detail of the answer."""
    app = create_app()

    async def answer(_request: Request, failure: Exception) -> Response:
        error = failure.__cause__ or failure
        return JSONResponse({"detail": str(error)}, status_of(error))

    app.add_exception_handler(DatabaseFailure, answer)
    return app


@breaks("ERR-04", says="its answer contains", also=("CON-02",))
def conflict_in_its_words() -> FastAPI:
    """A second row of a name is given the first one's key, and the database's refusal is shown."""

    class Numbered(ExampleItemService):
        async def create(self, values: Mapping[str, str | None]) -> ExampleItem:
            same_name = select(ExampleItem.id).where(ExampleItem.name == values["name"])
            async with transaction(self._session):
                taken = await self._session.scalar(same_name.limit(1))
            item = ExampleItem(id=taken, **values)
            async with transaction(self._session):
                self._session.add(item)
            return item

    async def answer(_request: Request, failure: Exception) -> Response:
        error = failure.__cause__ or failure
        words = error.orig if isinstance(error, IntegrityError) else DETAILS[status_of(error)]
        return JSONResponse({"detail": str(words)}, status_of(error))

    app = with_service(Numbered)
    app.add_exception_handler(DatabaseFailure, answer)
    return app


@breaks("ERR-07", says="as text/plain")
def plain_text_failure() -> FastAPI:
    """Failures are answered with the right status, but in plain text."""
    app = create_app()

    async def answer(_request: Request, failure: Exception) -> Response:
        status = status_of(failure.__cause__ or failure)
        return PlainTextResponse(DETAILS[status], status)

    app.add_exception_handler(DatabaseFailure, answer)
    return app


@breaks("ERR-11", says="-> 400, though the database had failed")
def client_blamed() -> FastAPI:
    """Every statement that fails is answered 400, as if the request were wrong."""
    app = create_app()

    async def answer(_request: Request, failure: Exception) -> Response:
        error = failure.__cause__ or failure
        during_statement = isinstance(error, DBAPIError) and error.statement is not None
        return refusal(400 if during_statement else status_of(error))

    app.add_exception_handler(DatabaseFailure, answer)
    return app


@breaks("ERR-11", says="-> 404, though the database had failed")
def missing_for_a_failure() -> FastAPI:
    """A read catches everything and answers 404, also when the query itself has failed."""

    class Careless(ExampleItemService):
        async def get(self, item_id: int) -> ExampleItem | None:
            with suppress(Exception):
                return await super().get(item_id)
            return None

    return with_service(Careless)


@breaks("ERR-08", says="-> 500, and no database could be reached")
def unavailable_as_defect() -> FastAPI:
    """Every failure of the database is answered 500, even one that passes by itself."""
    app = create_app()

    async def answer(_request: Request, _failure: Exception) -> Response:
        return refusal(500)

    app.add_exception_handler(DatabaseFailure, answer)
    return app


@breaks("ERR-09", says="'[]' instead of")
def empty_list_for_a_failure() -> FastAPI:
    """A list whose query fails is answered as an empty one."""

    class Forgiving(ExampleItemService):
        async def list(self, *, limit: int, offset: int) -> Sequence[ExampleItem]:
            with suppress(DatabaseFailure):
                return await super().list(limit=limit, offset=offset)
            return []

    return with_service(Forgiving)
