"""The first life of a service: an empty database, a few requests, a shutdown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..databases import Database
from ..instruments.exchange import Exchange
from ..resource import Role
from ..service import Service
from ..targets.trial import Trial
from ..violation import Undecided
from .asking import ask, failure

ENDING = 10.0
"""Seconds a process that has nothing left to do gets to end."""


@dataclass(frozen=True)
class Left:
    """What is alive after a shutdown: connections by the line that opened them, tasks, threads."""

    connections: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ()
    threads: tuple[str, ...] = ()


@dataclass(frozen=True)
class FirstLife:
    """What was seen: failures are sentences, empty where all went well."""

    taken_at_import: tuple[str, ...]
    start_failure: str
    held: tuple[str, ...] = ()
    transactions: tuple[str, ...] = ()
    answers: tuple[Exchange, ...] = ()
    stop_failure: str = ""
    left: Left = Left()
    said: str = ""
    ended: bool = True

    def begun(self) -> FirstLife:
        """This life, if it began. Raises `Undecided` otherwise: the start here succeeded."""
        if self.start_failure:
            raise Undecided(f"the app could not start in a process of its own: {self.start_failure}")
        return self

    def closed(self) -> FirstLife:
        """This life, if its shutdown succeeded. Raises `Undecided` otherwise."""
        if self.begun().stop_failure:
            raise Undecided(f"the shutdown failed before that: {self.stop_failure}")
        return self


def first_life(service: Service, database: Database) -> FirstLife:
    """Live it: import, start, list, create, shutdown, end."""
    with service.trial(database) as trial:
        imported = trial.import_app()
        taken = tuple(imported.get("taken", ()))
        begun = trial.begin()
        if not begun["ok"]:
            return FirstLife(taken, failure(begun))
        transactions = _transactions(service, database)
        answers = tuple(_asked(service, trial, begun["app"]))
        stop_failure = failure(trial.ask("stop", app=begun["app"]))
        left = census(trial)
        ended = trial.ends(ENDING)
        held = tuple(begun["held"])
        return FirstLife(
            taken, "", held, transactions, answers, stop_failure, left, trial.said(), ended
        )


def _asked(service: Service, trial: Trial, app: int) -> list[Exchange]:
    bodies: dict[Role, Any] = {"list": None, "create": service.body()}
    return [
        ask(service, trial, app, role, body)
        for role, body in bodies.items()
        if service.resource.offers(role)
    ]


def _transactions(service: Service, database: Database) -> tuple[str, ...]:
    service.run(database.open())
    try:
        return service.run(database.open_transactions())
    finally:
        service.run(database.close())


def census(trial: Trial) -> Left:
    """What is alive in the trial's process now."""
    answer = trial.ask("census")
    if not answer["ok"]:
        return Left()
    return Left(*(tuple(answer[kind]) for kind in ("connections", "tasks", "threads")))
