"""Apps that bear it badly when there are more requests than connections."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, FastAPI, Request, Response
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from proofs.broken import breaks
from proofs.broken.replacing import with_sessions
from reference_app import create_app
from reference_app.database import DatabaseFailure, get_async_sessionmaker
from reference_app.errors import answer_database_failure
from reference_app.settings import load_settings

Sessionmaker = Annotated[async_sessionmaker[AsyncSession], Depends(get_async_sessionmaker)]


@breaks("CON-12", says="as many as there are connections")
def counting_its_requests() -> FastAPI:
    """The app counts its requests, and fails those for which the pool has no connection ready."""
    busy: list[AsyncSession] = []

    async def sessions(maker: Sessionmaker) -> AsyncIterator[AsyncSession]:
        if len(busy) >= load_settings().database_pool_size:
            raise RuntimeError("there are as many as there are connections")
        async with maker() as session:
            busy.append(session)
            try:
                yield session
            finally:
                busy.remove(session)

    return with_sessions(sessions)


@breaks("CON-13", says="a restart is due", also=("CRU-61",))
def unhealthy_for_ever() -> FastAPI:
    """A request that found no connection marks the app as unhealthy, and nothing unmarks it."""
    failures: list[Exception] = []

    async def sessions(maker: Sessionmaker) -> AsyncIterator[AsyncSession]:
        if failures:
            raise RuntimeError(f"a restart is due: {type(failures[0]).__name__}")
        async with maker() as session:
            yield session

    async def answer(request: Request, failure: Exception) -> Response:
        if isinstance(failure.__cause__, PoolTimeoutError):
            failures.append(failure)
        return await answer_database_failure(request, failure)

    app = with_sessions(sessions)
    app.add_exception_handler(DatabaseFailure, answer)
    return app


@breaks("CON-14", says="QueuePool limit of size 5 overflow 10 reached, connection timed out")
def empty_pool_is_a_defect() -> FastAPI:
    """The timeout of the pool is no error of the driver, and is answered as a defect of the app."""

    async def answer(request: Request, failure: Exception) -> Response:
        if isinstance(failure.__cause__, PoolTimeoutError):
            raise failure.__cause__
        return await answer_database_failure(request, failure)

    app = create_app()
    app.add_exception_handler(DatabaseFailure, answer)
    return app
