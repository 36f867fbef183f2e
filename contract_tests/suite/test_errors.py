"""Errors: what a client learns, and what stays behind, when a database call of a request fails."""

from __future__ import annotations

import pytest

from ..databases.driver_errors import traces_in
from ..instruments.conventions import UNAVAILABLE
from ..instruments.exchange import Exchange
from ..rules import errors, sessions
from ..rules.violation import NotApplicable, Undecided
from ..runner.judge import Judge, judges
from ..runner.roles import each_write
from ..scenarios.crud.echoes import sent_by
from ..scenarios.crud.operations import EVERY_CASE
from ..scenarios.crud.pages import plain_list
from ..scenarios.faults.fault_cases import (
    COMMITS,
    FAULT_CASES,
    STATEMENTS,
    FaultCase,
)
from ..scenarios.faults.injections import InjectionResult, changed
from ..scenarios.faults.journals import journals
from ..scenarios.faults.sweeps import Sweeps
from ..service.resource import DISTURBED_WRITES, READS, Role
from ..service.service import Service

JSON_TYPES = ("application/json", "+json")
FAILURE = 500
LATER = frozenset({408, 409, 423, 425, 429})
"""Client errors that say that the same request may succeed another time."""

each_fault_case = pytest.mark.parametrize("fault_case", FAULT_CASES, ids=str)
each_statement = pytest.mark.parametrize("fault_case", STATEMENTS, ids=str)
each_failing_commit = pytest.mark.parametrize("fault_case", COMMITS, ids=str)
each_failing_write = pytest.mark.parametrize(
    "fault_case",
    [fault_case for fault_case in STATEMENTS if fault_case.role in DISTURBED_WRITES],
    ids=str,
)
each_read = pytest.mark.parametrize("role", READS)


def require_timely(judge: Judge, result: InjectionResult) -> None:
    """End the test if it was called a success before its call failed."""
    if result.exchange.ok and result.is_late:
        judge.not_applicable(
            f"the call failed after the answer had been sent ({sessions.SES_03.id})"
        )


def judge_truth(judge: Judge, result: InjectionResult) -> None:
    """Judge that a success stands only for something that is stored."""
    judge.that(
        not result.is_unstored_success,
        expected="an answer that reports the failed write, or the write stored by a retry",
        observed=f"{result}: a success, but no row of any table has changed",
        seen=result.exchange,
    )


def judge_silence(judge: Judge, service: Service, exchange: Exchange) -> None:
    """Judge that neither body nor headers hold words of a driver, or the database's address."""
    headers = "\n".join(f"{name}: {value}" for name, value in exchange.headers)
    told = traces_in(
        f"{headers}\n{exchange.text}", service.database.url, sent=sent_by(service, exchange)
    )
    judge.that(
        not told,
        expected="an error answer with a fixed text of the service's own",
        observed=f"{exchange}, and its answer contains {', '.join(map(repr, told))}",
        seen=exchange,
    )


def failure(judge: Judge, sweeps: Sweeps, fault_case: FaultCase) -> Exchange:
    """The exchange of a fault case, which must be answered as the failure it is."""
    result = sweeps.fault(fault_case)
    if result.exchange.ok:
        judge.not_applicable(f"{result} and was answered with success all the same")
    return result.exchange


# First in this file: a service that does not recover leaves nothing to look at for the others.
@judges("ERR-06")
@each_fault_case
def test_a_failure_ends_with_its_request(
    judge: Judge, sweeps: Sweeps, service: Service, fault_case: FaultCase
) -> None:
    """After a failure the list can be read and a row be created."""
    if service.row().exchange.shared_sessions:
        judge.not_applicable(
            f"requests share a session even without a failure ({sessions.SES_04.id})"
        )
    plain_list(service)
    result = sweeps.fault(fault_case)
    failed = result.failed_later
    judge.that(
        not failed,
        expected="success for the next list and the next create",
        observed=f"after {result}: {', '.join(map(str, failed))}",
        seen=(failed or result.later)[0],
    )


@judges("ERR-01")
@each_failing_write
def test_a_write_that_fails_is_not_called_a_success(
    judge: Judge, sweeps: Sweeps, fault_case: FaultCase
) -> None:
    """The first write of a request fails in the database: no success unless it is stored."""
    result = sweeps.fault(fault_case)
    require_timely(judge, result)
    judge_truth(judge, result)


@judges("ERR-02")
@each_failing_commit
def test_a_commit_that_fails_is_not_called_a_success(
    judge: Judge, sweeps: Sweeps, fault_case: FaultCase
) -> None:
    """The COMMIT of a request fails in the database: no success unless it is stored."""
    result = sweeps.fault(fault_case)
    require_timely(judge, result)
    judge_truth(judge, result)


@judges("ERR-03")
@each_write
def test_a_failed_write_leaves_nothing_stored(
    judge: Judge, sweeps: Sweeps, service: Service, role: Role
) -> None:
    """A request answered with a failure changed nothing, whichever write or COMMIT failed.

    One that wrote on after the failure is left out: it tried again, or kept a note of it. So is
    what it has noted in a journal.
    """
    swept = [*sweeps.each_fault(role, "write"), *sweeps.each_fault(role, "commit")]
    if swept and all(result.is_late for result in swept):
        judge.not_applicable(
            f"every failure came after the answer had been sent ({sessions.SES_03.id})"
        )
    told = [r for r in swept if not (r.exchange.ok or r.exchange.wrote_on or r.is_late)]
    if not told:
        judge.undecided(f"no write of a {role} failed and was answered with a failure")
    partial = [result for result in told if result.changed]
    aside = background_tables(service) if partial else frozenset()
    lasting = [
        (result, tables)
        for result in partial
        if (tables := result.changed - aside - journals(result, sweeps.control(role)))
    ]
    seen, stored = (lasting or [(told[0], frozenset())])[0]
    judge.that(
        not lasting,
        expected="every table as it was before",
        observed=f"{seen}, and part of it is stored in {', '.join(sorted(stored))}",
        seen=seen.exchange,
    )


def background_tables(service: Service) -> frozenset[str]:
    """The tables that even a request without effect changes: access logs, counters of use."""
    before = service.door.stored()
    service.list() if service.resource.offers("list") else service.create({})
    return changed(before, service.door.stored())


@judges("ERR-04")
@each_fault_case
def test_a_failure_gives_nothing_away(
    judge: Judge, sweeps: Sweeps, service: Service, fault_case: FaultCase
) -> None:
    """Neither body nor headers contain words of a driver, or the database's address."""
    judge_silence(judge, service, failure(judge, sweeps, fault_case))


@judges("ERR-04")
def test_a_conflict_gives_nothing_away(judge: Judge, service: Service) -> None:
    """The same create twice: what the database says of that stays inside."""
    body = service.body()
    once, twice = service.create(body), service.create(body)
    if not once.ok:
        judge.undecided(f"even a plain create is not answered with success: {once}")
    if twice.ok:
        judge.not_applicable("two identical creates make two rows")
    judge_silence(judge, service, twice)


@judges("ERR-05")
@each_fault_case
def test_a_failure_releases_its_connection(
    judge: Judge, sweeps: Sweeps, service: Service, fault_case: FaultCase
) -> None:
    """After a failure no connection is out, or left to the collector, and no transaction open."""
    result = sweeps.fault(fault_case)
    kept = (*result.exchange.unreturned, *result.open)
    if kept and keeps_without_failure(service):
        judge.not_applicable(f"connections are kept even without a failure ({sessions.SES_01.id})")
    judge.that(
        not kept,
        expected="every connection returned and no transaction open",
        observed=f"after {result}: {'; '.join(kept)}",
        seen=result.exchange,
    )


def keeps_without_failure(service: Service) -> bool:
    """Return whether a request keeps something although no database call of it fails."""
    service.restore()
    before = service.door.open_before()
    for case in EVERY_CASE:
        try:
            if case.act(service).unreturned or service.door.left_open(before):
                return True
        except (NotApplicable, Undecided):
            continue
    return False


@judges("ERR-11")
@each_statement
def test_a_failure_is_not_the_clients_error(
    judge: Judge, sweeps: Sweeps, fault_case: FaultCase
) -> None:
    """The failure of a statement is not answered with a status that blames the request."""
    exchange = failure(judge, sweeps, fault_case)
    judge.that(
        not blames_client(exchange),
        expected="a 5xx status, or one that asks to try again",
        observed=f"{exchange}, though the database had failed",
        seen=exchange,
    )


def blames_client(exchange: Exchange) -> bool:
    """Return whether a status says that the same request would fail again."""
    return exchange.refused and exchange.status not in LATER


@judges("ERR-07")
@each_statement
def test_a_failure_is_answered_in_json(judge: Judge, sweeps: Sweeps, fault_case: FaultCase) -> None:
    """The failure of a statement is answered with a 5xx status and a JSON body."""
    exchange = failure(judge, sweeps, fault_case)
    if blames_client(exchange):
        judge.not_applicable(f"the client is blamed for it ({errors.ERR_11.id})")
    media_type = (exchange.header("content-type") or "no content type").partition(";")[0].strip()
    is_json = media_type.endswith(JSON_TYPES) and exchange.json is not None
    judge.that(
        (exchange.status or 0) >= FAILURE and is_json,
        expected="a 5xx status and a JSON body",
        observed=f"{exchange} as {media_type}",
        seen=exchange,
    )


@judges("ERR-08")
@each_read
def test_an_unreachable_database_is_answered_503(judge: Judge, sweeps: Sweeps, role: Role) -> None:
    """A request that cannot connect to the database is answered with 503."""
    exchange = failure(judge, sweeps, FaultCase(role, "connect"))
    judge.that(
        exchange.status == UNAVAILABLE,
        expected="status 503",
        observed=f"{exchange}, and no database could be reached",
        seen=exchange,
    )
