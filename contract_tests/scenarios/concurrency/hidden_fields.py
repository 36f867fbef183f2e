"""Fields that no read shows: what becomes of them is in the database alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ...service.capabilities import missing
from ...service.service import Row, Service
from ..crud.rows import home, seen, sendable


@dataclass(frozen=True)
class HiddenFields:
    """The fields that are columns of the resource's table, and that a read does not show."""

    service: Service
    table: str = ""
    columns: tuple[str, ...] = ()
    names: frozenset[str] = frozenset()

    def of(self, identifier: object) -> dict[str, Any]:
        """Give their values in the row with this id; nothing where the database does not tell."""
        if not self.names:
            return {}
        stored = self.service.door.stored().get(self.table, ())
        rows = [dict(zip(self.columns, cells, strict=True)) for cells in stored]
        key = self.service.resource.id_field
        mine = next((row for row in rows if _plain(row[key]) == _plain(identifier)), {})
        return {name: mine[name] for name in self.names & mine.keys()}

    def with_shown(self, row: Row) -> Mapping[str, Any]:
        """Give the row as a read shows it, with what it does not show."""
        return seen(self.service, row) | self.of(row.id)


def hidden_fields(service: Service) -> HiddenFields:
    """Find them by creating a row."""
    if missing(service, ("outside-view", "create", "read")):
        return HiddenFields(service)
    found = home(service)
    candidates = sendable(service) - seen(service, found.row).keys()
    for table in found.tables if candidates else ():
        columns = tuple(column.name for column in service.run(service.database.columns(table)))
        if service.resource.id_field in columns:
            return HiddenFields(service, table, columns, candidates & {*columns})
    return HiddenFields(service)


def _plain(identifier: object) -> str:
    # A UUID is kept with or without its dashes.
    return str(identifier).replace("-", "")
