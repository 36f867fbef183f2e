"""Requests of a team's own clients: the calls of ASGI apps inside this process."""

from __future__ import annotations

import copy
import functools
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

from .attribution import current, raised_at
from .exchange import Exchange, Request
from .instrument import Instrument
from .interception import Interception
from .recorder import Recorder

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]
Around = Callable[[Exchange, Callable[[], Awaitable[None]], Send], Awaitable[None]]
"""Stands before the app on the way of a request: calls it, and may answer instead of it."""

TRANSPORTS = {
    "httpx": ("ASGITransport.handle_async_request",),
    "httpx2": ("ASGITransport.handle_async_request",),
    "starlette.testclient": ("_TestClientTransport.handle_request",),
    "litestar.testing.transport": ("TestClientTransport.handle_request",),
}
"""The functions by which clients call an app, by the module that has them."""

EXCHANGE = "contract_exchange"
"""The extension of a client's response that tells its exchange."""


async def called_plainly(
    exchange: Exchange, called: Callable[[], Awaitable[None]], send: Send
) -> None:
    """Call the app, and do nothing else."""
    __tracebackhide__ = True
    await called()


class AppCalls(Instrument):
    """Makes an exchange of every request that a client of this process sends to an ASGI app.

    `begun` is called with each new exchange. The app sees the same messages as without it, and
    what it does meanwhile is attributed to the exchange. `around` is what each call passes.
    """

    def __init__(
        self,
        recorder: Recorder,
        begun: Callable[[Exchange], None],
        applies: Callable[[], bool] = lambda: True,
    ) -> None:
        self._recorder = recorder
        self._begun = begun
        self._applies = applies
        self.around: Around = called_plainly

    def _begin(self, undo: ExitStack) -> None:
        undo.enter_context(Interception(TRANSPORTS, self._wrapped))

    def _wrapped(self, original: Callable[..., Any]) -> Callable[..., Any]:
        """Let a transport send by a double of itself, whose app is recorded."""
        if original.__name__ == "handle_async_request":

            @functools.wraps(original)
            async def handled(transport: Any, request: Any) -> Any:
                __tracebackhide__ = True
                if not self._applies():
                    return await original(transport, request)
                double, made = self._double(transport)
                return _with_exchange(await original(double, request), made)

        else:

            @functools.wraps(original)
            def handled(transport: Any, request: Any) -> Any:
                __tracebackhide__ = True
                if not self._applies():
                    return original(transport, request)
                double, made = self._double(transport)
                return _with_exchange(original(double, request), made)

        return handled

    def _double(self, transport: Any) -> tuple[Any, list[Exchange]]:
        # A double for each request: one transport may carry several at once.
        double, made = copy.copy(transport), list[Exchange]()
        if hasattr(transport, "app"):
            double.app = self._recorded(transport.app, made)
        else:
            double.client = _Client(transport.client, self._recorded(transport.client.app, made))
        return double, made

    def _recorded(self, app: App, made: list[Exchange]) -> App:
        """Return the app, with its calls recorded."""

        async def call(scope: Message, receive: Receive, send: Send) -> None:
            __tracebackhide__ = True
            exchange = Exchange(0, _request_of(scope), is_of_team=True)
            made.append(exchange)
            self._begun(exchange)
            token = current.set(exchange)
            channels = _Channels(exchange, self._recorder, receive, send)
            try:
                called = functools.partial(app, scope, channels.receive, channels.send)
                await self.around(exchange, called, channels.send)
            except BaseException as error:
                exchange.raised = f"{type(error).__name__}: {error}"
                self._recorder.record("raised", text=exchange.raised, where=raised_at(error))
                raise
            finally:
                self._recorder.record("returned")
                current.reset(token)

        return call


class _Client:
    """A client with another app."""

    def __init__(self, client: Any, app: App) -> None:
        self._client = client
        self.app = app

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)


class _Channels:
    """The two channels of a call: every message passes, and is written into the exchange."""

    def __init__(
        self, exchange: Exchange, recorder: Recorder, receive: Receive, send: Send
    ) -> None:
        self._exchange = exchange
        self._recorder = recorder
        self._receive = receive
        self._send = send
        self._chunks: list[bytes] = []

    async def receive(self) -> Message:
        """Hand on a message of the client."""
        __tracebackhide__ = True
        message = await self._receive()
        if message["type"] == "http.request":
            request, more = self._exchange.request, message.get("more_body", False)
            if message.get("body"):
                body = request.body + message["body"]
                self._exchange.request = replace(request, body=body)
            self._recorder.record("request body" if more else "request end")
        return message

    async def send(self, message: Message) -> None:
        """Hand on a message of the app, once it is written down: what comes after it is late."""
        __tracebackhide__ = True
        exchange = self._exchange
        if message["type"] == "http.response.start":
            exchange.status = message["status"]
            self._recorder.record("response start", text=str(exchange.status))
        elif message["type"] == "http.response.body":
            self._chunks.append(bytes(message.get("body", b"")))
            more = bool(message.get("more_body", False))
            self._recorder.record("response body" if more else "response end")
            if not more:
                exchange.body, exchange.complete = b"".join(self._chunks), True
                exchange.unfinished = self._recorder.unfinished()
        await self._send(message)


def _request_of(scope: Message) -> Request:
    """Return the request that an app is called for; of its headers nothing is told."""
    path = (scope.get("raw_path") or scope["path"].encode()).decode("latin-1")
    query = bytes(scope.get("query_string") or b"").decode("latin-1")
    method = str(scope.get("method", scope["type"].upper()))
    return Request(method, f"{path}?{query}" if query else path)


def _with_exchange(response: Any, made: list[Exchange]) -> Any:
    """Let the response tell the exchange that it comes from."""
    if made:
        response.extensions[EXCHANGE] = made[-1]
    return response
