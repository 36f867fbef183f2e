"""Judge a test of a team by the rules of the contract."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from ..instruments.blocking import LoopWaits
from ..instruments.checkout import Checkout
from ..instruments.commits import WITHIN, Commits, commit_of, lateness, write_before_answer
from ..instruments.exchange import Event, Exchange
from ..instruments.recording import recorded
from ..rules import rule_of
from ..rules.evidence import Evidence, HeldConnection
from ..scenarios.faults.open_holds import ENDING, RETURNING, open_after, uncommitted
from .failing import failure_of
from .observation import Scope
from .plan import Plan


@dataclass(frozen=True)
class BrokenRule:
    """A promise that a test has seen broken."""

    rule: str
    expected: str
    observed: str
    evidence: Evidence = ()

    def __str__(self) -> str:
        """The finding in full."""
        return failure_of(rule_of(self.rule), self.expected, self.observed, self.evidence)


def failure_words(findings: Iterable[BrokenRule]) -> str:
    """Give the text of a failure: the first finding in full, and each other one in a line."""
    first, *others = findings
    lines = [f"{each.rule} too: {each.observed}" for each in dict.fromkeys(others)]
    return "\n".join((str(first), *lines))


def leaks(scope: Scope, left: Sequence[Checkout]) -> Iterator[BrokenRule]:
    """Give the connections that are out, and those that nobody but the collector has returned."""
    for exchange in scope.exchanges:
        kept = [loan for loan in left if loan.owner is exchange]
        held = tuple(HeldConnection(loan.connection, loan.where) for loan in kept)
        if held:
            yield BrokenRule(
                "SES-01",
                "no connection out once the test has ended",
                f"{len(held)} still out after {_name(exchange)}: {'; '.join(map(str, held))}",
                (recorded(replace(exchange, held=held)),),
            )
        elif exchange.reclaimed:
            first = exchange.reclaimed[0]
            yield BrokenRule(
                "SES-05",
                "connections returned by the code that took them",
                f"{_name(exchange)}: conn {first.connection} reclaimed {first.text}",
                (recorded(exchange, first),),
            )


def unended_transactions(
    scope: Scope, left: Sequence[Checkout], plan: Plan
) -> Iterator[BrokenRule]:
    """Give the transactions that were begun in the test and not ended.

    On a connection that is not the test's own, such as that of a module's session, only what
    has written counts: reading begins a transaction, too.
    """
    events, out = _events(scope), {loan.connection for loan in left}
    first = {each.connection: each for each in open_after(events)}
    for number, statement in first.items():
        within = [
            event
            for event in events
            if (event.kind, event.connection) == ("sql", number) and event.order >= statement.order
        ]
        writes = [event for event in within if event.writes]
        if number in out or (writes and _is_begun(scope, statement)):
            # What is told of it: the last that needs its end.
            last = (writes or within)[-1]
            if plan.spares(last.where, last.where.rpartition(" in ")[2]):
                continue
            exchange = next(each for each in scope.exchanges if last in each.events)
            yield BrokenRule(
                "SES-02",
                "every transaction ended by COMMIT or ROLLBACK",
                f"after {_name(exchange)} one is open on conn {number}: "
                f"{' '.join(last.text.split())[:80]!r} at {last.where or '?'}",
                (recorded(exchange, last),),
            )


def late_commits(scope: Scope, commits: Commits) -> Iterator[BrokenRule]:
    """Give the requests that were committed only after their answer, or not at all."""
    for exchange in scope.requests:
        write = write_before_answer(exchange) if exchange.ok and exchange.complete else None
        if write is None:
            continue
        commit = commit_of(write, exchange)
        why = lateness(commit, exchange) if commit else ""
        if commit and why and (_is_early(write, exchange) or exchange in commits.after_yield):
            yield BrokenRule(
                "SES-03",
                "COMMIT before the answer is complete",
                f"{exchange}, and its COMMIT {why}",
                (recorded(exchange, commit),),
            )
        lost = () if commit else uncommitted(exchange)
        lost = tuple(each for each in lost if _is_given_back(each, exchange))
        if lost:
            yield BrokenRule(
                "SES-12",
                "COMMIT after the last write on each connection",
                f"{exchange}: no COMMIT after {lost[0].text[:80]!r}",
                (recorded(exchange, lost[0]),),
            )


def blocked_loops(scope: Scope, waits: LoopWaits) -> Iterator[BrokenRule]:
    """Give the requests in which the event loop waited for a blocking call."""
    for exchange, words in waits.seen:
        if exchange in scope.requests:
            yield BrokenRule(
                "SES-10",
                "blocking calls made in threads only",
                f"{exchange}: the loop waited for {words}",
                (recorded(exchange),),
            )


def left_tasks(names: Iterable[str]) -> Iterator[BrokenRule]:
    """Give the tasks and threads that go on when the test has ended."""
    found = sorted(names)
    if found:
        expected = "every task and thread of the test ended with it"
        yield BrokenRule("LIF-02", expected, f"still running: {'; '.join(found)}")


def has_connection(scope: Scope) -> bool:
    """Return whether anything was seen of a database."""
    return any(each.of("checkout", "begin", "sql", "commit") for each in scope.exchanges)


def _name(exchange: Exchange) -> str:
    return str(exchange) if exchange.request.method else "the test"


def _events(scope: Scope) -> list[Event]:
    """Give all events in order, but for the commits of sessions that end no transaction."""
    events = (event for exchange in scope.exchanges for event in exchange.events)
    return sorted((e for e in events if e.text != WITHIN), key=lambda event: event.order)


def _is_begun(scope: Scope, statement: Event) -> bool:
    """Return whether the transaction of a statement was begun in the test."""
    earlier = [
        event.kind
        for event in _events(scope)
        if event.connection == statement.connection and event.order < statement.order
    ]
    turns = [kind for kind in earlier if kind == "begin" or kind in ENDING]
    return turns[-1:] == ["begin"]


def _is_early(write: Event, exchange: Exchange) -> bool:
    return write.order < next((e.order for e in exchange.of("response end")), 0)


def _is_given_back(write: Event, exchange: Exchange) -> bool:
    """Return whether the request itself has taken and returned the connection of a write.

    Whoever else gives a session to the service, such as a fixture, may be the one to commit.
    """
    returned = next((e.order for e in exchange.of("returned")), 0)
    mine = [e for e in exchange.events if e.connection == write.connection and e.order < returned]
    kinds = {event.kind for event in mine}
    return "checkout" in kinds and bool(RETURNING & kinds)
