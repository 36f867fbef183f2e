"""One row seen from both sides: through the service, and in the tables that hold it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from ...databases import BackDoorBlocked, Contents
from ...generation import samples
from ...rules.violation import Undecided
from ...service.resource import SENDING, Role
from ...service.service import Row, Service

TELLING = 3
"""Characters a text needs so that finding it in a table tells whose it is."""

Cells = tuple[object, ...]


def seen(service: Service, row: Row) -> dict[str, Any]:
    """The row as a read shows it now. Raises `Undecided` if a read does not show it."""
    exchange = service.read(row.id)
    shown = service.shown(exchange)
    if not exchange.ok or not shown:
        raise Undecided(f"a row that should be there is not shown: {exchange}")
    return shown


def is_shown(service: Service, row: Row) -> bool:
    """Return whether a read answers with this very row."""
    exchange = service.read(row.id)
    return exchange.ok and same_id(service.shown(exchange).get(service.resource.id_field), row.id)


def same_id(left: object, right: object) -> bool:
    """Return whether two ids are the same, as they are in a path."""
    return str(left) == str(right)


def sendable(service: Service) -> frozenset[str]:
    """The fields a client may send in any operation, the id excepted."""
    names = {name for role in SENDING for name in service.resource.fields(role)}
    return frozenset(names - {service.resource.id_field})


def needed(service: Service, role: Role) -> frozenset[str]:
    """The fields that must be sent in this operation."""
    return samples.required(service.resource.schema(role), dict(service.resource.document))


def change_body(service: Service, role: Role, row: Row, *, complete: bool = True) -> dict[str, Any]:
    """A valid body for a change, with new values and the row's own id where an id is sent."""
    body = service.body(role=role, complete=complete)
    name = service.resource.id_field
    # Another id may rightly move the row, and its old address would then answer 404.
    return body | {name: row.id} if name in body else body


def partial(service: Service, current: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
    """A body that changes these fields alone; what PATCH insists on is sent as it is."""
    kept = {name: current[name] for name in needed(service, "update") if name in current}
    return kept | changes


@dataclass(frozen=True)
class Home:
    """The tables that hold the rows of the resource, found by creating `row`."""

    row: Row
    tables: tuple[str, ...]

    def contents(self, service: Service) -> Contents:
        """Return the rows that these tables hold now."""
        stored = service.door.stored()
        return {table: stored.get(table, ()) for table in self.tables}


def home(service: Service) -> Home:
    """Create a row and find its tables; none if the database cannot be looked at."""
    before = service.door.stored()
    row = service.row()
    grown = added(before, service.door.stored())
    holding = [table for table, rows in grown.items() if holds_any(rows, row.sent)]
    return Home(row, tuple(holding or [table for table, rows in grown.items() if len(rows) == 1]))


def learn_home(service: Service) -> None:
    """Tell the back door the tables of the resource, once, when background work writes tables.

    An outbox holds what was sent as well: of the tables that do, the resource's own are those that
    are asked when a row is looked at.
    """
    is_seen = service.has_process and service.has_back_door and service.resource.offers("create")
    if not is_seen or service.door.home is not None or not service.door.background.written:
        return
    # Set before looking: a look that fails is not repeated before every test.
    service.door.home = frozenset()
    with suppress(Undecided, BackDoorBlocked):
        service.restore()
        found = home(service)
        asked = " ".join(event.text for event in service.look(found.row).of("sql"))
        # This also takes qualified names apart, so tables are compared by the last part of theirs.
        words = {*re.split(r"\W+", asked)}
        own = {table for table in found.tables if table.rpartition(".")[2] in words}
        service.door.home = frozenset(own or found.tables)


def added(before: Contents, after: Contents) -> dict[str, list[Cells]]:
    """The rows of each table that were not there before."""
    grown = {table: _more(before.get(table, ()), rows) for table, rows in after.items()}
    return {table: rows for table, rows in grown.items() if rows}


def _more(before: Iterable[Cells], after: Iterable[Cells]) -> list[Cells]:
    # By `repr`, since some drivers give lists and maps as cells, which have no hash.
    known = Counter(repr(row) for row in before)
    known.subtract(repr(row) for row in after)
    return [row for row in after if known[repr(row)] < 0]


def holds_any(rows: Iterable[Cells], sent: Mapping[str, Any]) -> bool:
    """Return whether a cell holds a text that was sent; true where nothing telling was sent."""
    texts = [v.strip() for v in sent.values() if isinstance(v, str) and len(v.strip()) >= TELLING]
    cells = [_spelled(cell) for row in rows for cell in row]
    # A service may trim a text and write it in one case: the row is the same one.
    return not texts or any(text.casefold() in cell for text in texts for cell in cells)


def _spelled(cell: object) -> str:
    text = cell.decode("utf-8", "replace") if isinstance(cell, bytes) else str(cell)
    return text.casefold()
