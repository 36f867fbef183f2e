"""Requests that are cancelled while they wait for a connection."""

from __future__ import annotations

from dataclasses import dataclass

from ...instruments.cancellation_injector import CancellationInjector
from ...instruments.exchange import Exchange
from ...instruments.pool_exhaustion import PoolExhaustion
from ...rules.violation import NotApplicable
from ...service.capabilities import missing
from ...service.service import Service
from ...service.transports.conversation import ClientBehaviour

IMPATIENT = ClientBehaviour(patient=False)


@dataclass(frozen=True)
class Queue:
    """The result: as many requests were cancelled as the pool has `places`.

    `left` is how many places could be taken afterwards, `after` a request sent then.
    """

    cancelled: tuple[Exchange, ...]
    places: int
    left: int
    after: Exchange


def queue(service: Service) -> Queue:
    """Cancel requests that wait in front of an empty pool, and see what is left of it.

    Raises `NotApplicable` where the kit can empty no pool, or waiting cannot be cancelled.
    """
    service.list()  # warm: a connection that is there
    reason = missing(service, ("engine-view", "async-engine"))
    if reason:
        raise NotApplicable(reason)
    with _empty(service) as exhaustion:
        places = exhaustion.taken
        cancelled = _cancelled(service, places) if places else []
    if not places:
        raise NotApplicable(f"no pool could be emptied: {'; '.join(exhaustion.reasons) or 'none'}")
    with _empty(service) as exhaustion:
        left = exhaustion.taken
    service.list()  # one that fails because of the last cancelled one is another rule's (CAN-05)
    return Queue(tuple(cancelled), places, left, service.list())


def _empty(service: Service) -> PoolExhaustion:
    return PoolExhaustion(service.recorder, service.run, leave=0)


def _cancelled(service: Service, places: int) -> list[Exchange]:
    with CancellationInjector(service.loop, service.recorder) as steps:
        service.exchange(service.draft_of("list"), IMPATIENT)
    return [_cancelled_at(k, service) for k in steps.queued for _ in range(places)]


def _cancelled_at(k: int, service: Service) -> Exchange:
    with CancellationInjector(service.loop, service.recorder, k):
        return service.exchange(service.draft_of("list"), IMPATIENT)
