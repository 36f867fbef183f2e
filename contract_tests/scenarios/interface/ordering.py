"""The order of a list, seen in rows that were made in another order than their values have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from ...databases import BackDoorBlocked
from ...instruments.session_settings import SessionSettings
from ...service.service import Service
from ..crud.rows import home

MADE = (3, 0, 5, 1, 4, 2)
"""The order in which rows are created: by no value of theirs do they come as they were made."""

NOTHING = "nothing"


def order_of(service: Service) -> str | None:
    """Return what the list is ordered by; None where it does not show the rows.

    `nothing` where a database that gives unordered rows in another order changes it.
    """
    if not service.resource.offers("list", "create"):
        return None
    is_seen = service.has_process and service.has_back_door
    # First, since it creates a row, for which a short page may have no room.
    tables = home(service).tables if is_seen else ()
    made = _made(service)
    rows = _listed(service, made)
    if len(rows) < len(MADE):
        return None
    is_kept = not is_seen or _ids(service, rows) == _ids(service, _moved(service, tables, made))
    return next(_orders(service, rows, made), NOTHING) if is_kept else NOTHING


def _made(service: Service) -> list[str]:
    """Create the rows, and return their ids in the order in which they were created."""
    bodies = [service.body() for _ in MADE]
    return [str(service.row(bodies[place]).id) for place in MADE]


def _moved(service: Service, tables: Sequence[str], made: Sequence[str]) -> list[Mapping[str, Any]]:
    """List the rows when unordered ones come in another order, as in a busy table."""
    with suppress(BackDoorBlocked):
        for table in tables:
            service.run(service.database.move_rows(table))
    setting = service.database.session_settings.get("unordered")
    with SessionSettings(setting):
        return _listed(service, made)


def _listed(service: Service, made: Sequence[str]) -> list[Mapping[str, Any]]:
    rows = service.listed(service.list())
    return [row for row in rows if str(service.resource.id_in(row)) in made]


def _ids(service: Service, rows: Sequence[Mapping[str, Any]]) -> list[str]:
    return [str(service.resource.id_in(row)) for row in rows]


def _orders(
    service: Service, rows: Sequence[Mapping[str, Any]], made: Sequence[str]
) -> Iterator[str]:
    """Give each order in which the rows are, the likeliest first."""
    name = service.resource.id_field
    turns = [made.index(identifier) for identifier in _ids(service, rows)]
    by_id: list[tuple[str, list[Any]]] = [(name, [row.get(name) for row in rows])]
    # An id that is no number may be drawn: six of them seldom come as they were made.
    known = (
        [*by_id, ("creation", turns)]
        if service.resource.id_kind == "integer"
        else [("creation", turns), *by_id]
    )
    fields: list[tuple[str, list[Any]]] = [
        (each, [row.get(each) for row in rows]) for each in rows[0] if each != name
    ]
    for label, values in [*known, *fields]:
        with suppress(TypeError):  # values that have no order
            rising = sorted(set(values))
            if len(rising) == len(values):
                yield from (f"{label} ascending",) * (values == rising)
                yield from (f"{label} descending",) * (values == rising[::-1])
