"""A clock that nobody waits for, and a service whose writes move it."""

from __future__ import annotations

import pytest
from fastapi import FastAPI

from contract_tests.runner.timekeeping import CLOCK
from contract_tests.service.transports.locate import App, Receive, Scope, Send
from reference_app import create_app

WRITING = frozenset({"POST", "PUT", "PATCH", "DELETE"})


class Hands:
    """The hands of a clock: they stand still unless they are moved."""

    def __init__(self) -> None:
        self._seconds = 0.0

    def now(self) -> float:
        """Return the seconds that have gone by."""
        return self._seconds

    def move(self, seconds: float) -> None:
        """Let time go by."""
        self._seconds += seconds


HANDS = Hands()


class MovesTheClock:
    """Middleware: a write takes half a second."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take the time, then serve."""
        if scope["type"] == "http" and scope["method"] in WRITING:
            HANDS.move(0.5)
        await self._app(scope, receive, send)


def slow_writes() -> FastAPI:
    """Make the reference app with slow writes."""
    app = create_app()
    app.add_middleware(MovesTheClock)
    return app


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Have the run read this clock."""
    config.stash[CLOCK] = HANDS.now
