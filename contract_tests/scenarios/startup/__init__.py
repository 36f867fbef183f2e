"""Lives of the service, each in an interpreter of its own, from import to exit.

Every life is lived once in a run, when a rule first asks for it, and is a record afterwards.
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

from ...databases import Database
from ...rules.violation import NotApplicable
from ...service.address import environment
from ...service.migrations.remote import migrate
from ...service.preparing import run_command
from ...service.service import Service
from .first import FirstStart, first_start
from .later import LaterStart, later_start
from .race import Race, RacePoint, race
from .unreachable import UnreachableStart, unreachable_start

__all__ = ["FirstStart", "LaterStart", "Race", "RacePoint", "StartupScenarios", "UnreachableStart"]


class StartupScenarios:
    """Starts of the service elsewhere, on databases of the kit's own.

    `prepare` is the command that makes the schema of each of them, if the start-up does not; it is
    run in `root`.
    """

    def __init__(self, service: Service, root: Path, prepare: str = "") -> None:
        self._service = service
        self._root = root
        self._prepare = prepare
        self._races: dict[RacePoint, Race] = {}

    @property
    def is_schema_made_apart(self) -> bool:
        """Return whether something other than the start-up makes the schema."""
        return bool(self._prepare) or self._service.migrates_first or self.first.is_migrated

    @cached_property
    def _born(self) -> tuple[Database, FirstStart]:
        database = self.empty()
        return database, first_start(self._service, database)

    @property
    def first(self) -> FirstStart:
        """The first life on an empty database: a list, a create, a shutdown, the end."""
        return self._born[1]

    @cached_property
    def later(self) -> LaterStart:
        """A later life on the database that the first has left behind."""
        database, first = self._born
        row = first.created(self._service) if self._service.resource.offers("create") else None
        return later_start(self._service, database, row)

    @cached_property
    def dead(self) -> UnreachableStart:
        """A life where no database answers."""
        return unreachable_start(self._service)

    @property
    def database(self) -> Database:
        """The database of the first life, its schema made."""
        return self._born[0]

    def ready(self) -> Database:
        """A new database with its schema, and no row of a request. Raises `NotApplicable`."""
        database = self.empty()
        with self._service.process.subprocess_app(database) as trial:
            begun = trial.begin()
            if begun["ok"]:
                trial.ask("stop", app=begun["app"])
        if self.first.is_migrated:
            migrate(self._service.process, database)
        return database

    @property
    def is_prepared(self) -> bool:
        """Return whether a command of the user's makes the schema, or a part of it."""
        return bool(self._prepare)

    def race(self, point: RacePoint) -> Race:
        """Two lives that begin together on an empty database, one of them held at `point`."""
        if point not in self._races:
            self._races[point] = race(self._service, self.empty(), point)
        return self._races[point]

    def empty(self) -> Database:
        """A new database. Raises `NotApplicable` where the kit may make none."""
        database = new_database(self._service)
        if self._prepare:
            with environment(self._service.process.origin.handover.variables(database)):
                run_command(self._prepare, self._root)
        if self._service.migrates_first:
            migrate(self._service.process, database)
        return database


def new_database(service: Service) -> Database:
    """Make a further database, with nothing in it. Raises `NotApplicable` if the kit may not."""
    if not service.database.owned:
        raise NotApplicable("the kit may make no further databases beside the one given")
    return service.process.origin.server.make()
