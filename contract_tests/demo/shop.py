"""Orders of a shop behind an ASGI app without a framework; a checkout decides how one is stored."""

from __future__ import annotations

import json
import logging
import os
import re
from collections.abc import Awaitable, Callable, MutableMapping
from http import HTTPStatus
from typing import Any

from sqlalchemy import String, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from .document import ALLOWED, DOCUMENT, LONGEST_NAME, read_order

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Answer = Callable[[int, Any], Awaitable[None]]
Checkout = Callable[[AsyncSession, "Purchase", Answer], Awaitable[None]]

ORDER = re.compile(r"/orders/([1-9][0-9]{0,17})")
PAGE = 200

log = logging.getLogger("shop")


class Stored(DeclarativeBase):
    """The tables of the shop."""


class Purchase(Stored):
    """A customer's order."""

    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    customer: Mapped[str] = mapped_column(String(LONGEST_NAME))
    pieces: Mapped[int]

    def shown(self) -> dict[str, Any]:
        """Give the order as an answer shows it."""
        return {"id": self.id, "customer": self.customer, "pieces": self.pieces}


class RefusedError(Exception):
    """The request is at fault: a status, and the reason."""


class Shop:
    """The ASGI app: its life, the collection at /orders, the orders below it."""

    _engine: AsyncEngine
    _sessions: async_sessionmaker[AsyncSession]

    def __init__(self, checkout: Checkout) -> None:
        self._checkout = checkout

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Live from start-up to shutdown, or answer one request."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            await self._serve(scope, receive, _answering(send, scope["path"]))

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        self._engine = create_async_engine(os.environ["DATABASE_URL"])
        self._sessions = async_sessionmaker(self._engine, expire_on_commit=False)
        async with self._engine.begin() as connection:
            await connection.run_sync(Stored.metadata.create_all)
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self._engine.dispose()
        await send({"type": "lifespan.shutdown.complete"})

    async def _serve(self, scope: Message, receive: Receive, answer: Answer) -> None:
        try:
            await self._route(scope, receive, answer)
        except RefusedError as refusal:
            status, reason = refusal.args
            await answer(status, {"reason": reason})
        except (SQLAlchemyError, OSError):
            log.exception("the database failed")
            await answer(HTTPStatus.SERVICE_UNAVAILABLE, {"reason": "try again later"})

    async def _route(self, scope: Message, receive: Receive, answer: Answer) -> None:
        path, found = scope["path"], ORDER.fullmatch(scope["path"])
        match scope["method"]:
            case "GET" if path == "/openapi.json":
                await answer(HTTPStatus.OK, DOCUMENT)
            case "GET" if path == "/orders":
                await self._list(answer)
            case "POST" if path == "/orders":
                order = Purchase(**await _sent(scope, receive))
                async with self._sessions() as session:
                    await self._checkout(session, order, answer)
            case "GET" if found:
                await self._read(int(found[1]), answer)
            case "DELETE" if found:
                await self._cancel(int(found[1]), answer)
            case method if _allowed(path):
                raise RefusedError(HTTPStatus.METHOD_NOT_ALLOWED, f"no {method} here")
            case _:
                raise RefusedError(HTTPStatus.NOT_FOUND, "nothing is here")

    async def _list(self, answer: Answer) -> None:
        async with self._sessions() as session:
            page = await session.scalars(select(Purchase).order_by(Purchase.id).limit(PAGE))
            shown = [order.shown() for order in page]
        await answer(HTTPStatus.OK, shown)

    async def _read(self, number: int, answer: Answer) -> None:
        async with self._sessions() as session:
            order = await _order(session, number)
        await answer(HTTPStatus.OK, order.shown())

    async def _cancel(self, number: int, answer: Answer) -> None:
        async with self._sessions() as session, session.begin():
            await session.delete(await _order(session, number))
        await answer(HTTPStatus.NO_CONTENT, None)


async def _order(session: AsyncSession, number: int) -> Purchase:
    order = await session.get(Purchase, number)
    if order is None:
        raise RefusedError(HTTPStatus.NOT_FOUND, f"no order {number}")
    return order


async def _sent(scope: Message, receive: Receive) -> dict[str, Any]:
    """Read the body of an order, or refuse it."""
    if dict(scope["headers"]).get(b"content-type") != b"application/json":
        raise RefusedError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "application/json only")
    try:
        return read_order(await _body(receive))
    except ValueError as reason:
        raise RefusedError(HTTPStatus.UNPROCESSABLE_ENTITY, str(reason)) from None


async def _body(receive: Receive) -> bytes:
    body, is_more = b"", True
    while is_more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise RefusedError(HTTPStatus.BAD_REQUEST, "the customer has left")
        body += message.get("body", b"")
        is_more = message.get("more_body", False)
    return body


def _answering(send: Send, path: str) -> Answer:
    """Give what sends a whole answer, as JSON."""

    async def answer(status: int, content: Any) -> None:
        headers = [(b"content-type", b"application/json")]
        if status == HTTPStatus.METHOD_NOT_ALLOWED:
            headers.append((b"allow", _allowed(path)))
        body = b"" if status == HTTPStatus.NO_CONTENT else json.dumps(content).encode()
        await send({"type": "http.response.start", "status": int(status), "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return answer


def _allowed(path: str) -> bytes:
    """Give the methods of a path, as the header `Allow` lists them."""
    return ALLOWED.get("/orders/{id}" if ORDER.fullmatch(path) else path, b"")
