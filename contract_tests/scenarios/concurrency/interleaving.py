"""Requests sent together in every order that their database calls can come in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ...databases import Contents
from ...instruments.exchange import Exchange, Request
from ...instruments.scheduler import Scheduler
from ...service.service import Service

Requests = Callable[[], tuple[Request, ...]]


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


def interleaved(service: Service, requests: Requests, schedule: str) -> Interleaving:
    """Send what `requests` arranges in one schedule."""
    # Arranging creates the rows that the requests are about, so it comes before the look.
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
