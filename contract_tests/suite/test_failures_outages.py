"""Failures: the database is away for a while, closes its connections, or takes no writes."""

from __future__ import annotations

from ..rules import errors
from ..rules import failures_outages as rules
from ..rules.violation import NotApplicable, Undecided
from ..runner.judge import Judge, judges
from ..runner.roles import each_write
from ..scenarios.crud.pages import plain_list
from ..scenarios.faults.fault_cases import FaultCase
from ..scenarios.faults.injections import InjectionResult, follow_up, require_service
from ..scenarios.faults.outages import (
    BEYOND,
    SOME,
    Outage,
    connection_reset,
    outage,
    places,
    refused_write,
    with_setting,
)
from ..service.resource import Role
from ..service.service import Service
from .test_errors import judge_truth, require_timely


def judge_recovery(judge: Judge, found: Outage, *, after: str) -> None:
    """Judge that what is asked after an outage succeeds."""
    judge.that(
        not found.unserved,
        expected="success for the next list and the next create",
        observed=f"after {after}: {found}",
        seen=(found.unserved or found.later)[0],
    )


# The first of this file are asked before anything has counted failures, and from few to many:
# a service that never recovers leaves nothing to look at for the others.
@judges("FAI-14")
def test_a_service_works_again_when_its_database_is_back(judge: Judge, service: Service) -> None:
    """After a few lists in a row that found no database, a list and a create succeed."""
    if outage(service, 1).unserved:
        judge.not_applicable(f"a single failed connection has the same effect ({errors.ERR_06.id})")
    found = outage(service, SOME)
    judge_recovery(judge, found, after=f"{SOME} lists that found no database")


@judges("FAI-11")
def test_refused_connections_use_up_no_places(judge: Judge, service: Service) -> None:
    """After more refused connections than the service has places, there is still one."""
    if outage(service, SOME).unserved:
        judge.not_applicable(f"{SOME} of them have the same effect ({rules.FAI_14.id})")
    requests = places(service) + BEYOND
    found = outage(service, requests)
    judge_recovery(judge, found, after=f"{requests} lists that found no database")


@judges("FAI-12")
def test_a_service_recovers_from_closed_connections(judge: Judge, service: Service) -> None:
    """At most one request for each connection that was open fails."""
    found = connection_reset(service)
    tries = len(found.during)
    judge_recovery(judge, found, after=f"the server had closed connections, and {tries} requests")


@judges("FAI-13")
def test_closed_connections_make_no_request_fail(judge: Judge, service: Service) -> None:
    """The list and the create after the server has closed all idle connections succeed."""
    found = connection_reset(service)
    if found.unserved:
        judge.not_applicable(f"it does not recover at all ({rules.FAI_12.id})")
    failed = [exchange for exchange in found.during if not exchange.ok]
    judge.that(
        not failed,
        expected="success, on a new connection",
        observed=f"{', '.join(map(str, failed))}, after the server had closed idle connections",
        seen=(failed or found.during)[0],
    )


@judges("FAI-15")
def test_a_read_only_database_is_read(judge: Judge, service: Service) -> None:
    """A list succeeds while the database takes no writes."""
    plain_list(service)
    with with_setting(service, "read-only"):
        exchange = service.list()
    judge.that(
        exchange.ok,
        expected="the list answered as usual",
        observed=f"{exchange}, while the database is read-only",
        seen=exchange,
    )


@judges("FAI-17")
def test_a_full_database_is_read(judge: Judge, service: Service) -> None:
    """A list succeeds while the database has no space left."""
    plain_list(service)
    with with_setting(service, "full"):
        exchange = service.list()
    judge.that(
        exchange.ok,
        expected="the list answered as usual",
        observed=f"{exchange}, while the database is full",
        seen=exchange,
    )


def leave_to_errors(judge: Judge, service: Service, role: Role, result: InjectionResult) -> None:
    """End the test if any write that fails is called a success, or this one failed too late."""
    if not result.is_unstored_success:
        return
    require_timely(judge, result)
    if lies_about_any(service, FaultCase(role, "write")):
        judge.not_applicable(f"any write that fails is called a success ({errors.ERR_01.id})")


def lies_about_any(service: Service, fault_case: FaultCase) -> bool:
    """Return whether a write that fails for another reason is called a success, too."""
    try:
        return fault_case.act(service).is_unstored_success
    except (NotApplicable, Undecided):
        return False


@judges("FAI-16")
@each_write
def test_a_write_to_a_read_only_database_is_no_success(
    judge: Judge, service: Service, role: Role
) -> None:
    """While the database takes no writes, no write is called a success."""
    result = refused_write(service, role, "read-only")
    leave_to_errors(judge, service, role, result)
    judge_truth(judge, result)


@judges("FAI-19")
def test_a_lock_that_has_gone_is_forgotten(judge: Judge, service: Service) -> None:
    """After a create that found the database locked, a list and a create succeed."""
    require_service(service)
    FaultCase("create", "write").act(service)
    if any(not exchange.ok for exchange in follow_up(service)):
        judge.not_applicable(f"any failure has this effect ({errors.ERR_06.id})")
    locked = refused_write(service, "create", "locked")
    judge_recovery(judge, Outage((), follow_up(service)), after=f"{locked.exchange} with a lock")


@judges("FAI-18")
@each_write
def test_a_write_to_a_locked_database_is_no_success(
    judge: Judge, service: Service, role: Role
) -> None:
    """While somebody else has locked the database, no write is called a success."""
    result = refused_write(service, role, "locked")
    leave_to_errors(judge, service, role, result)
    judge_truth(judge, result)
