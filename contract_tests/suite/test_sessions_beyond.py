"""Sessions: connections that are used elsewhere than in a request of the service's own loop."""

from __future__ import annotations

from ..runner.judge import Judge, judges
from ..scenarios.crud.sockets import idle_sockets
from ..scenarios.crud.threads import ended_threads
from ..service.service import Service

REQUESTS = 5


@judges("SES-15")
def test_a_connection_stays_on_its_event_loop(judge: Judge, contract_service: Service) -> None:
    """No thread or second loop is lent a connection that another loop has opened."""
    foreign = contract_service.recorder.loops.foreign
    with ended_threads(contract_service):
        created = [contract_service.create() for _ in range(0 if foreign else REQUESTS)]
    judge.that(
        not foreign,
        expected="each connection used on the event loop that it was opened on",
        observed=f"{'; '.join(foreign[:1])}, and so {len(foreign)} times",
        seen=created[-1] if created else None,
    )


@judges("SES-16")
def test_a_waiting_socket_holds_no_connection(judge: Judge, service: Service) -> None:
    """While nothing is sent on a WebSocket, no connection of a pool is out for it."""
    sockets = idle_sockets(service)
    accepted = [socket for socket in sockets if socket.is_accepted]
    if not accepted:
        told = f"no WebSocket was accepted: {'; '.join(map(str, sockets))}"
        judge.not_applicable(told if sockets else "the app has no WebSocket")
    holding = [socket for socket in accepted if socket.held]
    judge.that(
        not holding,
        expected="no connection out while the socket waits",
        observed=f"a waiting socket holds one: {'; '.join(map(str, holding))}",
        seen=holding[0].exchange if holding else None,
    )
