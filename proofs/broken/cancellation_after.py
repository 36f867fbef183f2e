"""Apps that give the connection back, and yet do not take a cancellation for what it is."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress

from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from proofs.broken import breaks
from proofs.broken.cancellation import tell_another_service
from proofs.broken.replacing import with_service
from reference_app.database import DatabaseFailure
from reference_app.models import ExampleItem
from reference_app.service import ExampleItemService

TURNS = 10


@breaks("CAN-08", says="began again: 'SELECT")
def retried_list() -> FastAPI:
    """A list that is cancelled is taken for one that went wrong, and tried again."""

    class Retrying(ExampleItemService):
        async def list(self, *, limit: int, offset: int) -> Sequence[ExampleItem]:
            with suppress(asyncio.CancelledError):
                return await super().list(limit=limit, offset=offset)
            return await super().list(limit=limit, offset=offset)

    return with_service(Retrying)


@breaks("CAN-09", says="answered 500")
def cancellation_as_failure() -> FastAPI:
    """A read turns everything that is raised into a failure of the database."""

    class Catching(ExampleItemService):
        async def get(self, item_id: int) -> ExampleItem | None:
            try:
                return await super().get(item_id)
            except DatabaseFailure:
                raise
            except BaseException as error:
                raise DatabaseFailure from error

    return with_service(Catching)


@breaks("CAN-10", says="still running: lasting_watch.<locals>.watch")
def lasting_watch() -> FastAPI:
    """A read has a task beside it, which is stopped behind the work, not in `finally`."""
    news = asyncio.Event()

    async def watch() -> None:
        await news.wait()

    class Watching(ExampleItemService):
        async def get(self, item_id: int) -> ExampleItem | None:
            watching = asyncio.create_task(watch())
            try:
                item = await super().get(item_id)
            except Exception:
                watching.cancel()
                raise
            watching.cancel()
            return item

    return with_service(Watching)


@breaks("CAN-11", says="GET /api/v1/examples/database-example/ -> 503, after")
def turn_before_try() -> FastAPI:
    """A list takes one of ten turns, and begins its `try` when it has a connection, too.

    The turn is given back after errors; every create starts a new round of turns.
    """
    turns = [TURNS]

    class Limited(ExampleItemService):
        async def create(self, values: Mapping[str, str | None]) -> ExampleItem:
            turns[0] = TURNS
            return await super().create(values)

        async def list(self, *, limit: int, offset: int) -> Sequence[ExampleItem]:
            if not turns[0]:
                raise DatabaseFailure from TimeoutError("all turns are taken")
            turns[0] -= 1
            try:
                await self._session.connection()
            except Exception as error:
                turns[0] += 1
                raise DatabaseFailure from error
            try:
                await self._session.rollback()
                return await super().list(limit=limit, offset=offset)
            finally:
                turns[0] += 1

    return with_service(Limited)


@breaks("CAN-12", says="a success, but no row of any table has changed")
def taken_back() -> FastAPI:
    """A create whose event could not be published is removed again, though it was answered."""
    made: list[int] = []

    class Remembering(ExampleItemService):
        async def create(self, values: Mapping[str, str | None]) -> ExampleItem:
            item = await super().create(values)
            made.append(item.id)
            return item

    app = with_service(Remembering)

    class Publishing:
        def __init__(self, inner: ASGIApp) -> None:
            self._inner = inner

        async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
            await self._inner(scope, receive, send)
            try:
                await tell_another_service()
            except BaseException:
                async with app.state.sessions() as session:
                    while made:
                        await ExampleItemService(session).delete(made.pop())
                raise
            made.clear()

    app.add_middleware(Publishing)
    return app
