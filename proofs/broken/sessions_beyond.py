"""Apps whose sockets and threads have what belongs to requests."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, WebSocket
from fastapi.websockets import WebSocketDisconnect
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from proofs.broken import SERVERS, breaks
from proofs.broken.replacing import PREFIX, with_service
from proofs.innocent.purses import Purse, Session
from proofs.innocent.purses import app as purses
from reference_app import create_app
from reference_app.models import ExampleItem
from reference_app.service import ExampleItemService
from reference_app.settings import load_settings


@breaks("SES-15", says="is used by thread journal at", databases=SERVERS)
def journal_of_threads() -> FastAPI:
    """Each create writes to a journal in a thread, whose loop shares an engine with the next."""
    journal = create_async_engine(load_settings().database_url, pool_size=1, max_overflow=0)

    class Journalling(ExampleItemService):
        async def create(self, values: Mapping[str, str | None]) -> ExampleItem:
            item = await super().create(values)
            threading.Thread(target=_noted, args=(journal,), name="journal").start()
            return item

    return with_service(Journalling)


def _noted(journal: AsyncEngine) -> None:
    async def note() -> None:
        async with journal.connect() as connection:
            await connection.execute(text("SELECT 1"))

    asyncio.run(note())


async def _heard(socket: WebSocket) -> None:
    """Repeat what is said until the client leaves."""
    try:
        while True:
            await socket.send_text(await socket.receive_text())
    except WebSocketDisconnect:
        pass


@breaks("SES-16", says="/live -> 101: conn")
def session_of_a_socket() -> FastAPI:
    """A socket has the session of a dependency, whose transaction ends with the socket."""
    app: FastAPI = purses()

    async def watch(socket: WebSocket, purse_id: int, session: Session) -> None:
        if await session.get(Purse, purse_id):
            await socket.accept()
            await _heard(socket)

    app.add_api_websocket_route("/watched/{purse_id}/live", watch)
    return app


@breaks("SES-16", says="/changes -> 101: conn")
def socket_in_a_session() -> FastAPI:
    """A socket counts the items, and waits for its client inside of the session."""
    app = create_app()

    async def changes(socket: WebSocket) -> None:
        async with socket.app.state.sessions() as session:
            count: Any = await session.scalar(text("SELECT count(*) FROM example_items"))
            await socket.accept()
            await socket.send_text(str(count))
            await _heard(socket)

    app.add_api_websocket_route(f"{PREFIX}/changes", changes)
    return app
