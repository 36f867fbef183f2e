"""The apps of `broken/sessions_beyond.py` that a small change mends."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, WebSocket
from sqlalchemy import NullPool, text
from sqlalchemy.ext.asyncio import create_async_engine

from proofs.broken.replacing import PREFIX, with_service
from proofs.broken.sessions_beyond import _heard, _noted
from proofs.mended import mends
from reference_app import create_app
from reference_app.models import ExampleItem
from reference_app.service import ExampleItemService
from reference_app.settings import load_settings


@mends
def socket_in_a_session() -> FastAPI:
    """A socket counts the items, and has no session while it waits."""
    app = create_app()

    async def changes(socket: WebSocket) -> None:
        async with socket.app.state.sessions() as session:
            count: Any = await session.scalar(text("SELECT count(*) FROM example_items"))
        await socket.accept()
        await socket.send_text(str(count))
        await _heard(socket)

    app.add_api_websocket_route(f"{PREFIX}/changes", changes)
    return app


@mends
def journal_of_threads() -> FastAPI:
    """No connection of the journal outlives the loop that has opened it."""
    journal = create_async_engine(load_settings().database_url, poolclass=NullPool)

    class Journalling(ExampleItemService):
        async def create(self, values: Mapping[str, str | None]) -> ExampleItem:
            item = await super().create(values)
            threading.Thread(target=_noted, args=(journal,), name="journal").start()
            return item

    return with_service(Journalling)
