"""One disturbed request and everything that came of it: what every sweep consists of."""

from __future__ import annotations

import gc
import warnings
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Protocol

from ...databases import BackDoorBlocked, Contents
from ...instruments.async_generators import LATE
from ...instruments.exchange import OF_THE_DATABASE, Exchange, Request
from ...instruments.recording import recorded
from ...rules.evidence import Evidence
from ...rules.replay import Token
from ...rules.violation import Undecided
from ...service.capabilities import missing
from ...service.resource import Role
from ...service.service import Service
from ...service.transports.conversation import PATIENT, ClientBehaviour
from ..crud.ordinary import PROMPT
from ..crud.rows import added

EVERYWHERE = "all"
"""The place of a disturbance that lasts as long as its request."""


class Disturbance(Protocol):
    """The part of an instrument that a result tells of: how often it struck, and where."""

    @property
    def fired(self) -> int:
        """The number of times that it struck."""

    @property
    def seen(self) -> int:
        """The number of places that it counted, if it counts any."""

    @property
    def what(self) -> str:
        """The call or message that it struck."""

    @property
    def where(self) -> str:
        """The app's line that was struck."""


@dataclass(frozen=True)
class Circumstance:
    """A disturbance that no instrument makes: a client leaves, a database is locked."""

    what: str
    fired: int = 0
    where: str = ""
    seen: int = 0


@dataclass(frozen=True)
class InjectionResult:
    """A request that was disturbed at one place.

    `before` and `after` are what was stored, `after` judged when the app had returned and its tasks
    had settled; `open` are the transactions that the database knew then. `later` are a list and a
    create sent after it, and `ending` is what was stored after those. Each is as it was before,
    or empty, as long as nobody has looked.
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
    is_struck: bool = True

    def __str__(self) -> str:
        """The result in words: what was struck in which request, and where in the app."""
        number = f" number {self.token.place}" * (self.token.place != EVERYWHERE)
        place = f" at {self.where}" if self.where else ""
        return f"{self.token.way}{number} ({self.what}{place}) of {self.exchange}"

    @property
    def evidence(self) -> Evidence:
        """The request with its timeline."""
        return (recorded(self.exchange),)

    @property
    def still_held(self) -> tuple[str, ...]:
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
    def is_late(self) -> bool:
        """Return whether the call failed only when the answer had been sent."""
        return self.exchange.failed_late

    @property
    def is_unstored_success(self) -> bool:
        """Return whether it was called a success and nothing is stored."""
        return self.exchange.ok and not self.changed

    @property
    def failed_later(self) -> tuple[Exchange, ...]:
        """The requests after it that did not succeed."""
        return tuple(exchange for exchange in self.later if not exchange.ok)


def changed(before: Contents, after: Contents) -> frozenset[str]:
    """The tables whose rows differ.

    One that is told no more is written by background work, as the back door has found meanwhile.
    """
    return frozenset(table for table in after if before.get(table) != after[table])


def grown(before: Contents, after: Contents) -> dict[str, tuple[int, int]]:
    """Return for each table the number of rows that are new, and of those that are gone."""
    new, gone = added(before, after), added(after, before)
    tables = after.keys() & (new.keys() | gone.keys())
    return {t: (len(new.get(t, ())), len(gone.get(t, ()))) for t in tables}


@dataclass(frozen=True)
class Sweep:
    """The results of one way to disturb one subject; `note` says why it ended before the last.

    `places` is how many there are, where not all were to be looked at.
    """

    results: tuple[InjectionResult, ...]
    note: str = ""
    places: int = 0


def inject(
    service: Service,
    token: Token,
    message: Request,
    before: Contents,
    disturbed: AbstractContextManager[Disturbance],
    client: ClientBehaviour = PATIENT,
) -> InjectionResult:
    """Send the request, disturbed, and look no further than its answer."""
    with disturbed as disturbance, service.transport.disturbed():
        exchange = service.exchange(message, client)
    seen = (token, disturbance.what, disturbance.where, exchange, before, before, (), (), before)
    return InjectionResult(*seen, is_struck=bool(disturbance.fired or exchange.abandoned))


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
    is nothing it could have left. Where connections are not observed, each is followed up.
    """
    open_before = service.door.open_before()
    if open_before.hides_more:
        raise Undecided("somebody has kept the database locked since before the request")
    result = inject(service, token, message, before, disturbed, client)
    exchange = result.exchange
    if not result.is_struck:
        return None
    is_near = exchange.held or exchange.of(*OF_THE_DATABASE) or result.where
    if not is_near and not missing(service, ("engine-view",)):
        return result
    collect()  # a cancelled call of aiosqlite keeps its lock until its cursor is collected
    still_open = service.door.left_open(open_before)
    after = stored(service, before)
    service.process.relieve()
    later = follow_up(service)
    ending = stored(service, after)
    return replace(result, after=after, open=still_open, later=later, ending=ending)


def stored(service: Service, otherwise: Contents) -> Contents:
    """Return what is stored; `otherwise`, as long as an unfinished COMMIT prevents a look."""
    try:
        return service.door.stored()
    except BackDoorBlocked:
        # A copy: the object itself would say that nobody has looked.
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
    """Send the requests that follow a disturbed one: a list, then a create, if offered.

    Where the list fails by itself, the row that was created is read instead.
    """
    with service.hurried(PROMPT):
        return _follow_up(service)


def _follow_up(service: Service) -> tuple[Exchange, ...]:
    if "list" in service.resource.failing:
        return _follow_up_without_list(service)
    roles: tuple[Role, ...] = ("list", "create")
    offered = [role for role in roles if service.resource.offers(role)]
    return tuple(service.list() if role == "list" else service.create() for role in offered)


def _follow_up_without_list(service: Service) -> tuple[Exchange, ...]:
    if not service.resource.offers("create"):
        return (service.list(),)
    created = service.create()
    identifier = service.id_of(created) if created.ok else None
    if identifier is None or not service.resource.offers("read"):
        return (created,)
    return (created, service.read(identifier))


def require_service(service: Service) -> None:
    """Raise `Undecided` if a list or a create does not succeed though nothing disturbs it."""
    failed = [exchange for exchange in follow_up(service) if not exchange.ok]
    if failed:
        raise Undecided(f"a list or a create fails even when nothing disturbs it: {failed[0]}")
