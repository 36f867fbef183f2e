"""The control of a sweep: the same request, undisturbed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from ...instruments.exchange import Event, Exchange


@dataclass(frozen=True)
class ControlRun:
    """The same request undisturbed: what a whole one does.

    `foreign` are the lines of the app that waited for something else than the database, each with
    the number of events the request had had by then. `follow_up` is how the tables grow by what is
    asked after each result, `always_changed` are the tables that any request changes.
    """

    exchange: Exchange
    growth: dict[str, tuple[int, int]]
    foreign: tuple[tuple[int, str], ...]
    follow_up: dict[str, tuple[int, int]]
    always_changed: frozenset[str]

    @property
    def deferred(self) -> frozenset[str]:
        """The tables that it writes to only behind its answer."""
        answered = next((e.order for e in self.exchange.of("response end")), None)
        writes = self.exchange.writes
        late = [e for e in writes if answered is not None and e.order > answered]
        early = [e for e in writes if e not in late]
        return frozenset(t for t in self.growth if names(t, late) and not names(t, early))

    @property
    def commits(self) -> int:
        """The number of times that a whole request commits rows."""
        return commits_of(self.exchange, self.deferred)

    @property
    def commits_late(self) -> bool:
        """Return whether a whole request commits when its answer is complete."""
        answered = next((e.order for e in self.exchange.of("response end")), None)
        commits = self.exchange.of("commit")
        return answered is not None and bool(commits) and commits[-1].order > answered


def names(table: str, writes: Iterable[Event]) -> bool:
    """Return whether one of these statements is about a table."""
    return any(table in re.split(r"\W+", event.text) for event in writes)


def commits_of(exchange: Exchange, aside: Iterable[str] = ()) -> int:
    """Count the COMMITs sent to the database that had rows of other tables to store."""
    unsaved: set[int | None] = set()
    count = 0
    for event in exchange.events:
        if event.writes and not any(names(table, [event]) for table in aside):
            unsaved.add(event.connection)
        elif event.kind == "commit" and event.connection in unsaved:
            unsaved.discard(event.connection)
            count += 1
    return count


def is_unanswered(exchange: Exchange) -> bool:
    """Return whether a COMMIT of rows was sent of which no failure was told.

    Whoever is cancelled while it waits for one does not know what the database has made of it.
    """
    failed = max((event.order for event in exchange.of("failed")), default=-1)
    sent = max((event.order for event in exchange.of("commit")), default=-1)
    return sent > failed and bool(commits_of(exchange))
