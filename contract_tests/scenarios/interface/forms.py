"""Forms of JSON values and of fields, in words that two services can be compared by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...generation import samples

DEPTH = 3
"""Levels of an answer whose keys are told."""


def kind_of_json(value: object) -> str:
    """Return the JSON type of a value."""
    if isinstance(value, bool):
        return "boolean"
    kinds = {str: "string", int: "integer", float: "number", list: "array", dict: "object"}
    return kinds.get(type(value), "null")


def form_of(value: object, depth: int = DEPTH) -> str:
    """Return keys and types of a value, such as ``{detail: string}``, in the order of names."""
    if isinstance(value, dict) and depth:
        inside = (f"{name}: {form_of(value[name], depth - 1)}" for name in sorted(value))
        return f"{{{', '.join(inside)}}}"
    # Of a list of objects the first one tells; one of plain values may hold any.
    if isinstance(value, list) and value and isinstance(value[0], dict) and depth:
        return f"[{form_of(value[0], depth - 1)}]"
    return kind_of_json(value)


def limits_of(schema: samples.Schema, document: Mapping[str, Any]) -> str:
    """Return the type of a field with its limits, such as ``string of 1 to 255 characters``."""
    settled = samples.settle(schema, document)
    kind = samples.kind(schema, document)
    words = settled.get("format") or kind
    if kind == "string":
        words = f"{words}{_between(settled, ('minLength', 'maxLength'), ' characters')}"
    elif kind in ("integer", "number"):
        words = f"{words}{_between(settled, ('minimum', 'maximum'), '')}"
    is_nullable = samples.is_nullable(schema, document) and kind != "any"
    return f"{words} or null" if is_nullable else str(words)


def _between(settled: Mapping[str, Any], names: tuple[str, str], unit: str) -> str:
    least, most = (settled.get(name) for name in names)
    if least is not None and most is not None:
        return f" of {least} to {most}{unit}"
    if most is not None:
        return f" of up to {most}{unit}"
    return f" of at least {least}{unit}" if least is not None else ""
