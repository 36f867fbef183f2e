"""Lives of a service that has a read replica: equal, empty, lagging, gone or without an answer.

The service knows the replica by an alias of its database, so that each statement tells which of the
two it was meant for; the connections are led to whatever plays the replica.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sqlalchemy.engine import URL

from ...instruments.alias_use import Statement
from ...instruments.exchange import Event, Exchange
from ...rules.violation import NotApplicable, Undecided
from ...service.resource import CHANGING, ON_A_ROW, WRITES, Role
from ...service.service import Row, Service
from ...service.workers.subprocess_app import SubprocessApp
from ..crud.rows import change_body
from . import StartupScenarios
from .asking import AppClient, failure_line, hung
from .first import Left, census

REPLICA_NAME = re.compile(
    r"^(?=.*(?:REPLICA|READ_?ONLY|READER|STANDBY|SECONDARY|SLAVE|(?:^|_)READ(?:_|$)))"
    r"(?=.*(?:^|_)(?:URL|URI|DSN)(?:_|$))"
    r"(?!.*(?:REDIS|CACHE|MONGO|ELASTIC|SEARCH|KAFKA|RABBIT|AMQP|BROKER|CELERY))",
)
"""Names of variables that lead to a read replica of the database."""

LOCKING = re.compile(
    r"\bFOR\s+(?:NO\s+KEY\s+|KEY\s+)?(?:UPDATE|SHARE)\b|\bLOCK\s+IN\s+SHARE\s+MODE\b|^\s*LOCK\s",
    re.IGNORECASE,
)
DEFINING = re.compile(r"\s*(?:CREATE(?!\s+TEMP)|ALTER|DROP|TRUNCATE|RENAME)\b", re.IGNORECASE)


@dataclass(frozen=True)
class ReplicaStep:
    """One request of such a life, and the statements that it sent."""

    role: Role
    exchange: Exchange
    statements: tuple[Statement, ...]


@dataclass(frozen=True)
class ReplicaRun:
    """Observations of a life with a replica: the start-up's statements, and those of each step."""

    start_failure: str
    start: tuple[Statement, ...] = ()
    steps: tuple[ReplicaStep, ...] = ()
    stop_failure: str = ""
    left: Left = field(default_factory=Left)

    def begun(self) -> ReplicaRun:
        """Give this life, if it began. Raises `Undecided` otherwise."""
        if self.start_failure:
            raise Undecided(f"the app could not start with a read replica: {self.start_failure}")
        return self

    def created(self) -> ReplicaRun:
        """Give this life, if it began and created a row. Raises `Undecided` otherwise."""
        refused = [step.exchange for step in self.begun().of("create") if not step.exchange.ok]
        if refused:
            raise Undecided(f"could not create a row in an empty database: {refused[0]}")
        return self

    def wrote(self) -> frozenset[Role]:
        """Give the roles of writes that succeed. Raises `Undecided` if no row could be created."""
        return frozenset(step.role for step in self.created().of(*WRITES) if step.exchange.ok)

    def asked(self) -> ReplicaRun:
        """Give this life, if it sent the replica anything. Raises `NotApplicable` otherwise."""
        if not any(each.by_alias for each in self.begun().statements):
            raise NotApplicable("nothing is sent to the replica")
        return self

    def of(self, *roles: Role) -> tuple[ReplicaStep, ...]:
        """Give the steps in these roles."""
        return tuple(step for step in self.steps if step.role in roles)

    @property
    def statements(self) -> tuple[Statement, ...]:
        """All statements, in their order."""
        return (*self.start, *(each for step in self.steps for each in step.statements))


class ReplicaScenarios:
    """Lives of the service with a read replica, each lived when first asked for."""

    def __init__(self, service: Service, startups: StartupScenarios) -> None:
        self._service = service
        self._startups = startups

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The variables that lead to the replica. Raises `NotApplicable` if there are none."""
        handover = self._service.process.origin.handover
        given = {name for name, _ in handover.templates}
        read = self._startups.first.begun().variables
        found = tuple(name for name in read if REPLICA_NAME.search(name.upper()))
        names = handover.replica_names or tuple(name for name in found if name not in given)
        if not names:
            raise NotApplicable(
                "no variable for a read replica is read, such as READ_REPLICA_URL; one of another "
                "name is given with --contract-env NAME={replica_url}"
            )
        return names

    @cached_property
    def equal(self) -> ReplicaRun:
        """A life with a replica that shows all the primary has stored."""
        return self._lived(self._startups.database.url)

    @cached_property
    def empty(self) -> ReplicaRun:
        """A start with a replica that has no table."""
        return self._lived(self._startups.empty().url, has_steps=False)

    @cached_property
    def lagging(self) -> ReplicaRun:
        """A life with a replica that has every table, and no row so far."""
        return self._lived(self._startups.ready().url)

    @cached_property
    def absent(self) -> ReplicaRun:
        """A life where no replica answers."""
        return self._lived(self._startups.database.unreachable())

    @cached_property
    def hanging(self) -> ReplicaRun:
        """A life where the replica takes connections and says nothing."""
        with self._startups.database.hanging() as goal:
            return self._lived(goal)

    def _lived(self, goal: URL, *, has_steps: bool = True) -> ReplicaRun:
        names, database = self.names, self._startups.database
        with self._service.process.replicated_app(database, names, goal) as trial:
            begun = trial.begin()
            start = _statements(trial)
            if not begun["ok"]:
                return ReplicaRun(failure_line(begun), start)
            client = AppClient(self._service, trial, begun["app"])
            steps = tuple(_until_hung(_steps(client))) if has_steps else ()
            stop_failure = client.stop()
            return ReplicaRun("", start, steps, stop_failure, census(trial))


def changes_or_locks(statement: Statement) -> bool:
    """Return whether a replica would refuse a statement on rows."""
    writes = Event(0, 0.0, "sql", text=statement.text).writes
    return writes or bool(LOCKING.search(statement.text))


def defines(statement: Statement) -> bool:
    """Return whether a statement changes the schema."""
    return bool(DEFINING.match(statement.text))


def _statements(trial: SubprocessApp) -> tuple[Statement, ...]:
    return tuple(Statement(*each) for each in trial.ask("statements").get("statements", ()))


def _until_hung(steps: Iterable[ReplicaStep]) -> Iterator[ReplicaStep]:
    """Give the steps up to one without an end: each of the others would wait as long."""
    for step in steps:
        yield step
        if hung(step.exchange.raised):
            return


def _steps(client: AppClient) -> Iterator[ReplicaStep]:
    """Create a row, then read, list and change it as far as the service offers that."""
    service = client.service
    if service.resource.offers("create"):
        sent = service.body()
        created = _step(client, "create", body=sent)
        yield created
        identifier = service.id_of(created.exchange) if created.exchange.ok else None
        if identifier is not None:
            later = client.after(created.exchange)
            yield from _later_steps(later, Row(identifier, sent, created.exchange))
    if service.resource.offers("list"):
        yield _step(client, "list")


def _later_steps(client: AppClient, row: Row) -> Iterator[ReplicaStep]:
    for role in ON_A_ROW:
        if client.service.resource.offers(role):
            has_body = role in CHANGING
            body = change_body(client.service, role, row) if has_body else None
            yield _step(client, role, row.id, body)


def _step(
    client: AppClient, role: Role, identifier: object = None, body: Any = None
) -> ReplicaStep:
    exchange = client.send(role, identifier, body)
    return ReplicaStep(role, exchange, _statements(client.trial))
