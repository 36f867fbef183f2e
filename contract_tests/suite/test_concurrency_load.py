"""Concurrency: more requests than connections, and no connection at all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from ..instruments.exchange import Exchange
from ..instruments.pool_exhaustion import PoolExhaustion
from ..rules import concurrency as pairs_rules
from ..rules import errors, sessions
from ..runner.judge import Judge, judges
from ..scenarios.concurrency.request_pairs import Pairs
from ..scenarios.faults.fault_cases import FaultCase
from ..service.service import Service

MANY = 8
"""Requests of each kind: more than one connection serves at once, fewer than a server's threads."""

PUT_OFF = (429, 503)


def is_failure(exchange: Exchange) -> bool:
    """Return whether a request was neither served nor put off."""
    return not exchange.ok and exchange.status not in PUT_OFF


@pytest.fixture
def busy(judge: Judge, service: Service, pairs: Pairs) -> Service:
    """The service, which serves ordinary requests one at a time and in pairs."""
    alone = [service.list(), service.create()]
    failed = [str(exchange) for exchange in alone if is_failure(exchange)]
    if failed:
        judge.undecided(f"a list or a create fails even when sent alone: {', '.join(failed)}")
    if any(exchange.held for exchange in alone):
        judge.not_applicable(
            f"a list or a create keeps a connection even when sent alone ({sessions.SES_01.id})"
        )
    if pairs.clash:
        judge.not_applicable(f"ordinary concurrent requests fail ({pairs_rules.CON_10.id})")
    return service


@contextmanager
def exhausted(judge: Judge, service: Service, leave: int) -> Iterator[None]:
    """Others have taken all connections of each pool but `leave`."""
    exhaustion = PoolExhaustion(service.recorder, service.run, leave)
    # Unpaced, since a request that is put off is an answer here, and not sent once more.
    with exhaustion, service.transport.crowded():
        if not exhaustion.exhausted:
            reasons = "; ".join(exhaustion.reasons) or "none seen"
            judge.not_applicable(f"no pool can be filled up: {reasons}")
        yield


def burst(service: Service) -> list[Exchange]:
    """Many lists and creates at the same time."""
    lists = [service.draft_of("list") for _ in range(MANY)]
    creates = [service.draft_of("create", body=service.body()) for _ in range(MANY)]
    return service.together(*lists, *creates)


@judges("CON-12")
def test_more_requests_than_connections_are_served(judge: Judge, busy: Service) -> None:
    """With one connection left, many requests at once succeed or are put off."""
    with exhausted(judge, busy, leave=1):
        exchanges = burst(busy)
    failed = [e for e in exchanges if is_failure(e)]
    judge.that(
        not failed,
        expected=f"{len(exchanges)} concurrent requests served, or told to retry later",
        observed=f"{len(failed)} failed: {failed[0]} {failed[0].raised}" if failed else "",
        seen=failed[0] if failed else None,
    )


@judges("CON-13")
def test_a_service_works_again_with_its_pool(judge: Judge, busy: Service) -> None:
    """Requests found no connection; now there are some, and the next requests succeed."""
    with exhausted(judge, busy, leave=0):
        starved = burst(busy)
    if all(exchange.ok for exchange in starved):
        judge.not_applicable("no request needs a connection of the pool")
    exchanges = [busy.list(), busy.create()]
    failed = [e for e in exchanges if is_failure(e)]
    judge.that(
        not failed,
        expected="requests served once connections are free again",
        observed=f"{len(failed)} failed: {failed[0]} {failed[0].raised}" if failed else "",
        seen=failed[0] if failed else None,
    )


@judges("CON-14")
def test_no_connection_is_answered_503(judge: Judge, busy: Service) -> None:
    """A list that finds the pool empty says that it should be tried again."""
    with busy.transport.crowded():
        unreached = FaultCase("list", "connect").act(busy).exchange
    if unreached.status not in PUT_OFF:
        judge.not_applicable(
            f"it is not 503 without a database either: {unreached} ({errors.ERR_08.id})"
        )
    with exhausted(judge, busy, leave=0):
        exchange = busy.list()
    if exchange.ok:
        judge.not_applicable("a list needs no connection of the pool")
    judge.that(
        exchange.status in PUT_OFF,
        expected="503, since the request may succeed later",
        observed=f"{exchange} {exchange.raised}".strip(),
        seen=exchange,
    )
