"""The orders two requests can come in: all of them where they are few, else the simplest."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from math import comb
from typing import Protocol, TypeVar

from ...rules.violation import PutOff
from ...service.budget import evenly


class ScheduleResult(Protocol):
    """The result of a run of a schedule: what the schedule has become, and the one after it."""

    @property
    def schedule(self) -> str:
        """The schedule as it was."""

    @property
    def following(self) -> str | None:
        """The schedule to try after this one; None if there is none."""


T = TypeVar("T", bound=ScheduleResult)


def depth_first(run: Callable[[str], T], most: int) -> Iterator[T]:
    """Run every schedule, depth first, and yield the result of each; at most so many.

    If the last of them has a `following`, there were more.
    """
    schedule: str | None = ""
    for _ in range(most):
        if schedule is None:
            return
        result = in_peace(run, schedule)
        yield result
        schedule = result.following


def in_peace(run: Callable[[str], T], schedule: str) -> T:
    """Run a schedule, and once more if the service has put off one of its requests."""
    try:
        return run(schedule)
    except PutOff:
        return run(schedule)


@dataclass
class ScheduleCount:
    """The number of schedules that there are; `fewer` says of how many of them there is time."""

    fewer: Callable[[int], int] = int
    whole: int = 0

    def chosen(self, first: int, second: int, most: int) -> Sequence[str]:
        """The simplest schedules of so many calls, as many as there is time for."""
        known = list(islice(interrupted(first, second), most))
        return [known[place] for place in evenly(len(known), self.fewer(len(known)))]


def run_schedules(
    run: Callable[[str], T], most: int, count: ScheduleCount | None = None
) -> Iterator[T]:
    """Run every schedule of two requests if there are so few, else the simplest, each once.

    What goes wrong between two requests hardly ever takes more than two interruptions.
    """
    count = count or ScheduleCount()
    alone = in_peace(run, "").schedule
    calls = (alone.count("A"), alone.count("B"))
    # So many orders there are in which the calls of each request keep their own.
    count.whole = min(most, comb(sum(calls), calls[0]))
    if comb(sum(calls), calls[0]) <= most and count.fewer(count.whole) == count.whole:
        yield from depth_first(run, most)
        return
    seen: set[str] = set()
    for result in (in_peace(run, schedule) for schedule in count.chosen(*calls, most)):
        # A request may make other calls than when it was alone: two schedules may become one.
        if result.schedule not in seen:
            seen.add(result.schedule)
            yield result


def interrupted(first: int, second: int) -> Iterator[str]:
    """The schedules of so many calls of A and of B with no, one and two interruptions."""
    sides = (("A", first, "B", second), ("B", second, "A", first))
    for a, n, b, m in sides:
        yield a * n + b * m
    for a, n, b, m in sides:
        # With no call before or none behind the interruption it would be one of the two above.
        yield from (a * i + b * m + a * (n - i) for i in range(1, n))
    for a, n, b, m in sides:
        cuts = ((i, j) for i in range(1, n) for j in range(1, m))
        yield from (a * i + b * j + a * (n - i) + b * (m - j) for i, j in cuts)
