"""Sessions: how a request uses its connections while it runs."""

from __future__ import annotations

from ..instruments.exchange import Exchange
from ..instruments.usage import Usage
from ..rules import sessions
from ..runner.judge import Judge, judges
from ..runner.roles import each_role
from ..scenarios.crud.operations import Case
from ..scenarios.faults.open_holds import open_after, uncommitted
from ..scenarios.faults.sweeps import Sweeps
from ..service.resource import Role
from ..service.service import Service
from .test_sessions import require_watched

REQUESTS = 5


def used(case: Case, service: Service, judge: Judge) -> tuple[Exchange, Usage]:
    """The exchange of a case, and how it used its connections."""
    request = case.draft(service)  # a create for its row would be charged to it
    with Usage() as usage:
        exchange = service.exchange(request)
    require_watched(exchange, service, judge)
    return exchange, usage


@judges("SES-09")
def test_a_request_holds_one_connection_at_a_time(
    judge: Judge, service: Service, case: Case
) -> None:
    """No connection is taken from a pool while another one of it is out for the same request."""
    exchange, usage = used(case, service, judge)
    if exchange.held:
        judge.not_applicable(f"a connection is never returned ({sessions.SES_01.id})")
    judge.that(
        not usage.doubled,
        expected="one connection of a pool at a time",
        observed=f"{exchange}: {'; '.join(usage.doubled)}",
        seen=exchange,
    )


@judges("SES-10")
def test_a_request_does_not_block_the_event_loop(
    judge: Judge, service: Service, case: Case
) -> None:
    """No blocking driver is asked, and nothing else waited for, in the thread of a running loop."""
    exchange, usage = used(case, service, judge)
    judge.that(
        not usage.blocking,
        expected="blocking calls made in threads only",
        observed=f"{exchange}: {'; '.join(usage.blocking)}",
        seen=exchange,
    )


@judges("SES-11")
@each_role
def test_a_transaction_waits_for_the_database_only(
    judge: Judge, sweeps: Sweeps, role: Role
) -> None:
    """Whenever a request waits for something else, no transaction of it is open."""
    control = sweeps.control(role)
    within = [
        f"{line} waited, {opened[0].text[:60]!r} not committed"
        for count, line in control.foreign
        if (opened := open_after(control.exchange.events[:count]))
    ]
    judge.that(
        not within,
        expected="transactions that wait for the database only",
        observed=f"{control.exchange}: {'; '.join(within)}",
        seen=control.exchange,
    )


@judges("SES-12")
def test_a_success_commits_all_it_has_written(judge: Judge, service: Service, case: Case) -> None:
    """No transaction with writes ends in any other way than by COMMIT."""
    exchange, _ = used(case, service, judge)
    if not (exchange.ok and exchange.writes):
        judge.not_applicable(f"{case} writes nothing")
    if any("was never awaited" in text for text in exchange.warnings):
        judge.not_applicable(f"a coroutine of it was never awaited ({sessions.SES_06.id})")
    lost = uncommitted(exchange)
    judge.that(
        not lost,
        expected="COMMIT after the last write on each connection",
        observed=f"{exchange}: no COMMIT after {lost[0].text[:80] if lost else ''!r}",
        seen=exchange,
        at=lost[0] if lost else None,
    )


@judges("SES-13")
def test_a_session_is_used_by_one_task_at_a_time(
    judge: Judge, service: Service, case: Case
) -> None:
    """No statement begins on a connection while one of another task runs on it."""
    exchange, usage = used(case, service, judge)
    judge.that(
        not usage.overlapping,
        expected="one statement after the other on each connection",
        observed=f"{exchange}: {'; '.join(usage.overlapping)}",
        seen=exchange,
    )


@judges("SES-14")
def test_requests_leave_no_sessions_behind(judge: Judge, service: Service) -> None:
    """After a warm-up, looking at a row again and again leaves no further session in memory."""
    row = service.row()
    if not (first := service.look(row)).of("begin"):
        judge.not_applicable(f"{first} sends no statement to the database")
    before = service.recorder.live_sessions()
    exchanges = [service.look(row) for _ in range(REQUESTS)]
    grown = service.recorder.live_sessions() - before
    judge.that(
        grown < REQUESTS,
        expected="no session left in memory once its request has ended",
        observed=f"{REQUESTS} times {exchanges[-1]} left {grown} more sessions in memory",
        seen=exchanges[-1],
    )
