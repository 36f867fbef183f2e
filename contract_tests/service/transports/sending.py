"""The part that transports share: requests are numbered, sent at once, and their ends recorded."""

from __future__ import annotations

import asyncio
import itertools
import traceback
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

from ...instruments.attribution import current, raised_at
from ...instruments.await_stack import waiting_lines
from ...instruments.exchange import NO_END, Exchange, Request
from ...instruments.recorder import Recorder
from ...instruments.scheduler import Scheduler

LIMIT = 35.0
"""Seconds a request may take: a little more than SQLAlchemy's default wait for a connection."""

BRIEF = 1.0
"""Seconds that a request gets once others of its operation have come to no end."""

ENOUGH = 3
"""Requests of one operation without an end, after which its later ones get less time."""

SETTLING = 2.0
"""Seconds that what has been cancelled or left behind gets to end."""

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

Carry = Callable[[Exchange], Awaitable[None]]
"""Carries the request of an exchange to the service, and the answer back into the exchange."""


class Sender:
    """Sends requests at the same time, each in a task in whose context its exchange is current."""

    def __init__(self, recorder: Recorder, limit: float = LIMIT, brief: float = BRIEF) -> None:
        self._recorder = recorder
        self._limit = limit
        self._brief = brief
        self._endless: dict[str, list[Exchange]] = {}
        self._hurried: set[str] = set()
        self._numbers = itertools.count(1)

    @contextmanager
    def hurried(self, limit: float) -> Iterator[None]:
        """Give each request no more than so many seconds inside the block."""
        before, self._limit = self._limit, min(limit, self._limit)
        try:
            yield
        finally:
            self._limit = before

    def hurry(self, exchange: Exchange) -> None:
        """Give requests of this operation little time from now on: it is known to have no end."""
        self._hurried.add(operation_of(exchange))

    def exchanges(self, requests: Sequence[Request]) -> list[Exchange]:
        """Begin an exchange for each request, numbered and lettered."""
        return [
            Exchange(next(self._numbers), request, letter=letter)
            for letter, request in zip(itertools.cycle(LETTERS), requests, strict=False)
        ]

    async def send(
        self, exchanges: Sequence[Exchange], carry: Carry, turns: Scheduler | None = None
    ) -> None:
        """Let `carry` take all of them at once, in steps if there are `turns`, within a limit."""
        if turns is not None:
            turns.expect(exchanges)
        limit = min(map(self._limit_of, exchanges))
        before = asyncio.all_tasks()
        calls = {self._begun(exchange, carry, turns): exchange for exchange in exchanges}
        try:
            _, hanging = await asyncio.wait(calls, timeout=limit)
        except asyncio.CancelledError:  # the time of the run is over
            for call in calls:
                call.cancel()
            await asyncio.wait(calls, timeout=SETTLING)
            raise
        # Of requests sent together nothing tells whose a task is.
        made = sorted(asyncio.all_tasks() - before - calls.keys(), key=asyncio.Task.get_name)
        for call, exchange in calls.items():
            if call in hanging:
                lines = waiting_lines(call, made if len(calls) == 1 else ())
                exchange.raised = self._endless_words(exchange, limit, lines)
                call.cancel()
            else:
                self._endless.pop(operation_of(exchange), None)
        if hanging:
            await asyncio.wait(hanging, timeout=SETTLING)

    def _limit_of(self, exchange: Exchange) -> float:
        """Give the time for a request: little, if the last ones of its operation had no end."""
        operation = operation_of(exchange)
        is_endless = len(self._endless.get(operation, ())) >= ENOUGH
        return self._brief if is_endless or operation in self._hurried else self._limit

    def _endless_words(self, exchange: Exchange, limit: float, line: str) -> str:
        """Count a request without an end, and say so, with the line that waits and the first."""
        before = self._endless.setdefault(operation_of(exchange), [])
        before.append(exchange)
        words = f"{NO_END} {limit:.0f} s" + (f": it waits at {line}" if line else "")
        if limit == self._limit:
            return words
        first = before[0].request
        return (
            f"{words}, as before: {first.method} {first.target} had none within {self._limit:.0f} s"
        )

    def _begun(
        self, exchange: Exchange, carry: Carry, turns: Scheduler | None
    ) -> asyncio.Task[None]:
        # A task takes a copy of the context in which it is made.
        token = current.set(exchange)
        try:
            recorded = partial(self._recorded, exchange, carry)
            played: Coroutine[Any, Any, None] = (
                recorded() if turns is None else turns.play(exchange, recorded)
            )
            return asyncio.create_task(played)
        finally:
            current.reset(token)

    async def _recorded(self, exchange: Exchange, carry: Carry) -> None:
        """Carry one; what that raises is answered by 500, as a server would."""
        try:
            await carry(exchange)
        except asyncio.CancelledError:
            exchange.raised = exchange.raised or "CancelledError"
            self._recorder.record("raised", text=exchange.raised)
            raise
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001 - a server would log it and answer 500
            exchange.raised = "".join(traceback.format_exception_only(error)).strip()
            self._recorder.record("raised", text=exchange.raised, where=raised_at(error))
            # Whoever keeps the error would keep its frames, and they keep cursors and locks.
            traceback.clear_frames(error.__traceback__)
        finally:
            self._recorder.record("returned")
        if exchange.status is None and exchange.raised and not exchange.abandoned:
            exchange.status, exchange.body = 500, b"Internal Server Error"
            exchange.complete = True


def operation_of(exchange: Exchange) -> str:
    """Tell requests of one operation by their method and their path but for its last part."""
    request = exchange.request
    path = request.target.partition("?")[0]
    return f"{request.method} {path.rpartition('/')[0]}"


def headers_of(request: Request, length: int) -> list[tuple[bytes, bytes]]:
    """Return the headers of a request as bytes, with the length of its body unless in chunks."""
    headers = list(request.headers)
    if not is_chunked(request) and (request.body or request.method in {"POST", "PUT", "PATCH"}):
        headers.append(("content-length", str(length)))
    return [
        (name.lower().encode("latin-1"), value.encode("latin-1", "replace"))
        for name, value in headers
    ]


def is_chunked(request: Request) -> bool:
    """Return whether the request says that its body comes in chunks."""
    return any(name.lower() == "transfer-encoding" for name, _ in request.headers)
