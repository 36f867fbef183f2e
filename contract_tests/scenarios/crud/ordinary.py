"""Ordinary requests: what each service that works goes on answering."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import suppress

from ...instruments.exchange import Exchange
from ...rules.violation import Undecided, UsageError
from ...service.service import Service
from ...service.trail import ORDINARY
from ...service.transports.pacing import requested_pause

PROMPT = 10.0
"""Seconds that a request gets at least, of which others have been answered."""

SLOWER = 10
"""The multiple of a usual write that an ordinary request may take."""

PATIENCE = 3.0
"""Seconds that are waited for altogether where the service asks to be asked again later."""

MOST = 10
"""Connections in a pool for each of which a request is sent."""

SPARE = 2
"""Failures in a row that are too many, beside one for each connection that may be dead."""

WARMING = 3
"""Creates and lists that are sent to learn the speed of a service that has just been started."""

LIMITS = frozenset({501, 507})
"""Statuses above 500 by which a service says what it does not do, and not that it failed."""


def first_failing(service: Service, patience: float = 0.0) -> Exchange | None:
    """Return an ordinary request that fails time and again; None if the service recovers.

    The rows are as they were. `patience` is how long is waited where the service asks to be asked
    later.
    """
    with suppress(Undecided):  # what is in the way is the service's: ordinary requests show it
        service.restore()
    failed = None
    for _ in range(_connections(service) + SPARE):
        with service.hurried(max(PROMPT, SLOWER * service.budget.speed.write)):
            failed = _first_failed(service)
        if failed is None or is_endless(failed):
            break
        pause = requested_pause(failed)
        if 0 < pause <= patience:
            patience -= pause
            service.run(asyncio.sleep(pause))
    return failed


def answers(service: Service) -> bool:
    """Return whether the service answers ordinary requests."""
    return first_failing(service) is None


def is_endless(exchange: Exchange) -> bool:
    """Return whether a request came to no end: the next one would not, either."""
    return not exchange.complete


def _connections(service: Service) -> int:
    """Return the number of connections that ordinary requests may be given."""
    return min(max(len(service.recorder.open), 1), MOST) if service.has_process else 1


def _first_failed(service: Service) -> Exchange | None:
    """Send ordinary requests until each connection of a pool has had one, or one fails."""
    sent = (each for _ in range(_connections(service)) for each in _ordinary(service))
    return next((each for each in sent if _has_failed(service, each)), None)


def _has_failed(service: Service, exchange: Exchange) -> bool:
    """Return whether a request has failed: a success without the rows of earlier ones is none."""
    is_failure = exchange.failed and exchange.status not in LIMITS
    return is_failure or service.trail.is_rowless(service.resource, exchange)


def _ordinary(service: Service) -> Iterator[Exchange]:
    """Send a create and a list, as far as they have succeeded before; both if neither has."""
    offered = {role for role in ORDINARY if service.resource.offers(role)}
    roles = offered & service.trail.worked.keys() or offered
    if "create" in roles:
        yield service.create()
    if "list" in roles:
        yield service.list()


def failing_from_the_start(service: Service) -> Exchange | None:
    """Return an ordinary request that fails, if none has ever succeeded."""
    has_served = ORDINARY & service.trail.worked.keys()
    return None if has_served else _first_failed(service)


def warm_up(service: Service) -> None:
    """Send ordinary requests: the first ones of a process tell little of its speed.

    Nothing is sent where rows cannot be put back. What goes wrong is left to the tests.
    """
    if not service.has_back_door or service.trail.gone:
        return
    service.trail.is_paused = True
    try:
        for _ in range(WARMING):
            list(_ordinary(service))
        service.restore()
    except UsageError:
        raise
    except Exception:  # noqa: BLE001, S110 - also what a driver raises is met again by a test
        pass
    finally:
        service.trail.is_paused = False
