"""The apps of `broken/cancellation_after.py` that a small change mends."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from proofs.broken.cancellation import tell_another_service
from proofs.broken.cancellation_after import TURNS
from proofs.broken.replacing import with_service
from proofs.mended import mends
from reference_app.database import DatabaseFailure
from reference_app.models import ExampleItem
from reference_app.service import ExampleItemService


@mends
def retried_list() -> FastAPI:
    """A list that is cancelled ends."""

    class Retrying(ExampleItemService):
        async def list(self, *, limit: int, offset: int) -> Sequence[ExampleItem]:
            return await super().list(limit=limit, offset=offset)

    return with_service(Retrying)


@mends
def cancellation_as_failure() -> FastAPI:
    """A read turns errors into failures, and a cancellation is no error."""

    class Catching(ExampleItemService):
        async def get(self, item_id: int) -> ExampleItem | None:
            try:
                return await super().get(item_id)
            except DatabaseFailure:
                raise
            except Exception as error:
                raise DatabaseFailure from error

    return with_service(Catching)


@mends
def lasting_watch() -> FastAPI:
    """The task beside a read is stopped in `finally`."""
    news = asyncio.Event()

    async def watch() -> None:
        await news.wait()

    class Watching(ExampleItemService):
        async def get(self, item_id: int) -> ExampleItem | None:
            watching = asyncio.create_task(watch())
            try:
                return await super().get(item_id)
            finally:
                watching.cancel()

    return with_service(Watching)


@mends
def turn_before_try() -> FastAPI:
    """A list begins its `try` as soon as it has its turn."""
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
                try:
                    await self._session.connection()
                except Exception as error:
                    raise DatabaseFailure from error
                await self._session.rollback()
                return await super().list(limit=limit, offset=offset)
            finally:
                turns[0] += 1

    return with_service(Limited)


@mends
def taken_back() -> FastAPI:
    """A create that was answered stays, whatever becomes of its event."""
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
            await tell_another_service()
            made.clear()

    app.add_middleware(Publishing)
    return app
