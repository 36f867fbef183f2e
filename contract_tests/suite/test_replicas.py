"""Replicas: what a read replica is asked, and what happens when it lags, is gone or hangs."""

from __future__ import annotations

from collections.abc import Iterable

from ..instruments.alias_use import Statement
from ..instruments.conventions import UNAVAILABLE
from ..instruments.exchange import Exchange
from ..runner.judge import Judge, judges
from ..scenarios.startup.replicas import (
    ReplicaScenarios,
    ReplicaStep,
    changes_or_locks,
    defines,
)
from ..service.resource import WRITES


@judges("REP-01")
def test_changes_are_sent_to_the_primary(judge: Judge, replicas: ReplicaScenarios) -> None:
    """No statement that changes or locks rows comes from an engine of the replica."""
    life = replicas.equal.created()
    changing = [each for each in life.statements if changes_or_locks(each)]
    if not changing:
        judge.undecided("no statement was seen that changes a row")
    misled = [each for each in changing if each.by_alias]
    judge.that(
        not misled,
        expected="every statement that changes or locks rows sent to the primary",
        observed=f"{len(misled)} of {len(changing)} sent to the replica: {_line(misled)}",
        seen=_lines(misled),
    )


@judges("REP-02")
def test_a_start_leaves_the_schema_of_the_replica(judge: Judge, replicas: ReplicaScenarios) -> None:
    """A start-up that finds no table in the replica makes none there."""
    made = [each for each in replicas.empty.start if each.by_alias and defines(each)]
    judge.that(
        not made,
        expected="no statement on the schema sent to the replica",
        observed=f"{len(made)} sent: {_line(made)}",
        seen=_lines(made),
    )


@judges("REP-03")
def test_a_change_is_not_decided_by_the_replica(judge: Judge, replicas: ReplicaScenarios) -> None:
    """A row can be created, changed and deleted that the replica does not have yet."""
    usual = replicas.equal.wrote()
    steps = replicas.lagging.begun().of(*WRITES)
    failed = [step for step in steps if step.role in usual and not step.exchange.ok]
    judge.that(
        not failed,
        expected="each change made, whatever the replica has received so far",
        observed="; ".join(_with_error(step.exchange) for step in failed)
        + ", with a replica that lags behind",
        seen=_lines(failed[0].statements) if failed else None,
    )


@judges("REP-04")
def test_a_client_reads_its_own_create(judge: Judge, replicas: ReplicaScenarios) -> None:
    """The row of a create is shown to its client, though the replica does not have it yet."""
    reads = replicas.lagging.created().of("read")
    if not reads:
        judge.undecided("the answer to the create tells no id to read")
    read = reads[0]
    judge.that(
        read.exchange.ok,
        expected="the row that the same client has just created",
        observed=f"{_with_error(read.exchange)}, with a replica that lags behind",
        seen=_lines(read.statements),
    )


@judges("REP-05")
def test_changes_succeed_without_the_replica(judge: Judge, replicas: ReplicaScenarios) -> None:
    """While no replica answers, rows are created, changed and deleted as ever."""
    usual = replicas.equal.wrote()
    life = replicas.absent
    if life.start_failure:
        judge.not_applicable(f"it does not start without its replica: {life.start_failure}")
    steps = life.of(*WRITES)
    failed = [step.exchange for step in steps if step.role in usual and not step.exchange.ok]
    judge.that(
        not failed,
        expected="each change made",
        observed="; ".join(map(_with_error, failed)) + ", while the replica is unreachable",
    )


@judges("REP-06")
def test_a_service_starts_without_the_replica(judge: Judge, replicas: ReplicaScenarios) -> None:
    """While no replica answers, the start-up succeeds."""
    replicas.equal.begun()
    judge.that(
        not replicas.absent.start_failure,
        expected="a start-up that succeeds with the primary alone",
        observed=replicas.absent.start_failure,
    )


@judges("REP-07")
def test_a_shutdown_closes_the_replicas_connections(
    judge: Judge, replicas: ReplicaScenarios
) -> None:
    """A shutdown that closes what leads to the primary leaves nothing to the replica open."""
    life = replicas.equal.asked()
    open_there = life.left.by_alias
    if life.stop_failure or len(life.left.connections) > len(open_there):
        judge.not_applicable("connections to the primary stay open as well")
    judge.that(
        not open_there,
        expected="no connection to the replica open after the shutdown",
        observed=f"{len(open_there)} open, made at {', '.join(sorted(set(open_there)))}",
    )


@judges("REP-08")
def test_reads_ask_the_replica(judge: Judge, replicas: ReplicaScenarios) -> None:
    """Some read or list asks the replica."""
    steps = replicas.equal.begun().of("read", "list")
    asked = [each for step in steps for each in step.statements]
    if not asked:
        judge.undecided("no read has asked the database")
    judge.that(
        any(each.by_alias for each in asked),
        expected=f"a statement to the replica, whose address is in {', '.join(replicas.names)}",
        observed=f"all {len(asked)} statements of {' and '.join(s.role for s in steps)} sent to "
        "the primary",
        seen=_lines(asked),
    )


@judges("REP-09")
def test_a_replica_that_hangs_is_not_waited_for(judge: Judge, replicas: ReplicaScenarios) -> None:
    """While the replica takes connections and says nothing, rows are changed and reads answered."""
    usual = {step.role for step in replicas.equal.asked().steps if step.exchange.ok}
    without = replicas.absent
    refused = [s for s in without.of(*WRITES) if s.role in usual and not s.exchange.ok]
    if without.start_failure or refused:
        judge.not_applicable("a replica that refuses connections stops it already (REP-05, REP-06)")
    life = replicas.hanging
    seen = [step for step in life.steps if step.role in usual]
    if not (seen or life.start_failure):
        judge.undecided("no request succeeds with a replica that answers")
    failed = [step for step in seen if not _is_served(step)]
    told = [life.start_failure, *(_with_error(step.exchange) for step in failed)]
    judge.that(
        not (life.start_failure or failed),
        expected="each change made, and each read answered: by its rows, or 503",
        observed=f"{'; '.join(filter(None, told))}, while the replica does not answer",
        seen=_lines(failed[0].statements) if failed else None,
    )


def _is_served(step: ReplicaStep) -> bool:
    is_read = step.role not in WRITES
    return step.exchange.ok or (is_read and step.exchange.status == UNAVAILABLE)


def _with_error(exchange: Exchange) -> str:
    return f"{exchange} {exchange.raised}".strip()


def _line(statements: list[Statement]) -> str:
    return f"{' '.join(statements[0].text.split())[:80]!r}" if statements else ""


def _lines(statements: Iterable[Statement]) -> str:
    return "\n".join(
        f"{'replica' if each.by_alias else 'primary'}  {' '.join(each.text.split())}  {each.where}"
        for each in statements
    )
