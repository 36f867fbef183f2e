"""Errors: rows that a failure hides, and what a page of another origin learns of one."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest

from ..instruments.exchange import Request
from ..instruments.faults import Faults
from ..runner.judge import Judge, judges
from ..scenarios.crud.rows import change_body
from ..scenarios.faults.fault_cases import FaultCase, prepared
from ..scenarios.faults.fault_checks import hides_rows, is_plain
from ..scenarios.faults.sweeps import Sweeps
from ..service.capabilities import missing
from ..service.equality import same
from ..service.resource import READS, Role
from ..service.service import Service

ALLOWED = "access-control-allow-origin"
ORIGINS = (
    "https://example.com",
    "http://localhost",
    "http://localhost:3000",
    "http://localhost:5173",
    "http://localhost:8080",
)
"""Origins that services are likely to serve; one that serves none of them is not judged."""


def asking_from(service: Service, origin: str) -> Request:
    """A list, or else a create, as a page of this origin asks for it."""
    message = prepared(service, "list" if service.resource.offers("list") else "create")
    return replace(message, headers=(*message.headers, ("origin", origin)))


def serves(service: Service, origin: str) -> bool:
    """Return whether a page of this origin may read a success."""
    exchange = service.exchange(asking_from(service, origin))
    return exchange.ok and exchange.header(ALLOWED) is not None


@judges("ERR-03")
def test_a_change_that_failed_is_not_shown(judge: Judge, service: Service, change: Role) -> None:
    """A read after a COMMIT that failed shows the row as it is stored, also out of a cache."""
    if reason := missing(service, ("create", "read", "engine-view", "outside-view")):
        judge.not_applicable(reason)
    row = service.row()
    before, stored = service.shown(service.read(row.id)), service.door.stored()
    body = change_body(service, change, row)
    request = service.draft_of(change, row.id, body)
    with Faults("commit") as fault:
        exchange = service.exchange(request)
    if not fault.fired or not exchange.failed or service.door.stored() != stored:
        judge.not_applicable(f"{exchange}: no COMMIT of it failed, or it is stored all the same")
    read = service.read(row.id)
    shown = service.shown(read)
    taken = [
        name
        for name in body.keys() & before.keys() & shown.keys()
        if same(shown[name], body[name]) and not same(before[name], body[name])
    ]
    judge.that(
        not taken,
        expected="the row as it was before, which is what is stored",
        observed=f"{exchange}, and then {read} shows the new {', '.join(sorted(taken))}",
        seen=read,
    )


@judges("ERR-09")
@pytest.mark.parametrize("role", READS)
def test_a_read_that_fails_is_not_called_a_success(
    judge: Judge, service: Service, role: Role
) -> None:
    """A read whose first statement fails is not answered with success, unless it is the truth.

    An answer that breaks off tells of the failure, too: a stream cannot take its status back.
    """
    result = FaultCase(role, "statement").act(service)
    exchange = result.exchange
    truth = service.send(exchange.request.method, exchange.request.target)
    judge.that(
        exchange.failed or not exchange.ok or exchange.json == truth.json,
        expected="an answer that reports the failed read, or the answer of a retry",
        observed=f"{result}: {exchange.excerpt(80)!r} instead of {truth.excerpt(80)!r}",
        seen=exchange,
    )


@judges("ERR-09")
def test_a_list_that_fails_in_part_is_not_called_a_success(
    judge: Judge, sweeps: Sweeps, service: Service
) -> None:
    """No row is left out of a success because a statement after the first failed."""
    results = [r for r in sweeps.of("failures", "list", "error") if not is_plain(r)]
    if not results:
        judge.not_applicable("a list asks the database only once")
    wrong = partial(hides_rows, resource=service.resource)
    judge.each(results, wrong, expected="an error answer, or all rows shown")


@judges("ERR-10")
def test_a_failure_can_be_read_by_a_page_of_another_origin(judge: Judge, service: Service) -> None:
    """A failure says which origin may read it, if a success does."""
    origin = next((origin for origin in ORIGINS if serves(service, origin)), None)
    if origin is None:
        judge.not_applicable(f"no page from {', '.join(ORIGINS)} may read a success")
    message = asking_from(service, origin)
    with Faults("statement") as fault:
        exchange = service.exchange(message)
    if not (fault.fired and exchange.failed):
        judge.undecided(f"{exchange}: no statement of it failed")
    judge.that(
        exchange.header(ALLOWED),
        expected=f"{ALLOWED} on a failure as on a success",
        observed=f"{exchange} for the origin {origin} without it",
        seen=exchange,
    )
