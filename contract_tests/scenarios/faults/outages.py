"""Outages: the database is away, closes its connections, or does not take what is written."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Literal

from sqlalchemy.pool import QueuePool

from ...databases.redirects import leading_to
from ...databases.session_settings import SettingName
from ...instruments.conventions import UNAVAILABLE
from ...instruments.exchange import OF_THE_DATABASE, Exchange
from ...instruments.faults import Unreachable
from ...instruments.private import is_bounded, overflow_limit
from ...instruments.session_settings import SessionSettings
from ...rules.replay import Token
from ...rules.violation import NotApplicable, Undecided
from ...service.resource import Role
from ...service.service import Service
from ...service.transports.pacing import pause_before
from ..crud.pages import plain_list
from .fault_cases import prepared
from .injections import (
    EVERYWHERE,
    Circumstance,
    InjectionResult,
    follow_up,
    inject,
    require_service,
)

SOME = 3
"""Requests in a row that a short outage costs."""

USUAL = 15
"""Connections of a pool with SQLAlchemy's own settings."""

MOST = 50
BEYOND = 5

TRIES = 7
"""Times that a service which closes itself is asked again, each pause twice as long: a minute."""


@dataclass(frozen=True)
class Outage:
    """Lists that were asked for while something was wrong, and what was asked afterwards."""

    during: tuple[Exchange, ...]
    later: tuple[Exchange, ...]

    @property
    def unserved(self) -> tuple[Exchange, ...]:
        """The requests afterwards that did not succeed."""
        return tuple(exchange for exchange in self.later if not exchange.ok)

    def __str__(self) -> str:
        """Say in words what failed afterwards."""
        return ", ".join(map(str, self.unserved)) or "everything succeeded"


def outage(service: Service, requests: int) -> Outage:
    """Let this many lists find no database, then let a list and a create find it again."""
    require_service(service)
    plain_list(service)
    with Unreachable(leading_to(service.database.unreachable())) as away:
        during = tuple(service.list() for _ in range(requests))
    if not away.fired:
        raise Undecided(f"none of {requests} lists tried to connect")
    return Outage(during, _afterwards(service))


def _afterwards(service: Service) -> tuple[Exchange, ...]:
    """Let a list and a create find the database again, once the service is open again."""
    later = follow_up(service)
    for tries in range(TRIES):
        closed = [exchange for exchange in later if is_closed(exchange)]
        if not closed:
            break
        pause = pause_before(closed[0], tries)
        service.budget.require()
        service.run(asyncio.sleep(min(pause, service.budget.left)))
        later = follow_up(service)
    return later


def is_closed(exchange: Exchange) -> bool:
    """Return whether a service refuses by itself for a while, as behind a circuit breaker."""
    return (
        exchange.status == UNAVAILABLE and exchange.complete and not exchange.of(*OF_THE_DATABASE)
    )


def places(service: Service) -> int:
    """Return the number of connections that the largest pool of the service lends at once."""
    # The pool of an async engine is a QueuePool, too: AsyncAdaptedQueuePool extends it.
    pools = [e.pool for e in list(service.recorder.engines) if isinstance(e.pool, QueuePool)]
    sizes = [p.size() + overflow_limit(p) for p in pools if is_bounded(p)]
    return min(max(sizes, default=USUAL), MOST)


def connection_reset(service: Service) -> Outage:
    """Let the server close all connections; ask for a list, then for a create, until they succeed.

    One failure is allowed for each connection there was.
    """
    if not service.database.owned:
        raise NotApplicable("the kit closes no connections in a database it did not make")
    require_service(service)
    plain_list(service)
    allowed = len(service.recorder.open)
    if not service.run(service.database.kill_connections()):
        raise NotApplicable("no connection is kept from one request to another")
    during: list[Exchange] = []
    for ask in (service.list, service.create)[: 1 + service.resource.offers("create")]:
        during.append(ask())
        while not during[-1].ok and sum(not e.ok for e in during) <= allowed:
            during.append(ask())
    return Outage(tuple(during), _afterwards(service))


@contextmanager
def with_setting(service: Service, name: SettingName) -> Iterator[SessionSettings]:
    """Give the service connections with this setting; `NotApplicable` if this one cannot."""
    setting = service.database.session_settings.get(name)
    if setting is None:
        raise NotApplicable(f"the kit cannot put this database into the state {name!r}")
    with SessionSettings(setting) as found:
        yield found
    if not found.fired:
        raise Undecided(f"no connection of the service met the database in the state {name!r}")


@contextmanager
def read_only_database(service: Service) -> Iterator[Circumstance]:
    """Let the database take no writes."""
    with with_setting(service, "read-only"):
        yield Circumstance("a database that takes no writes")


@contextmanager
def locked(service: Service) -> Iterator[Circumstance]:
    """Lock the database against writing, with a short lock timeout for the service."""
    if not service.database.owned:
        raise NotApplicable("the kit locks no database it did not make")
    lock = service.database.locked()
    # By hand: each of these is a run of the loop, and so is each request inside the block.
    service.run(lock.__aenter__())
    try:
        with with_setting(service, "short-lock-wait"):
            yield Circumstance("a database that somebody has locked")
    finally:
        service.run(lock.__aexit__(None, None, None))


STATES = {"read-only": read_only_database, "locked": locked}


def refused_write(
    service: Service, role: Role, state: Literal["read-only", "locked"]
) -> InjectionResult:
    """A write that finds the database in a state that refuses it."""
    message, before = prepared(service, role), service.door.stored()
    token = Token("failures", role, state, EVERYWHERE)
    result = inject(service, token, message, before, STATES[state](service))
    if not result.exchange.of("failed"):
        raise NotApplicable(f"{result.exchange}: {result.what} refused none of its statements")
    return replace(result, after=service.door.stored())
