"""A service that runs elsewhere: its URL, wrapped as an app that hands each request on."""

from __future__ import annotations

import asyncio
import socket
from http.client import HTTPConnection, HTTPSConnection, InvalidURL
from urllib.parse import SplitResult, urlsplit

from ...instruments.exchange import Exchange
from ...rules.violation import UsageError
from .asgi import LIMIT, AsgiTransport
from .conversation import ClientBehaviour
from .locate import WHERE, Receive, Scope, Send

PORTS = {"http": 80, "https": 443}
BAD_REQUEST = 400
PATIENCE = 5.0
"""Seconds that a service gets to accept the first connection."""

Answer = tuple[int, list[tuple[bytes, bytes]], bytes]


class HttpApp:
    """An ASGI app that sends what it receives to a URL, byte for byte, and gives the answer.

    Each request has a connection of its own, so that one that was closed is never mistaken for
    a service that does not answer. Raises `UsageError` if there is nobody, or the URL is none.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.username or parts.password:
            raise UsageError("the address of the service has credentials in it; send them with "
                             "--contract-header 'Authorization: ...'")  # fmt: skip
        if parts.scheme not in PORTS or not parts.hostname or not _has_port(parts) or parts.query:
            raise UsageError(f"{url!r} is no address of a service, such as http://localhost:8000; "
                             f"set {WHERE}")  # fmt: skip
        self.host, self.scheme = parts.hostname, parts.scheme
        self.port = parts.port or PORTS[parts.scheme]
        self.netloc = parts.netloc
        self.prefix = parts.path.rstrip("/")
        self._knock(url)

    def _knock(self, url: str) -> None:
        try:
            socket.create_connection((self.host, self.port), PATIENCE).close()
        except OSError as error:
            reason = error.strerror or error
            raise UsageError(f"nobody answers at {url}: {reason}; start the service, or set "
                             f"another address in {WHERE}") from None  # fmt: skip

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand one request on. Raises `OSError` or `HTTPException` if it is not answered."""
        if scope["type"] != "http":
            raise NotImplementedError(f"a service elsewhere has no {scope['type']} here")
        body, more = [], True
        while more:
            message = await receive()
            body.append(message.get("body", b""))
            more = message.get("more_body", False)
        status, headers, content = await asyncio.to_thread(self._answer, scope, b"".join(body))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": content})

    def _answer(self, scope: Scope, body: bytes) -> Answer:
        kind = HTTPSConnection if self.scheme == "https" else HTTPConnection
        connection = kind(self.host, self.port, timeout=LIMIT)
        try:
            is_chunked = self._begin(connection, scope)
            parts = [body] if is_chunked else body
            connection.endheaders(parts, encode_chunked=is_chunked)
            response = connection.getresponse()
            headers = [(n.encode("latin-1"), v.encode("latin-1")) for n, v in response.getheaders()]
            return response.status, headers, response.read()
        except (InvalidURL, ValueError) as error:  # what HTTP cannot carry accuses nobody
            return BAD_REQUEST, [], f"not sent: {error}".encode()
        finally:
            connection.close()

    def _begin(self, connection: HTTPConnection, scope: Scope) -> bool:
        """Write all before the body; whether that comes in chunks."""
        query = scope["query_string"].decode("latin-1")
        target = self.prefix + scope["raw_path"].decode("latin-1") + (f"?{query}" if query else "")
        connection.putrequest(scope["method"], target, skip_host=True, skip_accept_encoding=True)
        connection.putheader("Host", self.netloc)
        for name, value in scope["headers"]:
            if name != b"host":
                connection.putheader(name, value)
        connection.putheader("Connection", "close")
        return any(name == b"transfer-encoding" for name, _ in scope["headers"])


def _has_port(parts: SplitResult) -> bool:
    """Return whether the port is a number, if there is one."""
    try:
        parts.port  # noqa: B018 - asked for its error
    except ValueError:
        return False
    return True


class HttpTransport(AsgiTransport):
    """Sends to a service elsewhere, and keeps in `made` the POSTs that succeeded.

    `left` counts the rows of the kit that nobody could take away again.
    """

    made: tuple[Exchange, ...] = ()
    left = 0

    async def _call(self, exchange: Exchange, client: ClientBehaviour) -> None:
        await super()._call(exchange, client)
        if exchange.ok and exchange.request.method == "POST":
            self.made += (exchange,)


def is_address(name: str) -> bool:
    """Return whether an app is named by a URL."""
    return "://" in name
