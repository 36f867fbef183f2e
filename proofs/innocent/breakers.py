"""The reference app behind a circuit breaker: it refuses for a while, and then serves again."""

from __future__ import annotations

import time

from fastapi import FastAPI
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from proofs.innocent import innocent
from reference_app import create_app

FAILED = 500
PAUSE = 1.0
"""Seconds for which nobody is served."""

IN_A_ROW = 5
"""Failures after which nobody is served."""

TOLD = {"Retry-After": "1"}


class Breaker:
    """Opens after some failures in a row, and closes again after a pause."""

    def __init__(self, app: ASGIApp, headers: dict[str, str]) -> None:
        self._app = app
        self._headers = headers
        self._until = 0.0
        self._failures = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve, or say that nobody is served."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif time.monotonic() < self._until:
            refusal = JSONResponse({"detail": "Come again"}, 503, self._headers)
            await refusal(scope, receive, send)
        else:
            await self._app(scope, receive, self._watched(send))

    def _watched(self, send: Send) -> Send:
        async def watching(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._count(message["status"])
            await send(message)

        return watching

    def _count(self, status: int) -> None:
        self._failures = self._failures + 1 if status >= FAILED else 0
        if self._failures >= IN_A_ROW:
            self._until = time.monotonic() + PAUSE


@innocent(
    looks="Requests that nothing disturbs are refused for a second after many failures.",
    areas=("failures", "errors"),
    near=("ERR-06", "FAI-05", "FAI-14"),
)
def circuit_breaker() -> FastAPI:
    """A circuit breaker that opens after five failures in a row."""
    made = create_app()
    made.add_middleware(Breaker, headers=TOLD)
    return made


@innocent(looks="It does not say when to come again.", areas=("failures", "errors"))
def silent_breaker() -> FastAPI:
    """A circuit breaker that gives no Retry-After."""
    made = create_app()
    made.add_middleware(Breaker, headers={})
    return made
