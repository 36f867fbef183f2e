"""Lifespan: what a shutdown leaves behind, and whether another life can follow."""

from __future__ import annotations

from ..runner.judge import Judge, judges
from ..scenarios.startup import StartupScenarios
from ..scenarios.startup.first import Left


@judges("LIF-01")
def test_a_shutdown_closes_the_connections(judge: Judge, startups: StartupScenarios) -> None:
    """After the shutdown, no connection of any engine is open."""
    left = startups.first.closed().left
    judge.that(
        not left.connections,
        expected="no connection open after the shutdown",
        observed=f"{len(left.connections)} open, made at {', '.join(set(left.connections))}",
    )


@judges("LIF-02")
def test_a_shutdown_ends_the_tasks(judge: Judge, startups: StartupScenarios) -> None:
    """After the shutdown, no task is running."""
    left = startups.first.closed().left
    # Tasks that have used the database have a rule of their own.
    others = [task for task in left.tasks if task not in left.database_tasks]
    judge.that(
        not others,
        expected="no task running after the shutdown",
        observed=f"{len(others)} running: {', '.join(others)}",
    )


@judges("LIF-08")
def test_a_shutdown_ends_the_tasks_that_use_the_database(
    judge: Judge, startups: StartupScenarios
) -> None:
    """After the shutdown, no task is running that has used a connection."""
    left = startups.first.closed().left
    judge.that(
        not left.database_tasks,
        expected="no task running after the shutdown that has used the database",
        observed=f"still running: {', '.join(left.database_tasks)}",
    )


@judges("LIF-03")
def test_a_process_ends_after_its_shutdown(judge: Judge, startups: StartupScenarios) -> None:
    """Nothing keeps the process alive once the app has shut down."""
    life = startups.first.closed()
    judge.that(
        life.ended,
        expected="a process that ends after the shutdown",
        observed=f"it was still alive 10 s later; threads: {', '.join(life.left.threads)}",
        seen=life.said,
    )


@judges("LIF-09")
def test_a_shutdown_ends_the_processes(judge: Judge, startups: StartupScenarios) -> None:
    """When the process of the app has ended, none that it has started is running."""
    life = startups.first.closed()
    if not life.ended:
        judge.not_applicable("the process of the app does not end itself (LIF-03)")
    judge.that(
        not life.outliving,
        expected="no process of the app running after its own has ended",
        observed=f"{len(life.outliving)} still running: {'; '.join(life.outliving)}",
    )


@judges("LIF-04")
def test_further_starts_add_nothing(judge: Judge, startups: StartupScenarios) -> None:
    """Three starts with their shutdowns leave no more behind than one."""
    life = startups.later.begun()
    once, *_ = life.rounds
    last = life.rounds[-1]
    if once.connections or once.tasks or not startups.first.ended:
        judge.not_applicable("one start and shutdown already leave something behind")
    judge.that(
        not life.round_failure and not more(once, last),
        expected="nothing more after three starts and shutdowns than after one",
        observed=life.round_failure
        or f"left behind again by every start: {', '.join(more(once, last))}",
    )


@judges("LIF-05")
def test_a_shutdown_spares_the_other_app(judge: Judge, startups: StartupScenarios) -> None:
    """Of two apps in one process, one is stopped; the other still answers."""
    life = startups.later.begun()
    pair = life.pair
    if life.round_failure:
        judge.undecided(f"a second start in one process already fails: {life.round_failure}")
    failed = [exchange for exchange in pair.answers if exchange.failed]
    judge.that(
        not pair.start_failure and not failed,
        expected="the other app still answering",
        observed=pair.start_failure or "; ".join(f"{e} {e.raised}".strip() for e in failed),
    )


@judges("LIF-06")
def test_a_shutdown_ends_without_an_error(judge: Judge, startups: StartupScenarios) -> None:
    """The shutdown of a service that has served requests succeeds."""
    life = startups.first.begun()
    judge.that(
        not life.stop_failure,
        expected="a shutdown without an error",
        observed=life.stop_failure,
        seen=life.said,
    )


@judges("LIF-07")
def test_an_idle_service_shuts_down(judge: Judge, startups: StartupScenarios) -> None:
    """The shutdown of a service that has served no request succeeds."""
    usual = startups.first.closed()
    pair = startups.later.begun().pair
    if pair.start_failure:
        judge.not_applicable(f"one process cannot start the app again: {pair.start_failure}")
    judge.that(
        not pair.stop_failure,
        expected="a shutdown without an error, as after requests",
        observed=pair.stop_failure,
        seen=usual.said,
    )


def more(once: Left, last: Left) -> list[str]:
    """Return the kinds of things of which the last round left more than the first."""
    kinds = {
        "connections": (once.connections, last.connections),
        "tasks": (once.tasks, last.tasks),
        "threads": (once.threads, last.threads),
    }
    return [
        f"{len(before)} -> {len(after)} {kind}: {', '.join(sorted(set(after)))}"
        for kind, (before, after) in kinds.items()
        if len(after) > len(before)
    ]
