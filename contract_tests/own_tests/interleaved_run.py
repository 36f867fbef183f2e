"""A run of a test in which its request, or its region, meets another call in one schedule."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from ..databases import registry
from ..instruments.call_interceptor import Call
from ..instruments.exchange import Exchange, Request
from ..instruments.scheduled_request import ScheduledRequest
from ..instruments.scheduler import Scheduler
from .disturbed_run import DisturbedRun, Part
from .failing import Broken
from .observation import Observation

PATIENCE = 60
"""Steps without news after which a call is taken to wait for a lock, where no server is asked."""

side: ContextVar[Exchange | None] = ContextVar("contract_side", default=None)
"""The one of the two that this code runs for."""


class Meeting(Scheduler):
    """A scheduler of two calls of a test, of whose database no more is known than they show."""

    def __init__(self, schedule: str) -> None:
        self.one_writer = False
        super().__init__(schedule, self, side.get, PATIENCE)

    async def open_transactions(self) -> tuple[ScheduledRequest, ...]:
        """Give the one of the two that has the lock of the one writer."""
        return tuple(each for each in self._requests.values() if each.has_the_lock)

    async def waiting(self) -> tuple[object, ...]:
        """Give nobody: no server is asked."""
        return ()

    def _visit(self, call: Call, proceed: Callable[[], Any]) -> Any:
        self.one_writer |= registry.of(call.dialect.name).embedded is not None
        return super()._visit(call, proceed)


class InterleavedRun(DisturbedRun):
    """Calls `other` beside the test's first request, or its region, in the order of a schedule.

    A is the test's, B is the other. Both begin when the first has come to its first database call.
    """

    kind = "interleaving"

    def __init__(
        self,
        observation: Observation,
        other: Callable[..., Any],
        part: Part | None = None,
        place: str = "",
    ) -> None:
        super().__init__(observation, part, place)
        self.turns = Meeting(place)
        self._other = other
        self._fixtures: dict[str, Any] = {}
        self._sides = tuple(
            Exchange(0, Request("", name), letter=letter, is_of_team=True)
            for name, letter in (("the test", "A"), (getattr(other, "__name__", "other"), "B"))
        )
        self._has_begun = False
        self._meeting: tuple[asyncio.Task[None], asyncio.Event] | None = None
        self._raised: BaseException | None = None

    @property
    def fired(self) -> int:
        """Return 1 once both have made database calls."""
        return int({"A", "B"} <= set(self.turns.taken))

    @property
    def what(self) -> str:
        """The calls in their order."""
        return self.turns.story

    @property
    def where(self) -> str:
        """No line: there are two."""
        return ""

    @property
    def title(self) -> str:
        """The point in words."""
        return f"{self.kind} {self.schedule}, A is the test, B {self._sides[1].request.target}"

    @property
    def schedule(self) -> str:
        """The schedule as it was."""
        return self.turns.taken

    @property
    def following(self) -> str | None:
        """The schedule after this one."""
        return self.turns.following

    async def begin_region(self) -> None:
        """Call the other beside the region."""
        if self.part == "region" and not self._has_begun:
            self._has_begun = True
            ended = asyncio.Event()
            begun = asyncio.Event()

            async def region() -> None:
                begun.set()
                await ended.wait()

            side.set(self._sides[0])
            self._meeting = asyncio.create_task(self._meet(region)), ended
            await begun.wait()

    async def end_region(self) -> None:
        """Wait for the other."""
        if self._meeting is not None:
            meeting, ended = self._meeting
            self._meeting = None
            ended.set()
            await meeting
            side.set(None)

    def enter_region(self) -> None:
        """Count the region: it is one point."""
        super().enter_region()
        self.seen["region"] += 1

    @contextmanager
    def _instrument(self, fixtures: Mapping[str, Any]) -> Iterator[None]:
        names = inspect.signature(self._other).parameters
        lacking = [name for name in names if name not in fixtures]
        if lacking:
            raise Broken(
                f"{self._sides[1].request.target} asks for {lacking[0]!r}, which the test does not "
                f"ask for. Valid: {', '.join(fixtures)}"
            )
        self._fixtures = {name: fixtures[name] for name in names}
        with self.turns:
            yield
        if self._raised is not None:
            raise self._raised

    def _was_disturbed(self, exchange: Exchange, before: int) -> bool:
        return self.struck is exchange or side.get() is not None

    async def _called(self, exchange: Exchange, called: Callable[[], Awaitable[None]]) -> None:
        __tracebackhide__ = True
        part = self.part_now()
        if part is not None and side.get() is None:
            self.seen[part] += 1
        if part != self.part or part == "region" or self._has_begun or side.get() is not None:
            await called()
            return
        self._has_begun = True
        self.struck = exchange
        await self._meet(called)

    async def _meet(self, called: Callable[[], Awaitable[None]]) -> None:
        self.turns.expect(self._sides)
        await asyncio.gather(
            self._play(self._sides[0], called), self._play(self._sides[1], self._call_other)
        )

    async def _play(self, one: Exchange, call: Callable[[], Awaitable[None]]) -> None:
        token = side.set(one)
        try:
            await self.turns.play(one, call)
        finally:
            side.reset(token)

    async def _call_other(self) -> None:
        try:
            if inspect.iscoroutinefunction(self._other):
                await self._other(**self._fixtures)
            else:
                await asyncio.to_thread(self._other, **self._fixtures)
        except BaseException as error:  # noqa: BLE001 - it is the test's to raise it
            self._raised = error
