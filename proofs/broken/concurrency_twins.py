"""Apps that look whether a name is taken, and then store it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager

from fastapi import FastAPI, HTTPException, Request, Response
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from proofs.broken import breaks
from proofs.broken.replacing import with_service
from proofs.broken.starting import around
from reference_app.database import DatabaseFailure
from reference_app.errors import DETAILS, answer_database_failure, refusal
from reference_app.models import ExampleItem
from reference_app.service import ExampleItemService

Values = Mapping[str, str | None]
UNIQUE = text("CREATE UNIQUE INDEX IF NOT EXISTS one_name ON example_items (name)")


class Looking(ExampleItemService):
    """Refuses a create whose name is taken."""

    async def create(self, values: Values) -> ExampleItem:
        """Store a new item, if there is none of its name."""
        taken = select(ExampleItem.id).where(ExampleItem.name == values["name"]).limit(1)
        try:
            is_taken = await self._session.scalar(taken) is not None
            await self._session.rollback()
        except Exception as error:
            raise DatabaseFailure from error
        if is_taken:
            raise HTTPException(409, DETAILS[409])
        return await super().create(values)


@breaks("CON-02", says="both are stored")
def looked_up_first() -> FastAPI:
    """A create looks whether the name is taken; no constraint keeps two from finding it free."""
    return with_service(Looking)


@breaks("CON-03", says="-> 500")
def constraint_not_expected() -> FastAPI:
    """A create looks whether the name is taken, and takes what the constraint says for a defect."""

    async def lifespan(
        app: FastAPI, usual: AbstractAsyncContextManager[object]
    ) -> AsyncIterator[None]:
        async with usual:
            async with app.state.sessions.begin() as session:
                await session.execute(UNIQUE)
            yield

    async def answer(request: Request, failure: Exception) -> Response:
        if request.method == "POST" and isinstance(failure.__cause__, IntegrityError):
            return refusal(500)
        return await answer_database_failure(request, failure)

    app = around(lifespan, with_service(Looking))
    app.add_exception_handler(DatabaseFailure, answer)
    return app
