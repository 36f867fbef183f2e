"""The time of a run: how much of it is left, and which share of a space there is time for."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from ..rules.extent import Extent, Unit
from ..rules.violation import OutOfTime

T = TypeVar("T")
Clock = Callable[[], float]
READING = frozenset({"GET", "HEAD", "OPTIONS"})

GRACE = 3.0
"""Seconds after the time is over in which what is no request may end: a wait for connections."""

SPARE = 0.9
"""The share of the time left that is given away: estimates are short as often as long."""

DOUBT = 4.0
"""The multiple of the time left that an estimate has to be at the beginning to be believed.

A busy machine slows down a few requests as a slow service does; by the end there is no doubt left.
"""

LEAST_SHARE = 0.02
"""The share of a space that is looked at however little time is left."""

TENS, MINUTES = 10.0, 100.0
"""Seconds from which on an estimate is told in tens of seconds, and in minutes."""

REMEMBERED = 200
"""Requests of either kind that the speed of a service is told from."""


@dataclass(frozen=True)
class Ahead:
    """The seconds that are still to come: those that can be thinned, and those that cannot."""

    fixed: float = 0.0
    thinnable: float = 0.0

    @property
    def whole(self) -> float:
        """The seconds without any thinning."""
        return self.fixed + self.thinnable


@dataclass(frozen=True)
class StepReached:
    """The place that a long scenario has come to, and the last one, if that is known."""

    scenario: str
    place: int
    last: int = 0

    def __str__(self) -> str:
        """The place in words."""
        return f"{self.scenario}: {self.place}{f' of {self.last}' if self.last else ''}"


class Speed:
    """The seconds that a service takes for a read and for a write, told from its last requests.

    `slowness` is how many times as long as usual the kit's own work takes on this machine.
    """

    def __init__(self) -> None:
        self.slowness = 1.0
        self._seconds: dict[bool, list[float]] = {True: [], False: []}

    def note(self, method: str, seconds: float) -> None:
        """Count a request."""
        kept = self._seconds[method in READING]
        kept.append(seconds)
        del kept[:-REMEMBERED]

    @property
    def read(self) -> float:
        """The seconds of a read; as those of a write where there was none."""
        return self._typical(is_read=True)

    @property
    def write(self) -> float:
        """The seconds of a write; as those of a read where there was none."""
        return self._typical(is_read=False)

    def _typical(self, *, is_read: bool) -> float:
        # The one in the middle: the first requests of a process take far longer than all others.
        seconds = sorted(self._seconds[is_read] or self._seconds[not is_read])
        return seconds[len(seconds) // 2] if seconds else 0.0


class Budget:
    """The seconds that a run may take, from the moment it begins.

    `ahead` is what is still to come, by the last estimate. `extents` are the spaces that the
    present test has looked at, by their names. `was_short` says that something was ended for want
    of time. `on_step` is told where a long scenario has come to.
    """

    def __init__(self, seconds: float = math.inf, clock: Clock = time.monotonic) -> None:
        self.seconds = seconds
        self.clock = clock
        self.speed = Speed()
        self.ahead = Ahead()
        self.extents: dict[str, Extent] = {}
        self.was_short = False
        self.on_step: Callable[[StepReached], None] = lambda _: None
        self._began: float | None = None
        self._ends = math.inf

    def begin(self, left: float | None = None) -> None:
        """Begin to count, if nobody has begun before; `left` is what others have left of it."""
        if self._began is None:
            self._began = self.clock()
            self._ends = self._began + (self.seconds if left is None else left)

    @property
    def left(self) -> float:
        """The seconds that are left, never less than none."""
        return self.seconds if self._began is None else max(0.0, self._ends - self.clock())

    @property
    def spent(self) -> float:
        """The seconds since the beginning."""
        return 0.0 if self._began is None else self.clock() - self._began

    @property
    def is_over(self) -> bool:
        """Return whether no time is left."""
        return not self.left

    def require(self) -> None:
        """Raise `OutOfTime` if no time is left."""
        if self.is_over:
            self.was_short = True
            raise OutOfTime(f"out of time: no more requests after {self.words}")

    @property
    def words(self) -> str:
        """The budget as it is told."""
        return duration(self.seconds)

    def lift(self) -> None:
        """Let requests pass from now on, whatever the time: what was made has to be undone."""
        self._ends = math.inf

    @property
    def share(self) -> float:
        """The share of a space that there is time for, if all others get the same."""
        ahead, given = self.ahead, self.left * SPARE
        doubt = 1 + (DOUBT - 1) * self.left / self.seconds
        if not ahead.thinnable or ahead.whole <= given * doubt:
            return 1.0
        return min(1.0, max(LEAST_SHARE, (given - ahead.fixed) / ahead.thinnable))

    def fewer(self, count: int, least: int = 1) -> int:
        """So many of a count as there is time for, and `least` where there are so many."""
        return max(min(count, least), math.ceil(count * self.share))

    def saw(self, unit: Unit, name: str, seen: int, whole: int) -> None:
        """Note which part of the space of this name the present test looks at."""
        self.extents[name] = Extent(unit, seen, max(seen, whole))

    def step(self, scenario: str, place: int, last: int = 0) -> None:
        """Tell which place a long scenario has come to."""
        self.on_step(StepReached(scenario, place, last))

    async def within(
        self, coroutine: Coroutine[Any, Any, T], what: str = "ended", grace: float = GRACE
    ) -> T:
        """Await a coroutine. Raises `OutOfTime` if it has not ended a `grace` after the time."""
        limit = asyncio.timeout(None if self.left == math.inf else self.left + grace)
        try:
            async with limit:
                return await coroutine
        except TimeoutError:
            # One of the coroutine's own, which is no matter of the budget.
            if not limit.expired():
                raise
            self.was_short = True
            raise OutOfTime(f"out of time: {what} after {self.words}") from None

    @contextmanager
    def timed(self, method: str) -> Iterator[None]:
        """Note the time of a request."""
        began = self.clock()
        yield
        # Not where an error came: a request without an end tells no speed.
        self.speed.note(method, self.clock() - began)


def evenly(count: int, chosen: int) -> list[int]:
    """Choose so many of the numbers below `count`, spread over all of them, the first among them.

    >>> evenly(10, 4)
    [0, 2, 5, 7]
    """
    chosen = min(count, chosen)
    return [place * count // chosen for place in range(chosen)]


def duration(seconds: float) -> str:
    """Say how long something takes: in seconds where it is short, else in minutes."""
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.3g} min"  # noqa: PLR2004 - 2 min


def roughly(seconds: float) -> str:
    """Say how long something may take: in seconds, tens of seconds or minutes, as it is known."""
    if seconds < TENS:
        return f"{math.ceil(seconds)} s"
    if seconds < MINUTES:
        return f"{math.ceil(seconds / 10) * 10} s"
    return f"{seconds / 60:.0f} min"
