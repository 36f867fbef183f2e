"""Lives of the service, each in an interpreter of its own, from import to exit.

Every life is lived once in a run, when a rule first asks for it, and is a record afterwards.
"""

from __future__ import annotations

from functools import cached_property

from ..databases import Database
from ..service import Service
from ..violation import NotApplicable
from .dead import DeadLife, dead_life
from .first import FirstLife, first_life
from .later import LaterLife, later_life
from .race import Point, Race, race

__all__ = ["DeadLife", "FirstLife", "LaterLife", "Lives", "Point", "Race"]


class Lives:
    """What the service did when it was started elsewhere, on databases of the kit's own.

    `is_schema_made_apart` tells that something other than the start-up makes the schema.
    """

    def __init__(self, service: Service, *, is_schema_made_apart: bool = False) -> None:
        self._service = service
        self._races: dict[Point, Race] = {}
        self.is_schema_made_apart = is_schema_made_apart

    @cached_property
    def _born(self) -> tuple[Database, FirstLife]:
        database = self._empty()
        return database, first_life(self._service, database)

    @property
    def first(self) -> FirstLife:
        """The first life on an empty database: a list, a create, a shutdown, the end."""
        return self._born[1]

    @cached_property
    def later(self) -> LaterLife:
        """A later life on the database that the first has left behind."""
        return later_life(self._service, self._born[0])

    @cached_property
    def dead(self) -> DeadLife:
        """A life where no database answers."""
        return dead_life(self._service)

    def race(self, point: Point) -> Race:
        """Two lives that begin together on an empty database, one of them held at `point`."""
        if point not in self._races:
            self._races[point] = race(self._service, self._empty(), point)
        return self._races[point]

    def _empty(self) -> Database:
        """A new database. Raises `NotApplicable` where the kit may make none."""
        if not self._service.database.owned:
            raise NotApplicable("the kit may make no further databases beside the one given")
        return self._service.origin.server.make()
