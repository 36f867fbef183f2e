"""Validity of a value for a schema of an OpenAPI document, as a service reads it.

JSON Schema proper does not know what OpenAPI adds: `nullable`, boolean bounds, properties that
only the service may set, alternatives told apart by a property. They are spelled out for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import jsonschema_rs

from ..samples import reading

Check = Callable[[Any], bool]
# Schemas stand under these keywords alone; what is under `enum`, `const`, `default` or
# `example` is data, whatever its keys are called, and stays as it is.
_MAPS = frozenset({"properties", "patternProperties", "$defs", "definitions", "dependentSchemas"})
_LISTS = frozenset({"allOf", "anyOf", "oneOf", "prefixItems"})
_SINGLE = frozenset(
    {
        "items",
        "additionalProperties",
        "not",
        "contains",
        "propertyNames",
        "if",
        "then",
        "else",
        "unevaluatedProperties",
        "unevaluatedItems",
    }
)
_BOUNDS = {"exclusiveMinimum": "minimum", "exclusiveMaximum": "maximum"}


def validity(schema: object, document: Mapping[str, object]) -> Check | None:
    """The question whether a value is valid, formats included; None for a schema that is none."""
    try:
        return jsonschema_rs.validator_for(
            standalone(schema, document), validate_formats=True
        ).is_valid
    # The ValidationError of jsonschema_rs, which a schema that is none raises, is a ValueError.
    except ValueError:
        return None


def standalone(schema: object, document: Mapping[str, object]) -> dict[str, Any]:
    """The schema in plain JSON Schema, with the definitions that its references lead to."""
    spelled = _spelled(schema, document)
    components: Any = document.get("components", {})
    named = components.get("schemas", {}) if isinstance(components, Mapping) else {}
    definitions: Any = document.get("$defs", {})
    return {
        # References lead from the root, so the definitions have to stand there, and the schema
        # below them, where it cannot have keys of the same names.
        "allOf": [spelled],
        "components": {"schemas": {name: _spelled(one, document) for name, one in named.items()}},
        "$defs": {name: _spelled(one, document) for name, one in definitions.items()},
    }


def _spelled(schema: Any, document: Mapping[str, object]) -> Any:
    if not isinstance(schema, Mapping):
        return schema
    plain = {key: _part(key, value, document) for key, value in schema.items()}
    for strict, limit in _BOUNDS.items():
        # Taken away even if false: a boolean there makes a schema invalid outside of OpenAPI 3.0.
        if isinstance(plain.get(strict), bool) and plain.pop(strict) and limit in plain:
            plain[strict] = plain.pop(limit)
    if isinstance(plain.get("required"), list):
        plain["required"] = [name for name in plain["required"] if _is_sent(name, schema, document)]
    if "discriminator" in schema:
        plain |= _discriminated(schema, document)
    return _or_null(plain) if plain.pop("nullable", False) is True else plain


def _part(key: str, value: Any, document: Mapping[str, object]) -> Any:
    if key in _MAPS and isinstance(value, Mapping):
        return {name: _spelled(one, document) for name, one in value.items()}
    if key in _LISTS and isinstance(value, list):
        return [_spelled(one, document) for one in value]
    return _spelled(value, document) if key in _SINGLE else value


def _is_sent(name: str, schema: Mapping[str, Any], document: Mapping[str, object]) -> bool:
    field = schema.get("properties", {}).get(name)
    # OpenAPI requires a `readOnly` property of answers alone.
    return reading.resolve(field, document).get("readOnly") is not True


def _discriminated(schema: Mapping[str, Any], document: Mapping[str, object]) -> dict[str, Any]:
    """The alternatives, each with the one value of the property that tells them apart."""
    options = schema.get("oneOf")
    tag = str(schema["discriminator"].get("propertyName"))
    names = [reading.discriminator_value(one, schema["discriminator"]) for one in options or ()]
    if not options or None in names:
        return {}
    wanted = [{"required": [tag], "properties": {tag: {"const": name}}} for name in names]
    branches = [
        {"allOf": [_spelled(one, document), {} if reading.is_tagged(one, tag, document) else told]}
        for one, told in zip(options, wanted, strict=True)
    ]
    return {"oneOf": branches}


def _or_null(plain: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [plain, {"type": "null"}]}
