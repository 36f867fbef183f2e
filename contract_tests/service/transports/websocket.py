"""A WebSocket that is opened, waits for its client, and is closed by it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import unquote

from ...instruments.attribution import current
from ...instruments.checkout import Checkout
from ...instruments.exchange import Exchange, Request
from ...rules.evidence import HeldConnection
from .asgi import AsgiTransport
from .locate import Message, Scope
from .sending import SETTLING, headers_of

SWITCHING = 101
"""The status by which a server takes a WebSocket."""

QUIET = 0.2
"""Seconds in which nothing may happen on a connection that a socket just holds."""

LEFT = 1001
"""The code of a client that goes away."""


class SocketClient:
    """The client's end of a socket: it says nothing, and leaves when it is told to."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._messages: asyncio.Queue[Message] = asyncio.Queue()
        self._messages.put_nowait({"type": "websocket.connect"})
        self.waits = asyncio.Event()

    async def receive(self) -> Message:
        """Give the next message; that the app waits for one is noted once it has accepted."""
        if self._messages.empty() and self._exchange.status is not None:
            self.waits.set()
        return await self._messages.get()

    async def send(self, message: Message) -> None:
        """Take a message of the app."""
        if message["type"] == "websocket.accept":
            self._exchange.status = SWITCHING
        elif message["type"] == "websocket.close":
            self._exchange.raised = f"closed with {message.get('code', 1000)}"

    def leave(self) -> None:
        """Go away, as a closed tab does."""
        self._messages.put_nowait({"type": "websocket.disconnect", "code": LEFT})


@dataclass(frozen=True)
class WaitingSocket:
    """A WebSocket that was opened, and the connections that it held while nothing was sent."""

    exchange: Exchange
    held: tuple[HeldConnection, ...] = ()

    @property
    def is_accepted(self) -> bool:
        """Return whether the app has taken it."""
        return self.exchange.status is not None

    def __str__(self) -> str:
        """The socket as a line, with the lines of the app that took its connections."""
        taken = [f"conn {one.connection}, taken at {one.frame or '?'}" for one in self.held]
        return ": ".join(filter(None, (str(self.exchange), ", ".join(taken))))


async def waiting_socket(transport: AsgiTransport, request: Request) -> WaitingSocket:
    """Open a WebSocket, see which connections it holds while nothing is sent, and leave it."""
    (exchange,) = transport.sender.exchanges([request])
    client = SocketClient(exchange)
    token = current.set(exchange)
    try:
        serving = asyncio.create_task(_served(transport, client, exchange))
    finally:
        current.reset(token)
    waiting = asyncio.create_task(client.waits.wait())
    await asyncio.wait({serving, waiting}, timeout=SETTLING, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    held = () if serving.done() else await _held(transport, exchange, serving)
    await _ended(client, serving)
    transport.recorder.forget(exchange)
    return WaitingSocket(exchange, held)


async def _served(transport: AsgiTransport, client: SocketClient, exchange: Exchange) -> None:
    scope = _scope_of(exchange.request, dict(transport.lifespan.state))
    try:
        await transport.app(scope, client.receive, client.send)
    except Exception as error:  # noqa: BLE001 - a server would log it and close the socket
        exchange.raised = f"{type(error).__name__}: {error}"


async def _held(
    transport: AsgiTransport, exchange: Exchange, serving: asyncio.Task[None]
) -> tuple[HeldConnection, ...]:
    """The connections that are out all the time, and on which nothing happens meanwhile."""
    before, events = transport.recorder.outstanding(exchange), len(exchange.events)
    await asyncio.wait({serving}, timeout=QUIET)
    busy = {event.connection for event in exchange.events[events:]}
    return tuple(
        HeldConnection(loan.connection, loan.where)
        for loan in before
        if loan.is_out and loan.connection not in busy and _is_for_questions(exchange, loan)
    )


def _is_for_questions(exchange: Exchange, loan: Checkout) -> bool:
    """Return whether a connection was taken to ask something, and not to listen on."""
    asked: Sequence[str] = [e.text for e in exchange.of("sql") if e.connection == loan.connection]
    return bool(asked) and not any(text.lstrip().upper().startswith("LISTEN") for text in asked)


async def _ended(client: SocketClient, serving: asyncio.Task[None]) -> None:
    """Leave the socket, and end what goes on serving it."""
    client.leave()
    await asyncio.wait({serving}, timeout=SETTLING)
    serving.cancel()
    with suppress(asyncio.CancelledError):
        await asyncio.wait({serving}, timeout=SETTLING)


def _scope_of(request: Request, state: dict[str, object]) -> Scope:
    """The ASGI scope uvicorn makes of the opening of a socket."""
    path, _, query = request.target.partition("?")
    opening = {
        "host": "testserver",
        "connection": "upgrade",
        "upgrade": "websocket",
        "sec-websocket-version": "13",
        "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
    }
    named = [(name.encode(), value.encode()) for name, value in opening.items()]
    return {
        "type": "websocket",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "scheme": "ws",
        "path": unquote(path),
        "raw_path": path.encode("latin-1", "replace"),
        "query_string": query.encode("latin-1", "replace"),
        "root_path": "",
        "headers": [*named, *headers_of(request, 0)],
        "client": ("127.0.0.1", 50000),
        "server": ("testserver", 80),
        "subprotocols": [],
        "state": state,
    }
