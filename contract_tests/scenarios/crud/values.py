"""Values that are easily respelled on their way: decimals, choices, lists, maps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from ...databases.database import Column
from ...generation import samples
from ...rules.violation import NotApplicable
from ...service.equality import same
from ...service.resource import Role
from ...service.service import Service
from .fields import Write, each_of_kind, echoed_fields, write_one
from .round_trip import writing_roles
from .rows import home

EXACT = ("1.10", "0.30", "19.99", "4503599627.37")
"""Amounts that a column of money has room for; none of them is a binary fraction."""

MANY_DIGITS = (
    "12345678901234.56",
    "98765432109876.54",
    "9876543210987654.32",
    "12345678901234567.89",
)
"""Amounts of 16 to 19 digits: a binary fraction has room for 15, and columns for 18, or more."""

FINE = ("0.12345678",)
MOST_CHOICES = 20
KEYS = ("alpha", "Beta", "gamma.delta", "with blank", "ключ", "1")
"""Names of entries; none is another one's in small letters."""


def decimals(service: Service, role: Role) -> tuple[str, ...]:
    """The fields that come back, and are decimals by their schema or by the column of that name."""
    document = dict(service.resource.document)
    fields = service.resource.fields(role)
    spoken = {name for name, field in fields.items() if _is_decimal(field, document)}
    numbers = {n for n, field in fields.items() if samples.kind(field, document) == "number"}
    # A JSON number may be a float, which respells its digits: only an exact column makes it a
    # decimal. To find the columns creates a row, so it is done only where it can tell.
    exact = {column.name for column in _columns(service) if _is_exact(column)} if numbers else set()
    known = spoken | (numbers & exact)
    return tuple(name for name in echoed_fields(service, role) if name in known) if known else ()


def _is_decimal(schema: samples.Schema, document: Mapping[str, object]) -> bool:
    kinds = samples.kinds(schema, document)
    settled = samples.resolve(schema, document)
    named = settled.get("format") == "decimal"
    return named or {"number", "string"} <= kinds


def _columns(service: Service) -> Iterator[Column]:
    for table in home(service).tables:
        yield from service.run(service.database.columns(table))


def _is_exact(column: Column) -> bool:
    return any(word in column.type.lower() for word in ("numeric", "decimal"))


def spelled_as(service: Service, role: Role, name: str, digits: str) -> Any:
    """The decimal as this field takes it: a text if it may be one, else a number."""
    schema, document = service.resource.fields(role)[name], dict(service.resource.document)
    return digits if "string" in samples.kinds(schema, document) else float(digits)


def each_decimal(service: Service, amounts: tuple[str, ...]) -> Iterator[Write]:
    """Send each amount for each decimal field by each operation that takes one.

    Raises `NotApplicable` if there is no such field.
    """
    found = [(role, name) for role in writing_roles(service) for name in decimals(service, role)]
    if not found:
        raise NotApplicable(f"no field of {service.resource.name} is known to be a decimal")
    for role, name in found:
        for amount in amounts:
            value = spelled_as(service, role, name, amount)
            yield write_one(service, role, name, value, service.row())


def keeps_digits(service: Service) -> bool:
    """Return whether the database can store decimals exactly: some have only binary fractions."""
    return service.database.exact_decimals


def is_exactly(sent: Any, shown: Any) -> bool:
    """Return whether two spellings are one decimal."""
    try:
        return Decimal(str(sent)) == Decimal(str(shown))
    except InvalidOperation:
        return False


def each_choice(service: Service) -> Iterator[Write]:
    """Send True and False, and each listed value, for each field by each operation that takes it.

    Raises `NotApplicable` if no field has choices.
    """
    for role, name, row in _choosing(service):
        for value in choices(service, role, name):
            yield write_one(service, role, name, value, row)


def _choosing(service: Service) -> Iterator[tuple[Role, str, Any]]:
    kinds = ("boolean", "string", "integer", "number")
    found = [
        one for one in each_of_kind(service, "a value", *kinds) if choices(service, one[0], one[1])
    ]
    if not found:
        raise NotApplicable(f"no field of {service.resource.name} is a boolean or lists its values")
    yield from found


def choices(service: Service, role: Role, name: str) -> list[Any]:
    """All values of the field if it has but a few, null aside."""
    settled = samples.settle(service.resource.fields(role)[name], dict(service.resource.document))
    listed = settled.get("enum") or []
    if not listed and settled.get("type") == "boolean":
        return [True, False]
    return [value for value in listed if value is not None][:MOST_CHOICES]


def is_choice(sent: Any, shown: Any) -> bool:
    """Return whether a choice is shown as sent; a boolean is no number, a text may change case."""
    if isinstance(sent, bool) or isinstance(shown, bool):
        return sent is shown
    return same(sent, shown) or str(sent).casefold() == str(shown).casefold()


def each_list(service: Service) -> Iterator[Write]:
    """Send three items in no order of their own for each list that is not declared a set."""
    document = dict(service.resource.document)
    for role, name, row in each_of_kind(service, "a list", "array"):
        settled = samples.settle(service.resource.fields(role)[name], document)
        items = [samples.sample(settled.get("items"), document, service.serial()) for _ in range(3)]
        value = [items[1], items[2], items[0]]
        # A set has no order to keep. By `repr`, since items may be maps, which have no hash.
        if not settled.get("uniqueItems") and len({*map(repr, items)}) == len(items):
            yield write_one(service, role, name, value, row)


def is_reordered(sent: list[Any], shown: Any) -> bool:
    """Return whether a list shows what was sent, in another order."""
    if not isinstance(shown, list) or len(shown) != len(sent) or not same(sent, shown):
        return False
    # Of whole lists `same` does not mind the order.
    return not all(same(one, other) for one, other in zip(sent, shown, strict=True))


def each_map(service: Service) -> Iterator[Write]:
    """Send entries with odd names for each map, an object whose keys are the client's own."""
    document = dict(service.resource.document)
    for role, name, row in each_of_kind(service, "a map", "object"):
        settled = samples.settle(service.resource.fields(role)[name], document)
        inside = settled.get("additionalProperties", True)
        if inside and not settled.get("properties"):
            schema = inside if isinstance(inside, Mapping) and inside else {"type": "string"}
            value = {key: samples.sample(schema, document, service.serial()) for key in KEYS}
            yield write_one(service, role, name, value, row)


def is_whole_map(sent: Mapping[str, Any], shown: Any) -> bool:
    """Return whether a map shows all entries and no other; their names may be in small letters."""
    if not isinstance(shown, Mapping):
        return False
    here = {key.strip().casefold(): value for key, value in shown.items()}
    there = {key.casefold(): value for key, value in sent.items()}
    return here.keys() == there.keys() and all(same(v, here[key]) for key, v in there.items())
