"""One run of a team's own test: undisturbed, or disturbed at one point of the calls it is about."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, Literal

import pytest

from ..instruments.app_calls import Send, called_plainly
from ..instruments.attribution import current, exchange_of_team
from ..instruments.exchange import Exchange
from ..instruments.given_sessions import GivenSessions
from ..rules.points import Kind, Point
from ..service.budget import READING
from .observation import Observation, Scope

Part = Literal["region", "writes", "reads"]

PARTS: tuple[Part, ...] = ("region", "writes", "reads")
"""The parts of a test that can be disturbed. The first that has points is; the others are not.

Where a test marks no region, that are the requests that may write, and those that read where
there are no others: most often they are the test's questions about what became of the first.
"""

CLIENT_CLOSED = 499
SERVER_ERROR = 500


class DisturbedRun(ABC):
    """One run of a test, disturbed in the `part` of it at the `place`.

    The control has no part: it is not disturbed, and `seen` counts the points of each part.
    `fired` counts how often the run was struck, `what` and `where` are the call and the line of
    that, and `struck` the request. `error` is what the test itself has raised, and `scope` has all
    that happened.
    """

    kind: Kind

    def __init__(self, observation: Observation, part: Part | None = None, place: str = "") -> None:
        self.part = part
        self.place = place
        self.length = 0
        self.seen: Counter[Part] = Counter()
        self.error: BaseException | None = None
        self.struck: Exchange | None = None
        self._observation = observation
        self.scope = Scope("the test")
        self._given = GivenSessions()
        self._is_in_region = False

    @property
    @abstractmethod
    def fired(self) -> int:
        """The number of times it was struck."""

    @property
    @abstractmethod
    def what(self) -> str:
        """The call that was struck."""

    @property
    @abstractmethod
    def where(self) -> str:
        """The line of the app that was struck."""

    @property
    def point(self) -> Point:
        """The point, by which it is repeated."""
        return Point(self.kind, self.schedule)

    @property
    def schedule(self) -> str:
        """The order of the database calls, where there are two callers."""
        return self.place

    @property
    def following(self) -> str | None:
        """The schedule after this one; None where there is none."""
        return None

    @property
    def title(self) -> str:
        """The point in words."""
        return f"{self.kind} {self.place} of {self.length}"

    @property
    def number(self) -> int:
        """The place as a number; 0 for the control."""
        return int(self.place or 0)

    @property
    def extent(self) -> tuple[Part, int] | None:
        """The part that a sweep disturbs, with the number of its points; None without any."""
        return next(((part, self.seen[part]) for part in PARTS if self.seen[part]), None)

    @contextmanager
    def in_force(self, fixtures: Mapping[str, Any]) -> Iterator[None]:
        """Disturb what is done in the block: the function of the test, which has these fixtures."""
        calls = self._observation.calls
        self.scope = self._observation.scope or self.scope
        token = current.set(self.scope.own)
        calls.around = self._request
        try:
            with self._given, self._instrument(fixtures):
                yield
        except BaseException as error:
            self.error = None if isinstance(error, pytest.skip.Exception) else error
            raise
        finally:
            calls.around = called_plainly
            current.reset(token)

    def driven(self, body: Coroutine[Any, Any, Any]) -> Coroutine[Any, Any, Any]:
        """Return the coroutine that is awaited in place of the test's own."""
        return body

    async def begin_region(self) -> None:  # noqa: B027 - most runs have nothing to do there
        """Prepare for a region of an asynchronous test."""

    async def end_region(self) -> None:  # noqa: B027 - the same
        """Wait for what goes on beside a region of an asynchronous test."""

    def enter_region(self) -> None:
        """Begin a region that the test has marked."""
        self._is_in_region = True

    def leave_region(self, error: BaseException | None) -> bool:
        """End the region. Return whether an exception that leaves it is of the disturbance."""
        self._is_in_region = False
        is_assertion = isinstance(error, AssertionError)
        return self.fired > 0 and isinstance(error, Exception) and not is_assertion

    def part_now(self) -> Part | None:
        """Return the part that this code runs for."""
        if self._is_in_region:
            return "region"
        exchange = exchange_of_team()
        if exchange is None or not exchange.request.method:
            return None
        return "reads" if exchange.request.method in READING else "writes"

    def _instrument(self, fixtures: Mapping[str, Any]) -> AbstractContextManager[object]:
        """Return what is in force while the function of the test runs."""
        return nullcontext()

    async def _request(
        self, exchange: Exchange, called: Callable[[], Awaitable[None]], send: Send
    ) -> None:
        """Call the app; where that was disturbed, end as a server does what the app has not."""
        __tracebackhide__ = True
        if exchange.request.method == "WEBSOCKET":
            await called()
            return
        before = self.fired
        try:
            await self._called(exchange, called)
        except (Exception, asyncio.CancelledError) as error:
            if not self._was_disturbed(exchange, before):
                raise
            exchange.raised = f"{type(error).__name__}: {error}"
            is_cancelled = isinstance(error, asyncio.CancelledError)
            await _end(exchange, CLIENT_CLOSED if is_cancelled else SERVER_ERROR, send)
        if self._was_disturbed(exchange, before):
            self.struck = self.struck or exchange
            await self._given.roll_back(exchange)

    def _was_disturbed(self, exchange: Exchange, before: int) -> bool:
        """Return whether this request was disturbed; `before` is what had fired before it."""
        return self.fired > before

    async def _called(self, exchange: Exchange, called: Callable[[], Awaitable[None]]) -> None:
        __tracebackhide__ = True
        await called()


async def _end(exchange: Exchange, status: int, send: Send) -> None:
    if exchange.status is None:
        await send({"type": "http.response.start", "status": status, "headers": []})
    if not exchange.complete:
        await send({"type": "http.response.body", "body": b"", "more_body": False})
