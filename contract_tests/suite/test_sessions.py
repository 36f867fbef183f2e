"""Sessions: what a request leaves behind in pool and database, whichever way it ends."""

from __future__ import annotations

from ..instruments.commits import commit_of, lateness, write_before_answer
from ..instruments.exchange import OF_THE_DATABASE, Exchange
from ..rules import crud, sessions_use
from ..runner.judge import Judge, judges
from ..scenarios.crud.operations import Case
from ..service.capabilities import unseen, unseen_drivers
from ..service.service import Service

REQUESTS = 5


def observed_exchange(case: Case, service: Service, judge: Judge) -> Exchange:
    """The exchange of a case, whose connections were watched if it had any."""
    exchange = case.act(service)
    require_watched(exchange, service, judge)
    return exchange


def require_watched(exchange: Exchange, service: Service, judge: Judge) -> None:
    """End the test if the request may have had connections that nobody watched."""
    require_asked(exchange, service, judge)
    if unseen_drivers(service) and not has_asked(exchange):
        judge.not_applicable(f"{exchange}: {unseen(service)}")


def require_asked(exchange: Exchange, service: Service, judge: Judge) -> None:
    """End the test if the request failed before it came to what the rule is about."""
    require_worked(service, judge)
    if exchange.failed and not has_asked(exchange) and not unseen_drivers(service):
        judge.not_applicable(f"{exchange} failed without asking the database ({crud.CRU_31.id})")


def require_worked(service: Service, judge: Judge) -> None:
    """End the test if neither an engine nor a driver of the service was ever seen at work."""
    if not (service.recorder.has_worked or unseen_drivers(service)):
        judge.undecided("no SQLAlchemy engine of this process did anything: nothing to observe")


def has_asked(exchange: Exchange) -> bool:
    """Return whether an engine did anything for the request."""
    return bool(exchange.held or exchange.of(*OF_THE_DATABASE))


@judges("SES-01")
def test_a_request_returns_its_connections(judge: Judge, service: Service, case: Case) -> None:
    """When a request ends, no connection it took is still out."""
    exchange = observed_exchange(case, service, judge)
    held = "; ".join(map(str, exchange.held))
    judge.that(
        not exchange.held,
        expected="no connection out once the request has ended",
        observed=f"{len(exchange.held)} still out after {exchange}: {held}",
        seen=exchange,
    )


@judges("SES-02")
def test_a_request_ends_its_transaction(judge: Judge, service: Service, case: Case) -> None:
    """After a request, the database knows no lasting transaction that nothing else explains."""
    before = service.door.open_before()
    if before.hides_more:
        judge.undecided("somebody has kept the database locked since before the request")
    exchange = case.act(service)
    require_asked(exchange, service, judge)
    out = sum(loan.is_out for loan in service.recorder.lent_to_requests())
    still_open = service.door.left_open(before, lent=out)
    judge.that(
        not still_open,
        expected="no transaction open in the database",
        observed=f"after {exchange}: {'; '.join(still_open)}",
        seen=exchange,
    )


@judges("SES-03")
def test_a_write_is_committed_before_it_is_answered(
    judge: Judge, service: Service, case: Case
) -> None:
    """The COMMIT of what was written before the answer comes before its last byte."""
    exchange = observed_exchange(case, service, judge)
    if not (exchange.ok and exchange.writes):
        judge.not_applicable(f"{case} writes nothing")
    write = write_before_answer(exchange)
    if write is None:
        judge.not_applicable(f"{case} writes nothing that its answer could be about")
    commit = commit_of(write, exchange)
    if commit is None:
        judge.not_applicable(f"nothing was committed at all ({sessions_use.SES_12.id})")
    late = lateness(commit, exchange)
    judge.that(
        not late,
        expected="COMMIT before the answer is complete",
        observed=f"{exchange}, and its COMMIT {late}",
        seen=exchange,
        at=commit,
    )


@judges("SES-04")
def test_a_request_uses_a_session_of_its_own(judge: Judge, service: Service, case: Case) -> None:
    """No session begins a transaction in two requests."""
    service.list() if service.resource.offers("list") else service.create()
    exchange = observed_exchange(case, service, judge)
    judge.that(
        not exchange.shared_sessions,
        expected="a session that no other request has used",
        observed=f"in {exchange} a session {'; '.join(exchange.shared_sessions)}",
        seen=exchange,
    )


@judges("SES-05")
def test_a_request_leaves_no_connection_to_the_collector(
    judge: Judge, service: Service, case: Case
) -> None:
    """No connection comes back because its last reference was dropped."""
    exchange = observed_exchange(case, service, judge)
    reclaimed = exchange.of("reclaimed") if not exchange.held else ()
    judge.that(
        not reclaimed,
        expected="connections returned by the code that took them",
        observed=f"{exchange}: conn {reclaimed[0].connection if reclaimed else ''} reclaimed "
        f"{reclaimed[0].text if reclaimed else ''}",
        seen=exchange,
        at=reclaimed[0] if reclaimed else None,
    )


@judges("SES-06")
def test_a_request_awaits_its_coroutines(judge: Judge, service: Service, case: Case) -> None:
    """No coroutine of the request is dropped before it ran."""
    exchange = case.act(service)
    require_worked(service, judge)
    if exchange.failed and "coroutine" not in exchange.raised:
        judge.not_applicable(f"{exchange}: an error drops coroutines ({crud.CRU_31.id})")
    forgotten = [text for text in exchange.warnings if "was never awaited" in text]
    judge.that(
        not forgotten,
        expected="every coroutine awaited",
        observed=f"{exchange}: {'; '.join(forgotten)}",
        seen=exchange,
    )


@judges("SES-07")
def test_a_request_closes_what_it_opens(judge: Judge, service: Service, case: Case) -> None:
    """Python has nothing to warn about after the request."""
    exchange = case.act(service)
    unclosed = [text for text in exchange.warnings if text.startswith("ResourceWarning")]
    if not unclosed:
        require_asked(exchange, service, judge)
    judge.that(
        not unclosed,
        expected="no ResourceWarning",
        observed=f"{exchange}: {'; '.join(unclosed)}",
        seen=exchange,
    )


@judges("SES-08")
def test_requests_reuse_their_connections(judge: Judge, service: Service) -> None:
    """After a warm-up, looking at a row again and again opens no further lasting connection."""
    row = service.row()
    service.look(row)
    before = len(service.recorder.open)
    exchanges = [service.look(row) for _ in range(REQUESTS)]
    grown = len(service.recorder.open) - before
    judge.that(
        grown < REQUESTS,
        expected="the same connections, used again",
        observed=f"{REQUESTS} times {exchanges[-1]} left {grown} more connections open",
        seen=exchanges[-1],
    )
