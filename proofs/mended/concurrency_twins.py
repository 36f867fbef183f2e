"""The apps of `broken/concurrency_twins.py` that a small change mends."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager

from fastapi import FastAPI, Request, Response
from sqlalchemy.exc import IntegrityError

from proofs.broken.concurrency_twins import UNIQUE, Looking
from proofs.broken.replacing import with_service
from proofs.broken.starting import around
from proofs.mended import mends
from reference_app.database import DatabaseFailure
from reference_app.errors import answer_database_failure, refusal


@mends
def looked_up_first() -> FastAPI:
    """A constraint keeps two creates from finding one name free."""

    async def lifespan(
        app: FastAPI, usual: AbstractAsyncContextManager[object]
    ) -> AsyncIterator[None]:
        async with usual:
            async with app.state.sessions.begin() as session:
                await session.execute(UNIQUE)
            yield

    return around(lifespan, with_service(Looking))


@mends
def constraint_not_expected() -> FastAPI:
    """What the constraint says is a conflict."""

    async def lifespan(
        app: FastAPI, usual: AbstractAsyncContextManager[object]
    ) -> AsyncIterator[None]:
        async with usual:
            async with app.state.sessions.begin() as session:
                await session.execute(UNIQUE)
            yield

    async def answer(request: Request, failure: Exception) -> Response:
        if request.method == "POST" and isinstance(failure.__cause__, IntegrityError):
            return refusal(409)
        return await answer_database_failure(request, failure)

    app = around(lifespan, with_service(Looking))
    app.add_exception_handler(DatabaseFailure, answer)
    return app
