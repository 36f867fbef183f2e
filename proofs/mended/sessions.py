"""The apps of `broken/sessions.py` that a small change mends."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping

from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncSession

from proofs.broken.replacing import with_sessions
from proofs.broken.sessions import Sessionmaker, with_both
from proofs.mended import mends
from reference_app.models import ExampleItem
from reference_app.service import ExampleItemService


class Committing(ExampleItemService):
    """Commits a create before it is answered."""

    async def create(self, values: Mapping[str, str | None]) -> ExampleItem:
        item = ExampleItem(**values)
        self._session.add(item)
        await self._session.commit()
        return item


@mends
def commit_in_teardown() -> FastAPI:
    """The service commits before it returns, and the dependency only closes."""

    async def sessions(maker: Sessionmaker) -> AsyncIterator[AsyncSession]:
        async with maker() as session:
            yield session

    return with_both(Committing, sessions)


@mends
def session_of_the_process() -> FastAPI:
    """Each request has a session of its own."""

    async def sessions(maker: Sessionmaker) -> AsyncIterator[AsyncSession]:
        async with maker() as session:
            yield session

    return with_sessions(sessions)


@mends
def unawaited_close() -> FastAPI:
    """The dependency awaits what it calls."""

    async def sessions(maker: Sessionmaker) -> AsyncIterator[AsyncSession]:
        async with maker() as session:
            yield session
            await session.close()

    return with_sessions(sessions)
