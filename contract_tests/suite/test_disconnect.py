"""Disconnect: the client leaves before each message of the conversation, in every way there is."""

from __future__ import annotations

from functools import partial

from ..instruments.async_generators import LATE
from ..instruments.exchange import UNSENT
from ..rules import disconnect as rules
from ..runner.judge import Judge, judges
from ..runner.roles import each_role, each_sending, each_write
from ..scenarios.faults.broken_off import broken_off
from ..scenarios.faults.injections import InjectionResult
from ..scenarios.faults.lifecycle_checks import (
    fails_later,
    keeps,
    leaves_open,
    stores_in_part,
    stores_later,
)
from ..scenarios.faults.sweeps import Sweeps
from ..service.resource import Role
from ..service.service import Service


def is_answered(result: InjectionResult) -> bool:
    """Return whether the client left, or the app learned of it, while the answer was being sent."""
    is_unsent = any(event.text == UNSENT for event in result.exchange.of("client gone"))
    return is_unsent or bool(result.exchange.of("response start"))


def closes_late(result: InjectionResult) -> str:
    """Name the connections that came back only because an abandoned generator was closed."""
    late = [e for e in result.exchange.of("reclaimed") if e.text.startswith(LATE)]
    return "; ".join(f"conn {e.connection} came back {e.text}" for e in late)


def stores_a_fragment(result: InjectionResult, always_changed: frozenset[str]) -> str:
    """Name the tables that a request changed without having seen the end of its body."""
    tables = sorted(result.changed - always_changed)
    is_cut = not result.exchange.of("request end")
    return f"stored in {', '.join(tables)}, and the end of the body never came" * (
        is_cut and bool(tables)
    )


@judges("DIS-01")
@each_role
def test_a_request_returns_its_connections_when_its_client_leaves(
    judge: Judge, sweeps: Sweeps, role: Role
) -> None:
    """After any last message before the answer, no connection is out at the end."""
    results = [r for r in sweeps.steady("disconnect", role) if not is_answered(r)]
    judge.each(results, keeps, expected="every connection returned")


@judges("DIS-02")
@each_role
def test_a_request_ends_its_transaction_when_its_client_leaves(
    judge: Judge, sweeps: Sweeps, role: Role
) -> None:
    """After any last message, the database knows no transaction of the request."""
    judge.each(sweeps.of("disconnect", role), leaves_open, expected="no transaction open")


@judges("DIS-03")
@each_sending
def test_a_body_that_did_not_arrive_in_full_changes_nothing(
    judge: Judge, sweeps: Sweeps, role: Role
) -> None:
    """A client that leaves before the end of its body has changed no table."""
    control = sweeps.control(role)
    if not control.exchange.request.body:
        judge.not_applicable("it is sent no body")
    wrong = partial(stores_a_fragment, always_changed=control.always_changed)
    judge.each(sweeps.of("disconnect", role), wrong, expected="every table as it was before")


@judges("DIS-04")
@each_write
def test_a_write_whose_client_leaves_is_stored_whole_or_not_at_all(
    judge: Judge, sweeps: Sweeps, role: Role
) -> None:
    """After any last message, the tables hold all of the write or nothing of it."""
    wrong = partial(stores_in_part, control=sweeps.control(role))
    judge.each(sweeps.of("disconnect", role), wrong, expected="the whole write stored, or nothing")


@judges("DIS-05")
@each_role
def test_a_request_returns_its_connections_when_its_answer_is_broken_off(
    judge: Judge, sweeps: Sweeps, role: Role
) -> None:
    """After any last message of the answer, no connection is out at the end."""
    results = [r for r in sweeps.steady("disconnect", role) if is_answered(r)]
    judge.each(results, keeps, expected="every connection returned")


@judges("DIS-05")
def test_a_read_beside_the_collection_returns_its_connections_when_it_is_broken_off(
    judge: Judge, service: Service
) -> None:
    """After the first parts of an answer, such as a stream's, no connection is out at the end."""
    if not service.resource.offers("create"):
        judge.not_applicable("no row can be created for a stream to read")
    met = list(broken_off(service))
    if not met:
        judge.not_applicable("the document has no read beside the collection")
    holding = [exchange for exchange in met if exchange.held or exchange.reclaimed]
    judge.that(
        not holding,
        expected="every connection returned by the code that took it",
        observed="; ".join(f"{each}: {', '.join(each.unreturned)}" for each in holding),
        seen=holding[0] if holding else None,
    )


@judges("DIS-06")
@each_role
def test_a_stream_returns_its_connection_itself(judge: Judge, sweeps: Sweeps, role: Role) -> None:
    """No connection comes back only because the loop closed a generator that was dropped."""
    results = sweeps.of("disconnect", role)
    judge.each(results, closes_late, expected="connections returned by the code that took them")


@judges("DIS-07")
@each_role
def test_a_client_that_leaves_does_no_harm_to_others(
    judge: Judge, sweeps: Sweeps, role: Role
) -> None:
    """After a client has left, the list can be read and a row be created."""
    swept = sweeps.steady("disconnect", role)
    # A connection that is kept is missing in the pool: later requests fail for that reason.
    results = [result for result in swept if not keeps(result)]
    if swept and not results:
        judge.not_applicable(
            f"each request whose client disconnects keeps connections ({rules.DIS_01.id})"
        )
    judge.each(results, fails_later, expected="success for the next list and the next create")


@judges("DIS-08")
@each_role
def test_what_a_client_left_uncommitted_is_stored_by_nobody(
    judge: Judge, sweeps: Sweeps, role: Role
) -> None:
    """The requests after it store what they store after any other."""
    wrong = partial(stores_later, control=sweeps.control(role))
    judge.each(sweeps.of("disconnect", role), wrong, expected="no more rows than usual")
