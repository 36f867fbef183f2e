"""Bodies that name more than the document offers: the row's id, times, owners, unknown fields."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ...databases import Contents
from ...databases.database import Column
from ...generation import samples
from ...instruments.exchange import Exchange
from ...rules.violation import NotApplicable
from ...service.equality import same
from ...service.resource import Role
from ...service.service import Row, Service
from .round_trip import NO_BODIES, writing_roles
from .rows import Cells, added, change_body, home, same_id, seen

UNKNOWN = "neverDeclared"
MOMENT = "2001-02-03T04:05:06Z"
NUMBER = 1_000_003
WORD = "of-another"
KINDS = (
    ("bool", True),
    (r"\b(tiny|small|medium|big)?int(eger|\d+)?\b", NUMBER),  # and neither interval nor point
    ("num", NUMBER),
    ("dec", NUMBER),
    ("float", NUMBER),
    ("double", NUMBER),
    ("real", NUMBER),
    ("time", MOMENT),
    ("date", MOMENT),
    ("char", WORD),
    ("text", WORD),
)
"""The value sent for a column of a type, by a pattern in the type's name."""


@dataclass(frozen=True)
class Naming:
    """One body that names one thing too much, and what took effect of it."""

    name: str
    value: Any
    exchange: Exchange
    effect: str = ""

    def __str__(self) -> str:
        """Return what was sent, and what came of it."""
        return f"{self.exchange} naming {self.name} {self.value!r}: {self.effect}".rstrip(": ")


def closed_roles(service: Service) -> tuple[Role, ...]:
    """The operations whose fields the document names, all of them.

    Raises `NotApplicable` if it does not say, or lets anything in.
    """
    resource, document = service.resource, dict(service.resource.document)
    roles = tuple(
        role
        for role in writing_roles(service)
        if resource.fields(role)
        if not samples.resolve(resource.schema(role), document).get("additionalProperties")
    )
    if not roles:
        raise NotApplicable("the document does not say which fields may be written")
    return roles


def named_fields(service: Service) -> Iterator[Naming]:
    """Each field that is shown and not offered, named in a write with a value of our own.

    A field that follows from others, or moves by itself, is left out.
    """
    for role in closed_roles(service):
        row = service.row()
        shown = seen(service, row)
        after = _plainly_changed(service, role, row)
        known = folded(*service.resource.fields(role), service.resource.id_field)
        for name, value in shown.items():
            is_fixed = not folded(name) & known and same(value, after.get(name))
            if is_fixed and not isinstance(value, (list, dict)):
                yield _named(service, role, name, other_than(name, value))
        if role != "create" and service.resource.id_field not in service.resource.fields(role):
            yield _renamed(service, role)


def folded(*names: str) -> set[str]:
    """The names as one would hear them: a service may take `isOpen` for `is_open`, too."""
    return {name.replace("_", "").casefold() for name in names}


def _plainly_changed(service: Service, role: Role, row: Row) -> Mapping[str, Any]:
    if role == "create":
        return seen(service, service.row())
    service.request(role, row.id, body=change_body(service, role, row))
    return seen(service, row)


def _named(service: Service, role: Role, name: str, value: Any) -> Naming:
    """A write with this field, and whether a read shows its value."""
    row = service.row() if role != "create" else None
    body = change_body(service, role, row) if row else service.body()
    exchange = service.request(role, row and row.id, body=body | {name: value})
    if not exchange.ok:
        return Naming(name, value, exchange)
    made = row or Row(service.id_of(exchange), body, exchange)
    after = seen(service, made) if made.id is not None else {}
    took = name in after and same(value, after[name])
    return Naming(name, value, exchange, f"a read shows {after.get(name)!r}" if took else "")


def _renamed(service: Service, role: Role) -> Naming:
    """A change that names another id, and whether the row has gone there."""
    row, absent = service.row(), service.absent_id()
    name = service.resource.id_field
    body = change_body(service, role, row) | {name: absent}
    was_there = service.read(absent).ok
    exchange = service.request(role, row.id, body=body)
    is_there = service.read(absent).ok and not was_there
    then = service.read(row.id)
    other = service.shown(then).get(name, row.id) if then.ok else row.id
    has_gone = exchange.ok and (is_there or then.is_absent or not same_id(other, row.id))
    return Naming(name, absent, exchange, f"row {row.id} became {absent}" * has_gone)


def other_than(name: str, shown: Any) -> Any:
    """A value of the same kind that a row does not have by itself."""
    if isinstance(shown, bool):
        return not shown
    if isinstance(shown, (int, float)):
        return NUMBER
    if shown is None:
        return MOMENT if name.endswith(("at", "At", "on", "date")) else NUMBER
    return _other_text(str(shown))


def _other_text(shown: str) -> str:
    if samples.is_uuid(shown):
        return str(uuid.UUID(int=NUMBER))
    return MOMENT if shown[:4].isdigit() and shown[4:5] == "-" else WORD


def named_columns(service: Service) -> Iterator[Naming]:
    """Each column that is neither offered nor shown, named in a write with a value of our own."""
    for role in closed_roles(service):
        place = home(service)
        for table in place.tables:
            columns = service.run(service.database.columns(table))
            for column in _hidden(service, role, place.row, columns):
                yield _named_column(service, role, table, columns, column)


def _hidden(
    service: Service, role: Role, row: Row, columns: tuple[Column, ...]
) -> list[tuple[Column, Any]]:
    """The columns that no field is named like, and what to send for each."""
    known = folded(*service.resource.fields(role), *seen(service, row), service.resource.id_field)
    return [
        (column, value)
        for column in columns
        if not (folded(column.name) & known or column.primary_key or column.generated)
        for value in [value_for(column.type)]
        if value is not None
    ]


def value_for(type_name: str) -> Any:
    """Return the value that is sent for a column of a type; None if no value is known to fit."""
    return next((value for part, value in KINDS if re.search(part, type_name.lower())), None)


def _named_column(
    service: Service,
    role: Role,
    table: str,
    columns: tuple[Column, ...],
    hidden: tuple[Column, Any],
) -> Naming:
    """A write with and one without the column's name, and whether only the first wrote the cell."""
    column, value = hidden
    place = columns.index(column)
    control, plain = _written(service, role, table, {})
    usual = {str(cells[place]) for cells in plain}
    # A flag has two values: the one that it does not get by itself.
    value = not any(cells[place] for cells in plain) if value is True else value
    exchange, rows = _written(service, role, table, {column.name: value})
    took = [c[place] for c in rows if _holds(c[place], value) and str(c[place]) not in usual]
    # A column that holds what a field of another name sends is offered by that name.
    is_offered = any(cell in control.request.body.decode() for cell in usual if len(cell) > 1)
    effect = f"{table}.{column.name} became {took[0]!r}" if took and not is_offered else ""
    return Naming(column.name, value, exchange, effect)


def _written(
    service: Service, role: Role, table: str, extra: Mapping[str, Any]
) -> tuple[Exchange, list[Cells]]:
    """A write with these fields over a valid body, and the rows of the table it wrote."""
    row = service.row() if role != "create" else None
    before: Contents = service.door.stored()
    body = change_body(service, role, row) if row else service.body()
    exchange = service.request(role, row and row.id, body={**body, **extra})
    return exchange, added(before, service.door.stored()).get(table, [])


def _holds(cell: object, value: Any) -> bool:
    if isinstance(value, bool):
        return cell is not None and bool(cell) is value
    # Of a moment the day: how a column shows the rest is its own matter.
    return str(value)[:10] in str(cell)


def overfull(service: Service) -> Iterator[Naming]:
    """An unknown field, the id, and every field that is shown and not offered, in each write.

    An operation that fails on a plain body is left out. Raises `NotApplicable` if none takes one.
    """
    roles = writing_roles(service)
    if not roles:
        raise NotApplicable(NO_BODIES)
    for role in roles:
        row = service.row() if role != "create" else None
        body = change_body(service, role, row) if row else service.body()
        if service.request(role, row and row.id, body=body).failed:
            continue
        for name, value in _extras(service, role).items():
            owner = service.row() if role != "create" else None
            plain = change_body(service, role, owner) if owner else service.body()
            exchange = service.request(role, owner and owner.id, body=plain | {name: value})
            yield Naming(name, value, exchange)


def _extras(service: Service, role: Role) -> dict[str, Any]:
    known = service.resource.fields(role)
    shown = seen(service, service.row()) if service.resource.offers("read") else {}
    named = {name: other_than(name, value) for name, value in shown.items()}
    extras = {UNKNOWN: 1, service.resource.id_field: WORD, **named}
    return {name: value for name, value in extras.items() if name not in known}
