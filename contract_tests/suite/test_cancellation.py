"""Cancellation: a request is cancelled at every one of its awaits, in every way there is."""

from __future__ import annotations

from functools import partial

from ..instruments.cancellation_injector import ways
from ..rules import cancellation as rules
from ..rules import sessions
from ..runner.judge import Judge, judges
from ..runner.roles import each_role, each_write
from ..scenarios.faults.control_run import ControlRun
from ..scenarios.faults.injections import InjectionResult
from ..scenarios.faults.lifecycle_checks import (
    begins_again,
    claims_success,
    fails_later,
    keeps,
    leaves_open,
    stores_in_part,
    stores_later,
)
from ..scenarios.faults.pool_waits import queue
from ..scenarios.faults.sweeps import Sweeps
from ..service.resource import Role
from ..service.service import Service

AREA = "cancellation"
EDGE = ("cancel", "late", "timeout")
"""The ways in which a cancellation comes once."""

LOWEST_ERROR = 400


def keeps_connections(sweeps: Sweeps, role: Role, *chosen: str) -> bool:
    """Return whether a request cancelled in one of these ways kept a connection."""
    results = [result for way in chosen for result in sweeps.sweep(AREA, role, way).results]
    return any(result.still_held for result in results)


def harms(result: InjectionResult) -> str:
    """Name the requests after it that failed, though it kept nothing they could have waited for."""
    return "" if result.still_held or result.open else fails_later(result)


def blames(result: InjectionResult) -> str:
    """Name the error it was answered with, if no answer had begun when it was cancelled."""
    exchange = result.exchange
    struck = min((event.order for event in exchange.of("cancelled")), default=0)
    has_begun = any(event.order < struck for event in exchange.of("response start"))
    is_error = exchange.status is not None and exchange.status >= LOWEST_ERROR
    return f"answered {exchange.status}" if is_error and not has_begun else ""


def leaves_tasks(result: InjectionResult, control: ControlRun) -> str:
    """Name the app's tasks that still run and that an undisturbed request does not leave."""
    left = set(result.exchange.lasting) - set(control.exchange.lasting)
    return f"still running: {', '.join(sorted(left))}" if left else ""


@judges("CAN-01")
@each_role
def test_a_cancelled_request_returns_its_connections(
    judge: Judge, sweeps: Sweeps, role: Role
) -> None:
    """Wherever it is cancelled, no connection is out when it has ended."""
    results = sweeps.steady(AREA, role, *EDGE)
    judge.each(results, keeps, expected="every connection returned")


@judges("CAN-02")
@each_role
def test_a_cancelled_request_ends_its_transaction(judge: Judge, sweeps: Sweeps, role: Role) -> None:
    """Wherever and however it is cancelled, the database knows no transaction of it."""
    judge.each(sweeps.of(AREA, role), leaves_open, expected="no transaction open")


@judges("CAN-03")
@each_write
def test_a_cancelled_request_is_stored_whole_or_not_at_all(
    judge: Judge, sweeps: Sweeps, role: Role
) -> None:
    """Wherever and however it is cancelled, all of its rows are there, or none."""
    wrong = partial(stores_in_part, control=sweeps.control(role))
    judge.each(sweeps.of(AREA, role), wrong, expected="everything stored, or nothing")


@judges("CAN-04")
@each_write
def test_a_cancelled_request_leaves_nothing_for_later_ones_to_store(
    judge: Judge, sweeps: Sweeps, role: Role
) -> None:
    """The requests after it store what they always store, and no more."""
    wrong = partial(stores_later, control=sweeps.control(role))
    judge.each(sweeps.of(AREA, role), wrong, expected="nothing of it stored by later requests")


@judges("CAN-05")
@each_role
def test_a_cancelled_request_does_no_harm_to_later_ones(
    judge: Judge, sweeps: Sweeps, role: Role
) -> None:
    """A list and a create succeed after it."""
    judge.each(sweeps.of(AREA, role), harms, expected="the requests after it succeed")


@judges("CAN-06")
@each_role
def test_a_request_cancelled_by_a_scope_returns_its_connections(
    judge: Judge, sweeps: Sweeps, role: Role
) -> None:
    """No connection is out, though the awaits of its clean-up are cancelled, too."""
    if "scope" not in ways():
        judge.not_applicable("anyio is not installed: there are no cancel scopes")
    if keeps_connections(sweeps, role, *EDGE):
        judge.not_applicable(f"a single cancellation has the same effect ({rules.CAN_01.id})")
    judge.each(sweeps.steady(AREA, role, "scope"), keeps, expected="every connection returned")


@judges("CAN-07")
@each_role
def test_a_request_cancelled_again_returns_its_connections(
    judge: Judge, sweeps: Sweeps, role: Role
) -> None:
    """No connection is out, though the first await of its clean-up is cancelled, too."""
    if keeps_connections(sweeps, role, *EDGE):
        judge.not_applicable(f"a single cancellation has the same effect ({rules.CAN_01.id})")
    if keeps_connections(sweeps, role, "scope"):
        judge.not_applicable(
            f"a cancellation by a cancel scope has the same effect ({rules.CAN_06.id})"
        )
    judge.each(sweeps.steady(AREA, role, "twice"), keeps, expected="every connection returned")


@judges("CAN-08")
@each_role
def test_a_cancelled_request_does_not_begin_again(judge: Judge, sweeps: Sweeps, role: Role) -> None:
    """No statement is begun once more after the cancellation."""
    wrong = partial(begins_again, control=sweeps.control(role))
    judge.each(
        sweeps.of(AREA, role, *EDGE), wrong, expected="no statement repeated after the cancellation"
    )


@judges("CAN-09")
@each_role
def test_a_cancelled_request_is_not_answered_with_an_error(
    judge: Judge, sweeps: Sweeps, role: Role
) -> None:
    """It ends as cancelled, or as if nothing had happened."""
    # Of the other ways a time limit may be the service's own, which it may answer with 504.
    judge.each(sweeps.of(AREA, role, "cancel"), blames, expected="an end without an error answer")


@judges("CAN-10")
@each_role
def test_a_cancelled_request_leaves_no_task(judge: Judge, sweeps: Sweeps, role: Role) -> None:
    """The tasks of the app that still run are those that an undisturbed request leaves."""
    wrong = partial(leaves_tasks, control=sweeps.control(role))
    judge.each(sweeps.of(AREA, role, *EDGE), wrong, expected="no task of the request still running")


@judges("CAN-11")
def test_a_request_cancelled_in_the_queue_costs_no_place(judge: Judge, service: Service) -> None:
    """After as many as the pool has places, each has its place, and a list succeeds."""
    seen = queue(service)
    if not seen.cancelled:
        judge.not_applicable("no list of this service waits for a connection")
    judge.that(
        seen.left == seen.places and seen.after.ok,
        expected=f"{seen.places} pool slots, and a list that succeeds",
        observed=f"{seen.left} pool slots, and {seen.after}, after {len(seen.cancelled)} cancelled "
        f"requests that found no connection",
        seen=seen.after,
    )


@judges("CAN-12")
@each_write
def test_a_write_that_was_answered_stays_stored(judge: Judge, sweeps: Sweeps, role: Role) -> None:
    """If the answer was complete when it was cancelled, the rows are there."""
    control = sweeps.control(role)
    if not control.growth:
        judge.not_applicable(f"an undisturbed {role} changes no row of any table")
    if control.commits_late:
        judge.not_applicable(f"the write is committed after its answer ({sessions.SES_03.id})")
    judge.each(
        sweeps.of(AREA, role),
        claims_success,
        expected="the write that was answered with success is stored",
    )
