"""Apps that share their sessions, commit too late, or forget to await or to close."""

from __future__ import annotations

import asyncio
import threading
import warnings
from collections.abc import AsyncIterator, Mapping
from typing import Annotated

from fastapi import Depends, FastAPI, Request
from sqlalchemy.ext.asyncio import AsyncSession, async_scoped_session, async_sessionmaker
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from proofs.broken import breaks
from proofs.broken.replacing import Sessions, with_route, with_service, with_sessions
from proofs.innocent import by_query
from reference_app.database import get_async_session, get_async_sessionmaker
from reference_app.models import ExampleItem
from reference_app.service import ExampleItemService

Sessionmaker = Annotated[async_sessionmaker[AsyncSession], Depends(get_async_sessionmaker)]


class Flushing(ExampleItemService):
    """Leaves the COMMIT of a create to whoever owns the session."""

    async def create(self, values: Mapping[str, str | None]) -> ExampleItem:
        item = ExampleItem(**values)
        self._session.add(item)
        await self._session.flush()
        return item


def with_both(service: type[ExampleItemService], sessions: Sessions) -> FastAPI:
    """The reference app with another service on other sessions."""
    app = with_service(service)
    app.dependency_overrides[get_async_session] = sessions
    return app


@breaks("SES-03", says="only after the answer had been sent")
def commit_in_teardown() -> FastAPI:
    """The dependency commits after its yield, which runs after the response."""

    async def sessions(maker: Sessionmaker) -> AsyncIterator[AsyncSession]:
        async with maker() as session:
            yield session
            await session.commit()

    return with_both(Flushing, sessions)


@breaks("SES-03", says="POST /subscribers/?name=")
def committed_behind_a_query() -> FastAPI:
    """A create by query leaves the COMMIT to the transaction around the yield of its dependency."""
    made = by_query.app()

    async def create(
        name: str,
        nickname: str,
        session: Annotated[AsyncSession, Depends(by_query.get_transaction)],
    ) -> by_query.SubscriberOut:
        row = by_query.Subscriber(name=name, nickname=nickname)
        session.add(row)
        await session.flush()
        return by_query.SubscriberOut.model_validate(row)

    return with_route("create_subscriber", create, made)


class LateCommit:
    """Commits the sessions of a request when the app is done with it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        sessions: list[AsyncSession] = []
        scope.setdefault("state", {})["sessions"] = sessions
        try:
            await self._app(scope, receive, send)
            for session in sessions:
                await session.commit()
        finally:
            for session in sessions:
                await session.close()


def collected(middleware: type[LateCommit]) -> FastAPI:
    """The reference app whose sessions a middleware is to commit."""

    async def sessions(request: Request, maker: Sessionmaker) -> AsyncSession:
        session = maker()
        request.state.sessions.append(session)
        return session

    app = with_both(Flushing, sessions)
    app.add_middleware(middleware)
    return app


@breaks("SES-03", says="only after the answer had been sent")
def commit_in_middleware() -> FastAPI:
    """A middleware commits after the app has answered."""
    return collected(LateCommit)


class InTheBackground(LateCommit):
    """Lets the sessions be committed beside the answer, and waits for that after it."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        sessions: list[AsyncSession] = []
        scope.setdefault("state", {})["sessions"] = sessions
        commits: list[asyncio.Task[None]] = []

        async def sending(message: Message) -> None:
            if not commits:
                commits.extend(asyncio.create_task(session.commit()) for session in sessions)
                await asyncio.sleep(0)
            await send(message)

        try:
            await self._app(scope, receive, sending)
            await asyncio.gather(*commits)
        finally:
            for session in sessions:
                await session.close()


@breaks("SES-03", says="COMMIT ended only after the answer had been sent")
def commit_beside_the_answer() -> FastAPI:
    """A task commits while the answer is sent: it has begun by then, and not ended."""
    return collected(InTheBackground)


@breaks("SES-04", says="first used by request")
def session_of_the_process() -> FastAPI:
    """All requests use one session, made by the first of them."""
    made: list[AsyncSession] = []

    async def sessions(maker: Sessionmaker) -> AsyncIterator[AsyncSession]:
        if not made:
            made.append(maker())
        yield made[0]
        made[0].expunge_all()

    return with_sessions(sessions)


@breaks("SES-04", says="first used by request")
def registry_without_remove() -> FastAPI:
    """The session is kept in a registry by thread, which all requests of a loop share."""
    made: list[async_scoped_session[AsyncSession]] = []

    async def sessions(maker: Sessionmaker) -> AsyncIterator[AsyncSession]:
        if not made:
            made.append(async_scoped_session(maker, scopefunc=threading.get_ident))
        session = made[0]()
        yield session
        await session.close()

    return with_sessions(sessions)


@breaks("SES-06", says="coroutine 'AsyncSession.close' was never awaited")
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
