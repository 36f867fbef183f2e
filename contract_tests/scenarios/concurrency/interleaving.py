"""Requests sent together in every order that their database calls can come in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Protocol, TypeVar

from ...instruments.exchange import Exchange, Request
from ...instruments.scheduler import Scheduler
from ...rules.violation import NotApplicable
from ...service.backdoor import Contents
from ...service.capabilities import missing
from ...service.service import Service

Requests = Callable[[], tuple[Request, ...]]


class Taken(Protocol):
    """The result of a run of a schedule, which tells the schedule that comes next."""

    @property
    def following(self) -> str | None:
        """The schedule to try after this one; None if there is none."""


T = TypeVar("T", bound=Taken)


def schedules(run: Callable[[str], T], most: int) -> Iterator[T]:
    """Run every schedule, depth first, and give what came of each; at most so many.

    If the last of them has a `following`, there were more.
    """
    schedule: str | None = ""
    for _ in range(most):
        if schedule is None:
            return
        taken = run(schedule)
        yield taken
        schedule = taken.following


@dataclass(frozen=True)
class Interleaving:
    """The results of requests sent together in one schedule, and what was stored around them.

    `schedule` brings the same about again, on the same state, if it `is_exact`. `following` is
    the schedule after this one, None if all have been seen.
    """

    schedule: str
    story: str
    arranged: tuple[Request, ...]
    exchanges: tuple[Exchange, ...]
    before: Contents
    after: Contents
    is_exact: bool
    following: str | None

    def __str__(self) -> str:
        """The schedule as a line, with the answers."""
        answers = ", ".join(f"{one.letter} {one.status or 'no answer'}" for one in self.exchanges)
        return f"{self.schedule}: {self.story} -> {answers}"


def interleave(service: Service, requests: Requests, most: int) -> list[Interleaving]:
    """Send what `requests` arranges, anew for each, in at most so many schedules.

    If the last of them has a `following`, there were more. Raises `NotApplicable` where all
    requests would share a connection.
    """
    reason = missing(service, ("outside-view",))
    if reason:
        raise NotApplicable(f"concurrent requests cannot be told apart on one connection: {reason}")
    return list(schedules(partial(interleaved, service, requests), most))


def interleaved(service: Service, requests: Requests, schedule: str) -> Interleaving:
    """Send what `requests` arranges in one schedule."""
    arranged = requests()
    before = service.door.stored()
    with Scheduler(schedule, service.database) as turns:
        exchanges = service.together(*arranged, turns=turns)
    return Interleaving(
        turns.taken,
        turns.story,
        arranged,
        tuple(exchanges),
        before,
        service.door.stored(),
        turns.is_exact,
        turns.following,
    )
