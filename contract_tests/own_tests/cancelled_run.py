"""A run of a test in which a request, or a region of the test, is cancelled at one suspension."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from ..instruments.attribution import current, running_task
from ..instruments.cancellation_injector import CancellationInjector, stepped
from ..instruments.exchange import Exchange
from .disturbed_run import DisturbedRun, Part
from .observation import Observation

Waited = tuple[int, str] | None


class CancelledRun(DisturbedRun):
    """Cancels what waits at the chosen suspension: a request by itself, else the test's own task.

    The test goes on after it: a request ends with an answer, a region with its block.
    """

    kind = "cancellation"

    def __init__(self, observation: Observation, part: Part | None = None, place: str = "") -> None:
        super().__init__(observation, part, place)
        self._ended: list[CancellationInjector] = []
        self._region: CancellationInjector | None = None

    @property
    def fired(self) -> int:
        """The number of requests and regions that were cancelled: one, or none."""
        return sum(steps.fired for steps in self._ended)

    @property
    def what(self) -> str:
        """The last that had happened by then."""
        return next((steps.what for steps in self._ended if steps.fired), "")

    @property
    def where(self) -> str:
        """The line that waited."""
        return next((steps.where for steps in self._ended if steps.fired), "")

    def driven(self, body: Coroutine[Any, Any, Any]) -> Coroutine[Any, Any, Any]:
        """Have each suspension of the test seen."""
        return stepped(body, self)

    def suspended(self, strand: Coroutine[Any, Any, Any], future: Any) -> Waited:
        """Count a suspension of the test itself in its region; its requests are counted apart."""
        if self._region is None or current.get() is not self.scope.own:
            return None
        return self._region.suspended(strand, future)

    def resumed(self, waited: Waited) -> None:
        """Go on; nobody asks for what the test has waited."""

    def enter_region(self) -> None:
        """Begin a region; in a synchronous test only its requests can be cancelled."""
        super().enter_region()
        task = running_task()
        if task is not None:
            self._region = self._injector("region", self.scope.own)
            self._region.__enter__()
            self._region.leads(task)

    def leave_region(self, error: BaseException | None) -> bool:
        """End the region, and take back the cancellation of the test's task."""
        steps, self._region = self._region, None
        if steps is not None:
            steps.__exit__(None, None, None)
            self._count("region", steps)
            if steps.fired:
                asyncio.current_task().uncancel()  # type: ignore[union-attr]
        is_ours = steps is not None and steps.fired > 0
        is_cancelled = is_ours and isinstance(error, asyncio.CancelledError)
        return super().leave_region(error) or is_cancelled

    async def _called(self, exchange: Exchange, called: Callable[[], Awaitable[None]]) -> None:
        __tracebackhide__ = True
        part = self.part_now()
        if part is None:
            await called()
            return
        with self._injector(part, exchange) as steps:
            try:
                # A task of its own, as a server has one for each request.
                await asyncio.get_running_loop().create_task(_awaited(called))
            finally:
                self._count(part, steps)

    def _injector(self, part: Part, cause: Exchange) -> CancellationInjector:
        place = self.number - self.seen[part] if part == self.part else None
        loop = asyncio.get_running_loop()
        return CancellationInjector(loop, self._observation.recorder, place, of=cause)

    def _count(self, part: Part, steps: CancellationInjector) -> None:
        self.seen[part] += steps.seen
        self._ended.append(steps)


async def _awaited(called: Callable[[], Awaitable[None]]) -> None:
    __tracebackhide__ = True
    await called()
