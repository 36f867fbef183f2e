"""An app in this process: the kit's own ASGI client, on the loop the app was started on."""

from __future__ import annotations

import asyncio
import gc
import itertools
import traceback
import warnings
from urllib.parse import unquote

from sqlalchemy.util import greenlet_spawn

from ..instruments.abandoned import watched_generators
from ..instruments.attribution import current
from ..instruments.exchange import Exchange, Request
from ..instruments.ledger import Ledger
from .lifespan import Lifespan
from .locate import App, Message, Scope

LIMIT = 35.0
"""Seconds a request may take: a little more than SQLAlchemy's default wait for a connection."""

SETTLING = 2.0
"""Seconds that tasks left by a request get to finish before it is judged."""

MANY = 3
"""Connections kept by one app before the kit takes them back, so that its pool stays usable."""


class AsgiTarget:
    """Sends requests to an app and records each as an `Exchange`."""

    def __init__(self, app: App, ledger: Ledger) -> None:
        self.app = app
        self.ledger = ledger
        self.lifespan = Lifespan(app)
        self._numbers = itertools.count(1)
        self._known: set[asyncio.Task[object]] = set()

    async def start(self) -> None:
        """Run the app's start-up. Raises `LifespanFailed`."""
        with warnings.catch_warnings(record=True):
            warnings.simplefilter("always")
            await self.lifespan.start()

    async def stop(self) -> None:
        """Run the app's shutdown. Raises `LifespanFailed`."""
        with warnings.catch_warnings(record=True):
            warnings.simplefilter("always")
            await self.lifespan.stop()

    async def exchange(self, request: Request) -> Exchange:
        """Send one request, let the app return and its tasks settle, and say what happened."""
        exchange = Exchange(next(self._numbers), request)
        before = asyncio.all_tasks()
        with warnings.catch_warnings(record=True) as caught, watched_generators():
            warnings.simplefilter("always")
            await self._run(exchange)
            await self._settle(before)
            exchange.held = self._describe_held(exchange)
            if exchange.held:
                gc.collect()
        exchange.warnings = tuple(sorted({f"{w.category.__name__}: {w.message}" for w in caught}))
        if sum(loan.is_out for loan in self.ledger.lent_to_requests()) >= MANY:
            await self.relieve()
        self.ledger.forget(exchange)
        return exchange

    async def relieve(self) -> None:
        """Take back every connection that requests still hold, so that the next ones can work."""
        for loan in self.ledger.lent_to_requests():
            proxy = loan.proxy()
            if loan.is_out and proxy is not None:
                await greenlet_spawn(proxy.invalidate)

    async def _run(self, exchange: Exchange) -> None:
        token = current.set(exchange)
        try:
            call = asyncio.create_task(self._call(exchange))
        finally:
            current.reset(token)
        _, hanging = await asyncio.wait({call}, timeout=LIMIT)
        if hanging:
            exchange.raised = f"no end within {LIMIT:.0f} s"
            call.cancel()
            await asyncio.wait({call}, timeout=SETTLING)

    async def _call(self, exchange: Exchange) -> None:
        conversation = _Conversation(exchange, self.ledger)
        try:
            scope = scope_of(exchange.request, dict(self.lifespan.state))
            await self.app(scope, conversation.receive, conversation.send)
        except Exception as error:  # noqa: BLE001 - a server would log it and answer 500
            exchange.raised = "".join(traceback.format_exception_only(error)).strip()
            self.ledger.record("raised", text=exchange.raised)
            traceback.clear_frames(error.__traceback__)
        if exchange.status is None and exchange.raised:
            exchange.status, exchange.body = 500, b"Internal Server Error"
            exchange.complete = True
        self.ledger.record("returned")

    async def _settle(self, before: set[asyncio.Task[object]]) -> None:
        new = asyncio.all_tasks() - before - self._known
        if new:
            _, lasting = await asyncio.wait(new, timeout=SETTLING)
            self._known |= lasting

    def _describe_held(self, exchange: Exchange) -> tuple[str, ...]:
        return tuple(
            f"conn {loan.connection} NEVER RETURNED; taken at {loan.where or 'an unknown line'}"
            for loan in self.ledger.outstanding(exchange)
        )


class _Conversation:
    """The two channels of one request, as uvicorn would serve them."""

    def __init__(self, exchange: Exchange, ledger: Ledger) -> None:
        self._exchange = exchange
        self._ledger = ledger
        self._sent = False
        self._chunks: list[bytes] = []

    async def receive(self) -> Message:
        if not self._sent:
            self._sent = True
            return {"type": "http.request", "body": self._exchange.request.body, "more_body": False}
        await asyncio.Event().wait()  # a client that stays: it never disconnects
        raise AssertionError

    async def send(self, message: Message) -> None:
        exchange = self._exchange
        if message["type"] == "http.response.start":
            exchange.status = message["status"]
            exchange.headers = tuple(
                (name.decode("latin-1"), value.decode("latin-1"))
                for name, value in message.get("headers", ())
            )
            self._ledger.record("response start", text=str(exchange.status))
        elif message["type"] == "http.response.body":
            self._chunks.append(bytes(message.get("body", b"")))
            more = bool(message.get("more_body", False))
            exchange.body = b"".join(self._chunks)
            exchange.complete = not more
            self._ledger.record("response body" if more else "response end")


def scope_of(request: Request, state: dict[str, object]) -> Scope:
    """The ASGI scope uvicorn makes of a request (it announces specification 2.3)."""
    path, _, query = request.target.partition("?")
    headers = [("host", "testserver"), *request.headers]
    if request.body or request.method in {"POST", "PUT", "PATCH"}:
        headers.append(("content-length", str(len(request.body))))
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": "http",
        "path": unquote(path),
        "raw_path": path.encode("latin-1", "replace"),
        "query_string": query.encode("latin-1", "replace"),
        "root_path": "",
        "headers": [
            (name.lower().encode("latin-1"), value.encode("latin-1", "replace"))
            for name, value in headers
        ],
        "client": ("127.0.0.1", 50000),
        "server": ("testserver", 80),
        "state": state,
    }
