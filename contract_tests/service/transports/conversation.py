"""Both ends of one request: what the client does, and the channels an app talks to it through."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from ...instruments.exchange import UNSENT, Exchange, Request
from ...instruments.recorder import Recorder
from .locate import Message, Scope
from .sending import headers_of

PADDING = b" "
"""The second part of a body that comes in two: JSON takes it, and does not need it."""


@dataclass(frozen=True)
class ClientBehaviour:
    """The behaviour of the client at the other end of the connection.

    A `patient` client's messages pass at once; otherwise each takes a turn of the loop, as on a
    real socket. `parts` is the number of messages a body comes in, the last of them padding.
    `leaves` is the message before which the client is gone, counting those of either direction
    from 1; an app that sends to it is not told (as uvicorn does), or, if it `breaks`, gets an
    `OSError` (as other servers do).
    """

    patient: bool = True
    parts: int = 1
    leaves: int | None = None
    breaks: bool = False


PATIENT = ClientBehaviour()
"""The ordinary client: sends all at once, waits for the whole answer, stays connected."""


class Conversation:
    """The two channels of one request, as uvicorn would serve them."""

    def __init__(self, exchange: Exchange, recorder: Recorder, client: ClientBehaviour) -> None:
        self._exchange = exchange
        self._recorder = recorder
        self._client = client
        self._body = parts_of(exchange.request.body, client.parts)
        self._over = asyncio.Event()
        self._chunks: list[bytes] = []

    async def receive(self) -> Message:
        """Give the next part of the body, then wait until the conversation is over.

        That the client has left is told at once, and that all was answered as well, as uvicorn
        does: frameworks ask without waiting, or wait in a task of their own.
        """
        if not self._is_gone() and not self._over.is_set():
            await self._turn()
            # One part for each call: the iterator goes on where the last call left it.
            for part, is_last in self._body:
                self._exchange.messages += 1
                self._recorder.record("request end" if is_last else "request body")
                return {"type": "http.request", "body": part, "more_body": not is_last}
            await self._over.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        """Take a message of the answer, if there is still somebody to take it.

        If not, nothing is waited for: as under uvicorn, a stream runs on to its next own await.
        """
        if self._is_gone(UNSENT if self._client.breaks else ""):
            if self._client.breaks:
                raise OSError("the client has closed the connection")
            return
        await self._turn()
        self._exchange.messages += 1
        self._note(message)
        # It may leave right after this message, and a `receive` that waits is told so now.
        self._is_gone()

    def end(self) -> None:
        """The app has returned: whoever still waits for a message is told that there is none."""
        self._over.set()

    def _is_gone(self, text: str = "") -> bool:
        leaves = self._client.leaves
        if leaves is None or self._exchange.messages + 1 < leaves:
            return False
        if not self._exchange.abandoned:
            self._exchange.abandoned = True
            self._over.set()
            self._recorder.record("client gone", text=text)
        return True

    async def _turn(self) -> None:
        if not self._client.patient:
            await asyncio.sleep(0)

    def _note(self, message: Message) -> None:
        exchange = self._exchange
        if message["type"] == "http.response.start":
            exchange.status = message["status"]
            exchange.headers = tuple(
                (name.decode("latin-1"), value.decode("latin-1"))
                for name, value in message.get("headers", ())
            )
            self._recorder.record("response start", text=str(exchange.status))
        elif message["type"] == "http.response.body":
            self._chunks.append(bytes(message.get("body", b"")))
            more = bool(message.get("more_body", False))
            exchange.body = b"".join(self._chunks)
            exchange.complete = not more
            self._recorder.record("response body" if more else "response end")
            if exchange.complete:
                # Asked at this very moment: a COMMIT that has not ended comes after the answer.
                exchange.unfinished = self._recorder.unfinished()
                self._over.set()


def parts_of(body: bytes, parts: int) -> Iterator[tuple[bytes, bool]]:
    """The body in messages, each with whether it is the last."""
    if parts == 1 or not body:
        yield body, True
    else:
        yield body, False
        yield PADDING, True


def scope_of(request: Request, state: dict[str, object], client: ClientBehaviour) -> Scope:
    """The ASGI scope uvicorn makes of a request (it announces specification 2.3)."""
    path, _, query = request.target.partition("?")
    length = sum(len(part) for part, _ in parts_of(request.body, client.parts))
    return {
        "type": "http",
        # From 2.4 on, Starlette's streams no longer listen for the end of the connection.
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": "http",
        "path": unquote(path),
        "raw_path": path.encode("latin-1", "replace"),
        "query_string": query.encode("latin-1", "replace"),
        "root_path": "",
        "headers": [(b"host", b"testserver"), *headers_of(request, length)],
        "client": ("127.0.0.1", 50000),
        "server": ("testserver", 80),
        "state": state,
    }
