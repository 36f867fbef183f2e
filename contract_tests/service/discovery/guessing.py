"""A schema of bodies for a service that has no document: a guess, from what is stored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...generation import samples
from ...rules.violation import NotApplicable
from ..service import Service

Fields = dict[str, Any]
MODEST = {kind: {"minimum": 0, "maximum": 99} for kind in ("integer", "number")}
"""The numbers that are sent where no document says which are taken: an age, a rating, an amount."""


def guessed_schema(
    service: Service, collection: str, overrides: Mapping[str, Any]
) -> samples.Schema:
    """Every column that a client could write, and the fields that were given by hand."""
    try:
        fields, needed = _fields_of_table(service, collection)
    except NotApplicable:  # nobody can look into the database
        fields, needed = {}, []
    given = {name: _given(value) for name, value in overrides.items()}
    if not fields and not given:
        given = {"name": {"type": "string"}}
    return {"type": "object", "properties": fields | given, "required": [*needed, *given]}


def _given(value: object) -> Fields:
    return {"type": "string"} if isinstance(value, str) else {}


def _fields_of_table(service: Service, collection: str) -> tuple[Fields, list[str]]:
    """The fields of the table whose name is nearest to the collection's, and the needed ones."""
    tables = service.run(service.database.tables())
    word = collection.rstrip("/").rsplit("/", 1)[-1].replace("-", "_").rstrip("s")
    near = sorted(tables, key=lambda table: (word not in table, len(table)))
    if not near:
        return {}, []
    fields: Fields = {}
    needed = []
    for column in service.run(service.database.columns(near[0])):
        if column.primary_key or column.generated:
            continue
        fields[column.name] = _field(column.type, column.length, nullable=column.nullable)
        if not column.nullable and not column.default:
            needed.append(column.name)
    return fields, needed


def _field(sql_type: str, length: int | None, *, nullable: bool) -> dict[str, Any]:
    word = sql_type.lower()
    # In this order: the first part that is found in the word counts, and `int` is in several.
    kinds = (
        ("bool", "boolean"),
        ("tinyint(1)", "boolean"),
        ("int", "integer"),
        ("float", "number"),
        ("double", "number"),
        ("real", "number"),
        ("numeric", "number"),
        ("decimal", "number"),
        ("json", "object"),
    )
    kind = next((kind for part, kind in kinds if part in word), "string")
    field: dict[str, Any] = {"type": [kind, "null"] if nullable else kind}
    if kind == "string" and length:
        field["maxLength"] = length
    if kind in MODEST:
        field |= MODEST[kind]
    formats = (
        ("uuid", "uuid"),
        ("timestamp", "date-time"),
        ("datetime", "date-time"),
        ("date", "date"),
    )
    spoken = next((name for part, name in formats if part in word), None)
    return field | ({"format": spoken} if spoken and kind == "string" else {})
