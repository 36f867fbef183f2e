"""The apps of `broken/concurrency_load.py` that a small change mends."""

from __future__ import annotations

from collections.abc import AsyncIterator

from fastapi import FastAPI, Request, Response
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncSession

from proofs.broken.concurrency_load import Sessionmaker
from proofs.broken.replacing import with_sessions
from proofs.mended import mends
from reference_app import create_app
from reference_app.database import DatabaseFailure
from reference_app.errors import answer_database_failure, refusal


@mends
def counting_its_requests() -> FastAPI:
    """A request for which the pool has no connection waits for one."""
    busy: list[AsyncSession] = []

    async def sessions(maker: Sessionmaker) -> AsyncIterator[AsyncSession]:
        async with maker() as session:
            busy.append(session)
            try:
                yield session
            finally:
                busy.remove(session)

    return with_sessions(sessions)


@mends
def empty_pool_is_a_defect() -> FastAPI:
    """The timeout of the pool is answered 503."""

    async def answer(request: Request, failure: Exception) -> Response:
        if isinstance(failure.__cause__, PoolTimeoutError):
            return refusal(503)
        return await answer_database_failure(request, failure)

    app = create_app()
    app.add_exception_handler(DatabaseFailure, answer)
    return app
