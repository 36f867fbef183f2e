"""Errors: what a client learns, and what stays behind, when a database call of a request fails."""

from __future__ import annotations

import pytest

from ..databases.driver_errors import traces_in
from ..instruments.exchange import Exchange
from ..rules import sessions
from ..rules.violation import NotApplicable, Undecided
from ..runner.judge import Judge, judges
from ..scenarios.crud.echoes import sent_by
from ..scenarios.crud.operations import CASES
from ..scenarios.crud.pages import plain_list
from ..scenarios.faults.fault_cases import (
    COMMITS,
    FAULT_CASES,
    READS,
    STATEMENTS,
    WRITES,
    FaultCase,
    FaultOutcome,
    sweep,
)
from ..service.resource import Role
from ..service.service import Service

JSON_TYPES = ("application/json", "+json")
UNAVAILABLE = 503
FAILURE = 500

each_fault_case = pytest.mark.parametrize("fault_case", FAULT_CASES, ids=str)
each_statement = pytest.mark.parametrize("fault_case", STATEMENTS, ids=str)
each_failing_commit = pytest.mark.parametrize("fault_case", COMMITS, ids=str)
each_failing_write = pytest.mark.parametrize(
    "fault_case", [fault_case for fault_case in STATEMENTS if fault_case.role in WRITES], ids=str
)
each_write = pytest.mark.parametrize("role", WRITES)
each_read = pytest.mark.parametrize("role", READS)


def judge_truth(judge: Judge, outcome: FaultOutcome) -> None:
    """Judge that a success stands only for something that is stored."""
    if outcome.exchange.ok and outcome.is_late:
        judge.not_applicable(
            f"the call failed after the answer had been sent ({sessions.SES_03.id})"
        )
    judge.that(
        not outcome.exchange.ok or outcome.changed,
        expected="an answer that reports the failed write, or the write stored by a retry",
        observed=f"{outcome}: a success, but no row of any table has changed",
        seen=outcome.exchange,
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


def failure(judge: Judge, service: Service, fault_case: FaultCase) -> Exchange:
    """The exchange of a fault case, which must be answered as the failure it is."""
    outcome = fault_case.act(service)
    if outcome.exchange.ok:
        judge.not_applicable(f"{outcome} and was answered with success all the same")
    return outcome.exchange


# First in this file: a service that does not recover leaves nothing to look at for the others.
@judges("ERR-06")
@each_fault_case
def test_a_failure_ends_with_its_request(
    judge: Judge, service: Service, fault_case: FaultCase
) -> None:
    """After a failure the list can be read and a row be created."""
    if service.row().exchange.shared_sessions:
        judge.not_applicable(
            f"requests share a session even without a failure ({sessions.SES_04.id})"
        )
    plain_list(service)
    outcome = fault_case.act(service)
    later = [service.list(), service.create()]
    failed = [exchange for exchange in later if not exchange.ok]
    judge.that(
        not failed,
        expected="success for the next list and the next create",
        observed=f"after {outcome}: {', '.join(map(str, failed))}",
        seen=(failed or later)[0],
    )


@judges("ERR-01")
@each_failing_write
def test_a_write_that_fails_is_not_called_a_success(
    judge: Judge, service: Service, fault_case: FaultCase
) -> None:
    """The first write of a request fails in the database: no success unless it is stored."""
    judge_truth(judge, fault_case.act(service))


@judges("ERR-02")
@each_failing_commit
def test_a_commit_that_fails_is_not_called_a_success(
    judge: Judge, service: Service, fault_case: FaultCase
) -> None:
    """The COMMIT of a request fails in the database: no success unless it is stored."""
    judge_truth(judge, fault_case.act(service))


@judges("ERR-03")
@each_write
def test_a_failed_write_leaves_nothing_stored(judge: Judge, service: Service, role: Role) -> None:
    """A request answered with a failure changed nothing, whichever write or COMMIT failed.

    One that wrote on after the failure is left out: it tried again, or kept a note of it.
    """
    swept = sweep(service, role)
    if swept and all(outcome.is_late for outcome in swept):
        judge.not_applicable(
            f"every failure came after the answer had been sent ({sessions.SES_03.id})"
        )
    told = [a for a in swept if not (a.exchange.ok or a.wrote_on or a.is_late)]
    if not told:
        judge.undecided(f"no write of a {role} failed and was answered with a failure")
    partial = [outcome for outcome in told if outcome.changed]
    lasting = [a for a in partial if a.changed - background_tables(service)]
    seen = (lasting or told)[0]
    judge.that(
        not lasting,
        expected="every table as it was before",
        observed=f"{seen}, and part of it is stored in {', '.join(sorted(seen.changed))}",
        seen=seen.exchange,
    )


def background_tables(service: Service) -> frozenset[str]:
    """The tables that even a request without effect changes: access logs, counters of use."""
    before = service.door.stored()
    exchange = service.list() if service.resource.offers("list") else service.create({})
    return FaultOutcome(exchange, "nothing", before, service.door.stored()).changed


@judges("ERR-04")
@each_fault_case
def test_a_failure_gives_nothing_away(
    judge: Judge, service: Service, fault_case: FaultCase
) -> None:
    """Neither body nor headers contain words of a driver, or the database's address."""
    judge_silence(judge, service, failure(judge, service, fault_case))


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
    judge: Judge, service: Service, fault_case: FaultCase
) -> None:
    """After a failure no connection is out, or left to the collector, and no transaction open."""
    outcome = fault_case.act(service)
    kept = kept_by(service, outcome.exchange)
    if kept and keeps_without_failure(service):
        judge.not_applicable(f"connections are kept even without a failure ({sessions.SES_01.id})")
    judge.that(
        not kept,
        expected="every connection returned and no transaction open",
        observed=f"after {outcome}: {'; '.join(kept)}",
        seen=outcome.exchange,
    )


def kept_by(service: Service, exchange: Exchange) -> tuple[str, ...]:
    """Return what a request still has of the database, a line for each thing."""
    reclaimed = tuple(f"conn {e.connection} reclaimed {e.text}" for e in exchange.reclaimed)
    return (*map(str, exchange.held), *reclaimed, *service.door.open_transactions())


def keeps_without_failure(service: Service) -> bool:
    """Return whether a request keeps something although no database call of it fails."""
    service.restore()
    for case in CASES:
        try:
            if kept_by(service, case.act(service)):
                return True
        except (NotApplicable, Undecided):
            continue
    return False


@judges("ERR-07")
@each_statement
def test_a_failure_is_answered_in_json(
    judge: Judge, service: Service, fault_case: FaultCase
) -> None:
    """The failure of a statement is answered with a 5xx status and a JSON body."""
    exchange = failure(judge, service, fault_case)
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
def test_an_unreachable_database_is_answered_503(
    judge: Judge, service: Service, role: Role
) -> None:
    """A request that cannot connect to the database is answered with 503."""
    exchange = failure(judge, service, FaultCase(role, "connect"))
    judge.that(
        exchange.status == UNAVAILABLE,
        expected="status 503",
        observed=f"{exchange}, and no database could be reached",
        seen=exchange,
    )


@judges("ERR-09")
@each_read
def test_a_read_that_fails_is_not_called_a_success(
    judge: Judge, service: Service, role: Role
) -> None:
    """A read whose first statement fails is not answered with success, unless it is the truth.

    An answer that breaks off tells of the failure, too: a stream cannot take its status back.
    """
    outcome = FaultCase(role, "statement").act(service)
    exchange = outcome.exchange
    truth = service.send(exchange.request.method, exchange.request.target)
    judge.that(
        exchange.failed or not exchange.ok or exchange.json == truth.json,
        expected="an answer that reports the failed read, or the answer of a retry",
        observed=f"{outcome}: {exchange.excerpt(80)!r} instead of {truth.excerpt(80)!r}",
        seen=exchange,
    )
