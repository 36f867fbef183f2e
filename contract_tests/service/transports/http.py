"""Requests to a service that runs elsewhere: each goes to its URL, byte for byte."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Sequence
from http.client import HTTPConnection, HTTPSConnection, InvalidURL
from urllib.parse import SplitResult, urlsplit

from ...instruments.exchange import Exchange, Request
from ...instruments.recorder import Recorder
from ...instruments.scheduler import Scheduler
from ...rules.violation import NotApplicable, UsageError
from .conversation import PATIENT, ClientBehaviour
from .locate import WHERE
from .sending import LIMIT, Sender, headers_of, is_chunked

PORTS = {"http": 80, "https": 443}
BAD_REQUEST = 400
PATIENCE = 5.0
"""Seconds that a service gets to accept the first connection."""

HttpAnswer = tuple[int, list[tuple[str, str]], bytes]


class HttpTransport:
    """Sends requests to a URL and records each as an `Exchange`, which `answered` is told of.

    Each request has a connection of its own, so that one that was closed is never mistaken for
    a service that does not answer. Raises `UsageError` if there is nobody, or the URL is none.
    """

    def __init__(self, url: str, recorder: Recorder, answered: Callable[[Exchange], None]) -> None:
        parts = _parts_of(url)
        self._is_secure = parts.scheme == "https"
        self._place = (parts.hostname or "", parts.port or PORTS[parts.scheme])
        self._netloc = parts.netloc
        self._prefix = parts.path.rstrip("/")
        self._recorder = recorder
        self._answered = answered
        self.sender = Sender(recorder)
        self._knock(url)

    def _knock(self, url: str) -> None:
        try:
            socket.create_connection(self._place, PATIENCE).close()
        except OSError as error:
            reason = error.strerror or error
            raise UsageError(
                f"nobody answers at {url}: {reason}; start the service, or set "
                f"another address in {WHERE}"
            ) from None

    async def together(
        self,
        requests: Sequence[Request],
        client: ClientBehaviour = PATIENT,
        *,
        turns: Scheduler | None = None,
    ) -> list[Exchange]:
        """Send requests at the same time; the database calls of a service elsewhere take no turns.

        Raises `NotApplicable` for any client but the ordinary one.
        """
        if client != PATIENT:
            raise NotApplicable("over HTTP the kit sends as one client only, the ordinary one")
        exchanges = self.sender.exchanges(requests)
        await self.sender.send(exchanges, self._carry, turns)
        for exchange in exchanges:
            self._recorder.forget(exchange)
        return exchanges

    async def _carry(self, exchange: Exchange) -> None:
        """Hand one request on. Raises `OSError` or `HTTPException` if it is not answered."""
        self._recorder.record("request end")
        answer = await asyncio.to_thread(self._answer, exchange.request)
        exchange.status, headers, exchange.body = answer
        exchange.headers, exchange.complete = tuple(headers), True
        self._recorder.record("response start", text=str(exchange.status))
        self._recorder.record("response end")
        self._answered(exchange)

    def _answer(self, request: Request) -> HttpAnswer:
        kind = HTTPSConnection if self._is_secure else HTTPConnection
        connection = kind(*self._place, timeout=LIMIT)
        try:
            self._begin(connection, request)
            chunked = is_chunked(request)
            # `http.client` sends bytes whole, and what it can iterate over in chunks.
            body = [request.body] if chunked else request.body
            connection.endheaders(body, encode_chunked=chunked)
            response = connection.getresponse()
            return response.status, response.getheaders(), response.read()
        except (InvalidURL, ValueError) as error:  # what HTTP cannot carry accuses nobody
            return BAD_REQUEST, [], f"not sent: {error}".encode()
        finally:
            connection.close()

    def _begin(self, connection: HTTPConnection, request: Request) -> None:
        """Write all before the body."""
        path, _, query = request.target.partition("?")
        target = f"{path}?{query}" if query else path
        raw = self._prefix + target.encode("latin-1", "replace").decode("latin-1")
        connection.putrequest(request.method, raw, skip_host=True, skip_accept_encoding=True)
        connection.putheader("Host", self._netloc)
        for name, value in headers_of(request, len(request.body)):
            if name != b"host":
                connection.putheader(name, value)
        connection.putheader("Connection", "close")


def _parts_of(url: str) -> SplitResult:
    """Split the address of a service. Raises `UsageError` if it is none."""
    parts = urlsplit(url)
    if parts.username or parts.password:
        raise UsageError(
            "the address of the service has credentials in it; send them with "
            "--contract-header 'Authorization: ...'"
        )
    if parts.scheme not in PORTS or not parts.hostname or not _has_port(parts) or parts.query:
        raise UsageError(
            f"{url!r} is no address of a service, such as http://localhost:8000; set {WHERE}"
        )
    return parts


def _has_port(parts: SplitResult) -> bool:
    """Return whether the port is a number, if there is one."""
    try:
        parts.port  # noqa: B018 - asked for its error
    except ValueError:
        return False
    return True


def is_address(name: str) -> bool:
    """Return whether an app is named by a URL."""
    return "://" in name
