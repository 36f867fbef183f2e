"""Failures: every request, each of whose database calls fails, or loses its connection."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from ..rules import errors, sessions
from ..rules import failures as rules
from ..rules.rule import Rule
from ..runner.judge import Judge, judges
from ..runner.roles import each_role, each_write
from ..scenarios.crud.rows import home
from ..scenarios.faults.fault_checks import (
    breaks_apart,
    fails_after_commit,
    hides_a_race,
    is_plain,
    refuses_what_is_stored,
    retains,
    stores_twice,
    tells_success,
)
from ..scenarios.faults.injections import InjectionResult
from ..scenarios.faults.lifecycle_checks import fails_later, stores_later
from ..scenarios.faults.sweeps import Sweeps
from ..service.resource import CHOSEN, Role
from ..service.service import Service

PointCheck = Callable[[InjectionResult], str]


@pytest.fixture
def steady(judge: Judge, sweeps: Sweeps, role: Role) -> Sweeps:
    """The sweeps, if nothing is wrong with an undisturbed request."""
    control = sweeps.control(role).exchange
    if control.held or control.reclaimed:
        judge.not_applicable(f"connections are kept even without a failure ({sessions.SES_01.id})")
    if control.shared_sessions:
        judge.not_applicable(
            f"requests share a session even without a failure ({sessions.SES_04.id})"
        )
    return sweeps


def leave_to(rule: Rule, judge: Judge, results: list[InjectionResult], wrong: PointCheck) -> None:
    """End the test if these results show that another rule explains it."""
    if any(map(wrong, results)):
        judge.not_applicable(f"a call that merely fails has the same effect ({rule.id})")


def failing(sweeps: Sweeps, role: Role) -> list[InjectionResult]:
    """The results where a call merely failed."""
    return list(sweeps.sweep("failures", role, "error").results)


@judges("FAI-01")
@each_role
def test_a_request_returns_its_connections_whichever_call_fails(
    judge: Judge, steady: Sweeps, role: Role
) -> None:
    """After any failed call, on a warm pool or a cold one, no connection is out."""
    results = steady.of("failures", role, "error", "cold", "refused")
    leave_to(errors.ERR_05, judge, [*filter(is_plain, results)], retains)
    judge.each(results, retains, expected="every connection returned and no transaction open")


@judges("FAI-02")
@each_role
def test_a_request_that_loses_its_connection_keeps_no_other(
    judge: Judge, steady: Sweeps, role: Role
) -> None:
    """Wherever its connection breaks, no other is out afterwards."""
    leave_to(rules.FAI_01, judge, failing(steady, role), retains)
    results = steady.of("failures", role, "disconnect", "lost")
    judge.each(results, retains, expected="every connection returned and no transaction open")


@judges("FAI-03")
@each_write
def test_a_write_that_loses_its_connection_is_not_called_a_success(
    judge: Judge, steady: Sweeps, role: Role
) -> None:
    """Wherever the connection breaks, a success stands for something that is stored."""
    require_effect(judge, steady, role)
    leave_to(rules.FAI_10, judge, failing(steady, role), tells_success)
    results = steady.of("failures", role, "disconnect", "lost")
    judge.each(results, tells_success, expected="an error answer, or the write stored")


def require_effect(judge: Judge, sweeps: Sweeps, role: Role) -> None:
    """End the test if an undisturbed request changes nothing either."""
    if not sweeps.control(role).growth:
        judge.not_applicable(f"an undisturbed {role} changes no row of any table")


@judges("FAI-04")
@each_write
def test_a_write_that_loses_its_connection_is_whole_or_absent(
    judge: Judge, steady: Sweeps, service: Service, role: Role
) -> None:
    """Wherever the connection breaks, all rows of the write are there, or none."""
    wrong = partial(breaks_apart, control=steady.control(role), home=home(service).tables)
    leave_to(errors.ERR_03, judge, failing(steady, role), wrong)
    results = steady.of("failures", role, "disconnect")
    judge.each(results, wrong, expected="everything stored, or nothing")


@judges("FAI-05")
@each_role
def test_a_broken_connection_ends_with_its_request(
    judge: Judge, steady: Sweeps, role: Role
) -> None:
    """After a connection broke, or was refused, the list can be read and a row be created."""
    leave_to(errors.ERR_06, judge, failing(steady, role), fails_later)
    results = steady.of("failures", role, "disconnect", "lost", "refused")
    judge.each(results, fails_later, expected="success for the next list and the next create")


@judges("FAI-06")
def test_a_write_without_acknowledgement_is_stored_once(
    judge: Judge, sweeps: Sweeps, service: Service
) -> None:
    """The COMMIT of a create is carried out and its acknowledgement lost: one row is there."""
    wrong = partial(stores_twice, control=sweeps.control("create"), home=home(service).tables)
    results = sweeps.of("failures", "create", "lost")
    judge.each(results, wrong, expected="the row stored once")


@judges("FAI-06")
@pytest.mark.parametrize("role", [CHOSEN])
def test_an_operation_without_acknowledgement_is_stored_once(
    judge: Judge, sweeps: Sweeps, role: Role
) -> None:
    """The COMMIT is carried out and its acknowledgement lost: no table has more new rows."""
    control = sweeps.control(role)
    wrong = partial(stores_twice, control=control, home=tuple(control.growth))
    judge.each(sweeps.of("failures", role, "lost"), wrong, expected="each row stored once")


@judges("FAI-07")
@each_write
def test_a_write_without_acknowledgement_is_not_refused(
    judge: Judge, sweeps: Sweeps, role: Role
) -> None:
    """The COMMIT is carried out and its acknowledgement lost: the client is not blamed."""
    results = sweeps.of("failures", role, "lost")
    judge.each(results, refuses_what_is_stored, expected="a success, or a 5xx")


@judges("FAI-08")
@each_write
def test_a_write_whose_commit_was_refused_stays_away(
    judge: Judge, sweeps: Sweeps, role: Role
) -> None:
    """The COMMIT finds the file busy, its transaction stays open, and it is never stored."""
    wrong = partial(stores_later, control=sweeps.control(role))
    results = sweeps.of("failures", role, "busy")
    if not results:
        judge.not_applicable("on this database a refused COMMIT has ended its transaction")
    judge.each(results, wrong, expected="nothing of it stored by later requests")


@judges("FAI-09")
@each_write
def test_a_write_does_not_fail_after_its_commit(judge: Judge, sweeps: Sweeps, role: Role) -> None:
    """No call behind the last COMMIT of rows fails the request."""
    wrong = partial(fails_after_commit, control=sweeps.control(role))
    results = sweeps.of("failures", role, "error")
    judge.each(results, wrong, expected="a success, since everything is stored")


@judges("FAI-10")
@each_write
def test_a_success_is_stored_whichever_statement_failed(
    judge: Judge, sweeps: Sweeps, role: Role
) -> None:
    """A request that was called a success is stored, whichever of its statements failed."""
    require_effect(judge, sweeps, role)
    results = sweeps.of("failures", role, "error")
    leave_to(errors.ERR_01, judge, [*filter(is_plain, results)], tells_success)
    judge.each(results, tells_success, expected="an error answer, or the write stored")


@judges("FAI-20")
@each_write
def test_a_lost_race_is_no_defect(judge: Judge, sweeps: Sweeps, role: Role) -> None:
    """A COMMIT that the server refuses for a lost race is answered 503 or 409, or tried again."""
    results = sweeps.of("failures", role, "error")
    judge.each(results, hides_a_race, expected="status 503 or 409, or a success")
