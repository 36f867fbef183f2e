"""Query parameters of a list whose meaning their name and schema tell: filters and orders."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ...generation import samples
from ...service.pages import largest
from ...service.resource import Parameter
from ...service.service import Row, Service
from .round_trip import takes_text

WORDS = ("mulberry", "quiltings", "foxhound")
"""Three texts that no search takes for each other, in no order."""

EQUALS = re.compile(r"(?:filter)?\[?(?P<field>[^\[\]]+?)\]?(?:(?:__|\[)(?:eq|exact|iexact)\]?)?")
ORDERS = ("sort", "sort_by", "sortBy", "order_by", "orderBy", "ordering", "order")
DIRECTIONS = ("order", "direction", "dir", "sort_order", "sortOrder", "sort_dir", "order_dir")
# To `\b` an underscore is part of a word: hence the look behind.
DESCENDING = re.compile(r"^-|\b(desc|descending)$|(?<=_)desc$", re.IGNORECASE)
ASCENDING = re.compile(r"^\+|\b(asc|ascending)$|(?<=_)asc$", re.IGNORECASE)
MARKS = re.compile(r"^[-+]|[ :._,](asc|desc)(ending)?$", re.IGNORECASE)
PLAIN_KINDS = ("string", "boolean")
"""Kinds whose parameter means equality by its name alone; a number may as well be a bound."""


@dataclass(frozen=True)
class Filter:
    """A parameter that asks for the rows with one value in one field, unless it is its default."""

    parameter: str
    field: str
    default: Any


@dataclass(frozen=True)
class Order:
    """A query that asks for the rows in the order of one field; `descending` if it says which."""

    query: Mapping[str, object]
    field: str
    descending: bool | None


def filters(service: Service) -> tuple[Filter, ...]:
    """The parameters of the list that are named after a field a client writes."""
    fields, document = service.resource.fields("create"), dict(service.resource.document)
    found = []
    for parameter in service.operation("list").query:
        match = EQUALS.fullmatch(parameter.name)
        field = match["field"] if match else ""
        if field in fields and field not in service.resource.fixed:
            kind = _kind(parameter.schema, document)
            is_plain = parameter.name == field
            # A parameter of another kind than its field asks for something else than equality.
            alike = kind == samples.kind(fields[field], document)
            if alike and (kind in PLAIN_KINDS or not is_plain):
                default = samples.resolve(parameter.schema, document).get("default")
                found.append(Filter(parameter.name, field, default))
    return tuple(found)


def _kind(schema: samples.Schema, document: Mapping[str, object]) -> str:
    """The kind of one value, where the parameter may take several."""
    settled = samples.resolve(schema, document)
    kind = samples.kind(settled, document)
    items = settled.get("items")
    return samples.kind(items, document) if kind == "array" and items else kind


def rows_with(service: Service, field: str, count: int) -> list[Row]:
    """Rows that differ in this field as much as they can, created in no order of it.

    Fewer if the schema allows fewer values. Raises `Undecided` if a row cannot be created.
    """
    made: list[Row] = []
    # Generated values rise from body to body: rotated, the order of creation is neither rising
    # nor falling, so that a list in that order is not taken for a sorted one.
    bodies = [service.body() for _ in range(count)]
    for body in (*bodies[1:], *bodies[:1]):
        value = _value(service, field, body[field], made)
        if value is not None:
            made.append(_row(service, body, field, value))
    return made


def _value(service: Service, field: str, value: Any, made: list[Row]) -> Any:
    """Return the value of the next row: a word, or one that no earlier row has, else None."""
    schema, document = service.resource.fields("create")[field], dict(service.resource.document)
    if takes_text(service.resource, schema):
        return WORDS[len(made)]
    taken = [row.sent[field] for row in made]
    if value not in taken:
        return value
    try:
        other = samples.different(schema, document, value, service.serial())
    except ValueError:
        return None
    return None if other in taken else other


def _row(service: Service, body: Mapping[str, Any], field: str, value: Any) -> Row:
    """A row with this value; with the generated one if the service refuses a word."""
    exchange = service.create({**body, field: value})
    if exchange.ok:
        return Row(service.id_of(exchange), {**body, field: value}, exchange)
    return service.row(body)


def paged(service: Service, query: Mapping[str, object]) -> dict[str, object]:
    """The query on the largest page."""
    # A row on a later page would count as one that the filter does not find.
    size = service.resource.paging.size
    return {**query, **({size: largest(service)} if size else {})}


def query_value(value: object) -> object:
    """A value as a query spells it."""
    return str(value).lower() if isinstance(value, bool) else value


def declared_orders(service: Service) -> Iterator[Order]:
    """Each order that a sort parameter of the list declares by the name of a field."""
    declared = {p.name: p for p in service.operation("list").query}
    # `order` may hold a field or a direction: the values it declares tell which.
    name = next((n for n in ORDERS if n in declared and _fields(service, declared[n])), None)
    if name is None:
        return
    ways = {n: p for n, p in declared.items() if n in DIRECTIONS and n != name}
    for value, field in _fields(service, declared[name]).items():
        descending = _direction(value)
        if descending is None and ways:
            for way, parameter in ways.items():
                for word in _listed(service, parameter):
                    yield Order({name: value, way: word}, field, _direction(word))
        else:
            yield Order({name: value}, field, descending)


def _direction(value: str) -> bool | None:
    if DESCENDING.search(value):
        return True
    return False if ASCENDING.search(value) else None


def _fields(service: Service, parameter: Parameter) -> dict[str, str]:
    """The declared values of a parameter that name a field a client writes, and the field."""
    known = service.resource.fields("create")
    named = {value: MARKS.sub("", value) for value in _listed(service, parameter)}
    return {value: field for value, field in named.items() if field in known}


def _listed(service: Service, parameter: Parameter) -> list[str]:
    """The texts that a parameter may be, by its enumeration or a pattern of alternatives."""
    document = dict(service.resource.document)
    schema = samples.settle(parameter.schema, document)
    if _kind(schema, document) == "string" and samples.kind(schema, document) == "array":
        schema = samples.settle(schema.get("items"), document)
    pattern = re.fullmatch(r"\^\(?(?:\?:)?([-+\w|]+)\)?\$", str(schema.get("pattern", "")))
    listed = schema.get("enum") or (pattern[1].split("|") if pattern else [])
    return [value for value in listed if isinstance(value, str)]


def is_sorted(values: list[Any], *, descending: bool | None) -> bool:
    """Return whether the values rise, or fall if `descending`; either way if it is None."""
    rising = sorted(values)
    ways = {False: [rising], True: [rising[::-1]], None: [rising, rising[::-1]]}
    return values in ways[descending]


def comparable(values: list[Any]) -> list[Any]:
    """The values, if every database and service orders them alike; else none.

    Collations differ in signs, capitals and digits, and a list of names has an order of its own.
    """
    are_words = all(value in WORDS for value in values)
    return values if are_words or all(type(value) in {int, float} for value in values) else []
