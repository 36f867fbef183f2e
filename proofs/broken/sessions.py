"""Apps that leave something behind in pool or database."""

from __future__ import annotations

import warnings
from collections.abc import AsyncIterator, Mapping
from typing import Annotated, Any

from fastapi import Depends, FastAPI
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

from proofs.broken import breaks
from proofs.broken.replacing import with_service, with_sessions
from reference_app.database import get_async_sessionmaker
from reference_app.models import ExampleItem
from reference_app.service import ExampleItemService
from reference_app.settings import load_settings

Sessionmaker = Annotated[async_sessionmaker[AsyncSession], Depends(get_async_sessionmaker)]


@breaks("SES-01", says="NEVER RETURNED")
def bare_yield() -> FastAPI:
    """The dependency closes its session after a bare yield, which no error reaches."""

    async def sessions(maker: Sessionmaker) -> AsyncIterator[AsyncSession]:
        session = maker()
        await session.connection()
        yield session
        await session.close()

    class Unhurried(ExampleItemService):
        pass

    return with_sessions(sessions)


@breaks("SES-03", says="only after the answer had been sent")
def commit_in_teardown() -> FastAPI:
    """The dependency commits after its yield, which runs after the response."""

    async def sessions(maker: Sessionmaker) -> AsyncIterator[AsyncSession]:
        async with maker() as session:
            yield session
            await session.commit()

    class Flushing(ExampleItemService):
        async def create(self, values: Mapping[str, str | None]) -> ExampleItem:
            item = ExampleItem(**values)
            self._session.add(item)
            await self._session.flush()
            return item

    app = with_service(Flushing)
    from reference_app.database import get_async_session

    app.dependency_overrides[get_async_session] = sessions
    return app


@breaks("SES-08", says="more connections open")
def engine_per_request() -> FastAPI:
    """Every request makes an engine, whose pool nobody disposes."""
    engines: list[Any] = []

    async def sessions() -> AsyncIterator[AsyncSession]:
        engine = create_async_engine(load_settings().database_url)
        engines.append(engine)
        async with async_sessionmaker(engine, expire_on_commit=False)() as session:
            yield session

    return with_sessions(sessions)


@breaks("SES-06", says="never awaited")
def unawaited_close() -> FastAPI:
    """The dependency calls close without awaiting it."""

    async def sessions(maker: Sessionmaker) -> AsyncIterator[AsyncSession]:
        async with maker() as session:
            yield session
            session.close()  # type: ignore[unused-coroutine]

    return with_sessions(sessions)


@breaks("SES-07", says="ResourceWarning")
def unclosed_thing() -> FastAPI:
    """Each request drops something that warns about not having been closed."""

    class Unclosed:
        def __del__(self) -> None:
            warnings.warn("unclosed thing", ResourceWarning, stacklevel=1)

    async def sessions(maker: Sessionmaker) -> AsyncIterator[AsyncSession]:
        Unclosed()
        async with maker() as session:
            yield session

    return with_sessions(sessions)
