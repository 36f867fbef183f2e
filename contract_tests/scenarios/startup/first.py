"""The first life of a service: an empty database, a few requests, a shutdown."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from ...databases import OUTSIDE_VIEW, Database
from ...databases.transactions import lasting
from ...instruments.exchange import Exchange
from ...rules.violation import Undecided
from ...service.migrations.remote import migrate
from ...service.service import Service
from ...service.workers.leftovers import leftovers
from ...service.workers.subprocess_app import SubprocessApp
from .asking import AppClient, failure_line

ENDING = 10.0
"""Seconds a process that has nothing left to do gets to end."""


@dataclass(frozen=True)
class Left:
    """The remains of a shutdown: connections by the line that opened them, tasks, threads.

    `database_tasks` are those of the tasks that have used a connection, `by_alias` those of the
    connections that lead to an alias of the database.
    """

    connections: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ()
    threads: tuple[str, ...] = ()
    database_tasks: tuple[str, ...] = ()
    by_alias: tuple[str, ...] = ()


@dataclass(frozen=True)
class FirstStart:
    """Observations of a first start: failures are sentences, empty where all went well.

    `outliving` are processes of the app that still ran when its own had ended, `document` is the
    OpenAPI document of this life, None if none was served; `variables` are those of the environment
    that it asks for.
    """

    taken_at_import: tuple[str, ...]
    start_failure: str
    is_migrated: bool = False
    held: tuple[str, ...] = ()
    transactions: tuple[str, ...] = ()
    answers: tuple[Exchange, ...] = ()
    stop_failure: str = ""
    left: Left = Left()
    said: str = ""
    ended: bool = True
    outliving: tuple[str, ...] = ()
    document: Any = None
    variables: tuple[str, ...] = ()

    def begun(self) -> FirstStart:
        """Give this life, if it began. Raises `Undecided` otherwise: the start here succeeded."""
        if self.start_failure:
            raise Undecided(f"the app could not start a first time: {self.start_failure}")
        return self

    def created(self, service: Service) -> object:
        """The id of the row that was created; None if none was, or if the answer does not tell."""
        method = service.operation("create").method
        made = [e for e in self.begun().answers if e.request.method == method and e.ok]
        return service.id_of(made[-1]) if made else None

    def closed(self) -> FirstStart:
        """Give this life, if its shutdown succeeded. Raises `Undecided` otherwise."""
        if self.begun().stop_failure:
            raise Undecided(f"the shutdown failed before that: {self.stop_failure}")
        return self


def first_start(service: Service, database: Database) -> FirstStart:
    """Live it: import, start, list, create, shutdown, end.

    Migrations come after the start, should it leave the database empty.
    """
    with service.process.subprocess_app(database) as trial:
        imported = trial.import_app()
        taken = tuple(imported.get("taken", ()))
        begun = trial.begin()
        if not begun["ok"]:
            return FirstStart(taken, failure_line(begun))
        transactions, tables = _seen_from_outside(service, database)
        is_empty = not tables and OUTSIDE_VIEW in database.capabilities
        is_migrated = service.process.origin.migrations is not None and is_empty
        if is_migrated:
            migrate(service.process, database)
        client = AppClient(service, trial, begun["app"])
        answers = client.usual()
        document = client.document()
        variables = tuple(trial.ask("variables")["names"])
        stop_failure = client.stop()
        left = census(trial)
        with leftovers(trial) as processes:
            ended = trial.ends(ENDING)
            outliving = tuple(one.words for one in processes if ended and one.is_running)
        return FirstStart(
            taken_at_import=taken,
            start_failure="",
            is_migrated=is_migrated,
            held=tuple(begun["held"]),
            transactions=transactions,
            answers=answers,
            stop_failure=stop_failure,
            left=left,
            said=trial.said(),
            ended=ended,
            outliving=outliving,
            document=document,
            variables=variables,
        )


def _seen_from_outside(
    service: Service, database: Database
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The transactions that are open, and the tables that are there."""
    service.run(database.open())
    try:
        found = service.run(lasting(database.open_transactions))
        return tuple(map(str, found)), service.run(database.tables())
    finally:
        service.run(database.close())


def census(trial: SubprocessApp) -> Left:
    """Return what is alive in the trial's process now. Raises `Undecided` if it cannot be told."""
    answer = trial.ask("census")
    if not answer["ok"]:
        raise Undecided(f"what a shutdown leaves could not be counted: {failure_line(answer)}")
    return Left(**{each.name: tuple(answer[each.name]) for each in fields(Left)})
