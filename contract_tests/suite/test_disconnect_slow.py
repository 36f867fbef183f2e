"""Disconnect: slow clients, and work that goes on after the client has left."""

from __future__ import annotations

import pytest

from ..instruments.exchange import Event, Exchange
from ..rules import sessions
from ..runner.judge import Judge, judges
from ..runner.roles import each_role, each_sending
from ..scenarios.faults.fault_cases import prepared
from ..scenarios.faults.injections import InjectionResult
from ..scenarios.faults.open_holds import lent_before
from ..scenarios.faults.sweeps import Sweeps
from ..service.resource import READS, Role
from ..service.service import Service
from ..service.transports.conversation import ClientBehaviour

TOLERATED = 1
"""Statements after the client has left: the one a stream had in mind before it could be told."""

SLOW = ClientBehaviour(patient=False, parts=2)


def reads_on(result: InjectionResult) -> str:
    """Name the reading statements that began after its client had left the answer."""
    gone = next((event.order for event in result.exchange.of("client gone")), None)
    begun = [e for e in result.exchange.of("sql") if gone and e.order > gone and not e.writes]
    is_late = bool(result.exchange.of("response start")) and len(begun) > TOLERATED
    return f"{len(begun)} more statements, last {begun[-1].text[:60]!r}" if is_late else ""


def idle_loans(exchange: Exchange) -> tuple[Event, ...]:
    """The connections that were out when the answer began, and were asked nothing from then on."""
    begun = next((event.order for event in exchange.of("response start")), 0)
    used = {e.connection for e in exchange.of("sql", "commit") if e.order > begun}
    used |= exchange.lazy if exchange.of("response body") else set()
    return tuple(loan for loan in lent_before(exchange, begun) if loan.connection not in used)


@judges("DIS-09")
@pytest.mark.parametrize("role", READS)
def test_a_stream_stops_reading_when_its_client_has_left(
    judge: Judge, sweeps: Sweeps, role: Role
) -> None:
    """However much of the answer was taken, at most one more statement is begun."""
    if not sweeps.control(role).exchange.of("response body"):
        judge.not_applicable(f"the answer to a {role} comes in one part")
    judge.each(sweeps.of("disconnect", role), reads_on, expected="no more statements")


@judges("DIS-10")
@each_sending
def test_no_connection_is_held_while_the_body_arrives(
    judge: Judge, service: Service, role: Role
) -> None:
    """When the second part of a body arrives, no connection is out."""
    message = prepared(service, role)
    if not message.body:
        judge.not_applicable("it is sent no body")
    exchange = service.exchange(message, SLOW)
    arrived = next((event for event in exchange.of("request end")), None)
    if arrived is None or not exchange.ok:
        judge.undecided(f"{exchange} did not take a body in two parts")
    held = lent_before(exchange, arrived.order)
    judge.that(
        not held,
        expected="no connection out before the body is complete",
        observed=f"{exchange} held conn {', '.join(str(loan.connection) for loan in held)}",
        seen=exchange,
        at=held[0] if held else None,
    )


@judges("DIS-11")
@each_role
def test_a_connection_is_back_before_the_answer_is_sent(
    judge: Judge, sweeps: Sweeps, role: Role
) -> None:
    """When an answer is begun, no connection is out that nothing more is asked."""
    exchange = sweeps.control(role).exchange
    if exchange.held:
        judge.not_applicable(f"a connection is never returned ({sessions.SES_01.id})")
    idle = idle_loans(exchange)
    judge.that(
        not idle,
        expected="every connection returned when the answer begins, or used by a later statement",
        observed=f"{exchange} was sent while conn {idle[0].connection if idle else ''} was out",
        seen=exchange,
        at=idle[0] if idle else None,
    )
