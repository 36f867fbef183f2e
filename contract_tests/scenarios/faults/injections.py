"""One disturbed request and everything that came of it: what every sweep consists of."""

from __future__ import annotations

import gc
import re
import warnings
from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from ...databases import BackDoorBlocked
from ...instruments.async_generators import LATE
from ...instruments.exchange import Event, Exchange, Kind, Request
from ...instruments.recording import recorded
from ...rules.evidence import Evidence
from ...rules.replay import Token
from ...rules.violation import Undecided
from ...service.backdoor import Contents
from ...service.resource import Role
from ...service.service import Service
from ...service.transports.conversation import ClientBehaviour
from ..crud.rows import added

OF_THE_DATABASE: tuple[Kind, ...] = ("checkout", "sql", "begin", "commit", "failed")


class Disturbance(Protocol):
    """The part of an instrument that a result tells of: how often it struck, and where."""

    @property
    def fired(self) -> int:
        """The number of times that it struck."""

    @property
    def what(self) -> str:
        """The call or message that it struck."""

    @property
    def where(self) -> str:
        """The app's line that was struck."""


@dataclass(frozen=True)
class InjectionResult:
    """A request that was disturbed at one place.

    `before` and `after` are what was stored, `after` judged when the app had returned and its tasks
    had settled; `open` are the transactions that the database knew then. `later` are a list and a
    create sent after it, and `ending` is what was stored after those.
    """

    token: Token
    what: str
    where: str
    exchange: Exchange
    before: Contents
    after: Contents
    open: tuple[str, ...]
    later: tuple[Exchange, ...]
    ending: Contents

    def __str__(self) -> str:
        """The result in words: what was struck in which request, and where in the app."""
        place = f" at {self.where}" if self.where else ""
        return f"{self.token.way} number {self.token.place} ({self.what}{place}) of {self.exchange}"

    @property
    def evidence(self) -> Evidence:
        """The request with its timeline."""
        return (recorded(self.exchange),)

    @property
    def kept(self) -> tuple[str, ...]:
        """Return what the request still had of the pool at its end, a line for each thing.

        What a stream's generator had, which the loop closes when a client leaves, it has returned.
        """
        dropped = [e for e in self.exchange.reclaimed if not e.text.startswith(LATE)]
        told = tuple(f"conn {e.connection} reclaimed {e.text}" for e in dropped)
        return (*map(str, self.exchange.held), *told)

    @property
    def changed(self) -> frozenset[str]:
        """The tables whose rows are not what they were."""
        return changed(self.before, self.after)

    @property
    def is_untouched(self) -> bool:
        """Return whether the request reached neither app nor database: nothing was read again."""
        return self.after is self.before

    @property
    def failed_later(self) -> tuple[Exchange, ...]:
        """The requests after it that did not succeed."""
        return tuple(exchange for exchange in self.later if not exchange.ok)


def changed(before: Contents, after: Contents) -> frozenset[str]:
    """The tables whose rows differ."""
    tables = before.keys() | after.keys()
    return frozenset(table for table in tables if before.get(table) != after.get(table))


def grown(before: Contents, after: Contents) -> dict[str, tuple[int, int]]:
    """Return for each table the number of rows that are new, and of those that are gone."""
    new, gone = added(before, after), added(after, before)
    return {t: (len(new.get(t, ())), len(gone.get(t, ()))) for t in new.keys() | gone.keys()}


@dataclass(frozen=True)
class ControlRun:
    """The same request undisturbed: what a whole one does.

    `foreign` are the lines of the app that waited for something else than the database, each with
    the number of events the request had had by then. `follow_up` is how the tables grow by what is
    asked after each result, `restless` are the tables that any request changes.
    """

    exchange: Exchange
    growth: dict[str, tuple[int, int]]
    foreign: tuple[tuple[int, str], ...]
    follow_up: dict[str, tuple[int, int]]
    restless: frozenset[str]

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


@dataclass(frozen=True)
class Sweep:
    """The results of one way to disturb one subject; `note` says why it ended before the last."""

    results: tuple[InjectionResult, ...]
    note: str = ""


def observe(
    service: Service,
    token: Token,
    message: Request,
    before: Contents,
    disturbed: AbstractContextManager[Disturbance],
    client: ClientBehaviour,
) -> InjectionResult | None:
    """Send the request, disturbed, and look at what came of it; None if it was not struck.

    One that had come neither near the database nor to a line of the app is not followed up: there
    is nothing it could have left.
    """
    with disturbed as disturbance:
        exchange = service.exchange(message, client)
    if not (disturbance.fired or exchange.abandoned):
        return None
    seen = partial(InjectionResult, token, disturbance.what, disturbance.where, exchange, before)
    if not (exchange.held or exchange.of(*OF_THE_DATABASE) or disturbance.where):
        return seen(before, (), (), before)
    collect()  # a cancelled call of aiosqlite keeps its lock until its cursor is collected
    still_open = service.door.lasting_transactions()
    after = stored(service, before)
    service.process.relieve()
    later = follow_up(service)
    return seen(after, still_open, later, stored(service, after))


def stored(service: Service, otherwise: Contents) -> Contents:
    """Return what is stored; `otherwise`, as long as an unfinished COMMIT prevents a look."""
    try:
        return service.door.stored()
    except BackDoorBlocked:
        return {**otherwise}


def collect() -> None:
    """Collect the garbage; what is warned about meanwhile was seen by the recorder."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        gc.collect()


def spare_the_living() -> None:
    """Let later collections pass over what is alive now: a sweep collects after each result."""
    collect()
    gc.freeze()


def follow_up(service: Service) -> tuple[Exchange, ...]:
    """Send the requests that follow a disturbed one: a list, then a create, if offered."""
    roles: tuple[Role, ...] = ("list", "create")
    offered = [role for role in roles if service.resource.offers(role)]
    return tuple(service.list() if role == "list" else service.create() for role in offered)


def require_service(service: Service) -> None:
    """Raise `Undecided` if a list or a create does not succeed though nothing disturbs it."""
    failed = [exchange for exchange in follow_up(service) if not exchange.ok]
    if failed:
        raise Undecided(f"a list or a create fails even when nothing disturbs it: {failed[0]}")


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
