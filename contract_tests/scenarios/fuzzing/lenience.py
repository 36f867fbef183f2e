"""Tell a service that is generous about types from one that does not check.

Python frameworks read ``false`` as 0, ``0`` as a date and ``1.0`` as a whole number, and drop keys
they do not know. Accepting those is a policy; accepting a text that is too long is a defect.
"""

import re
from collections.abc import Mapping
from typing import Any

from ...generation.samples import reading

_BOOLEANS = frozenset({"true", "false", "yes", "no", "on", "off", "t", "f", "y", "n", "1", "0"})
# Texts that Python libraries also read from a number: seconds, or the bits of an address.
_NUMBERED = ("date", "time", "duration", "ip")


def is_lax(schema: object, value: object, document: Mapping[str, object]) -> bool:
    """Return whether a lax reader finds the value valid for the schema."""
    return any(_fits(branch, value, document) for branch in reading.branches(schema, document))


def _fits(settled: reading.Settled, value: Any, document: Mapping[str, object]) -> bool:
    allowed = [settled["const"]] if "const" in settled else settled.get("enum")
    if allowed:
        return any(str(item) == str(value) for item in allowed)
    kind = reading.kind_of(settled)
    if kind == "object":
        return isinstance(value, Mapping) and _object_fits(settled, value, document)
    if kind == "array":
        return isinstance(value, list) and _array_fits(settled, value, document)
    if kind in ("integer", "number"):
        return _number_fits(settled, value, whole=kind == "integer")
    return _scalar_fits(kind, settled, value)


def _scalar_fits(kind: str, settled: reading.Settled, value: Any) -> bool:
    if kind == "null":
        return value is None
    if kind == "boolean":
        return isinstance(value, bool | int | float | str) and str(value).lower() in _BOOLEANS
    if kind != "string":
        return True
    if str(settled.get("format")).startswith(_NUMBERED):
        return isinstance(value, bool | int | float | str) and _is_numbered(settled, value)
    return isinstance(value, str) and _valid(settled, value)


def _is_numbered(settled: reading.Settled, value: Any) -> bool:
    # The separators of dates and times are taken loosely, too.
    if isinstance(value, str) and not any(letter.isdigit() for letter in value):
        return False
    return _valid({**settled, "type": ["number", "boolean", "string"], "format": None}, value)


def _number_fits(settled: reading.Settled, value: Any, *, whole: bool) -> bool:
    number = _number(value)
    if number is None or (whole and number != number // 1):
        return False
    return _valid(settled, int(number) if whole else number)


def _number(value: Any) -> float | int | None:
    if isinstance(value, bool | int):
        return int(value)
    try:
        return float(value.replace("_", "") if isinstance(value, str) else value)
    except (TypeError, ValueError, OverflowError):
        return None


def _object_fits(
    settled: reading.Settled, value: Mapping[str, Any], document: Mapping[str, object]
) -> bool:
    fields = settled.get("properties", {})
    present = all(name in value for name in settled.get("required", ()))
    return present and all(
        is_lax(fields[name], item, document) for name, item in value.items() if name in fields
    )


def _array_fits(settled: reading.Settled, value: list[Any], document: Mapping[str, object]) -> bool:
    counted = settled.get("minItems", 0) <= len(value) <= settled.get("maxItems", len(value))
    items = settled.get("items", {})
    return counted and all(is_lax(items, item, document) for item in value)


def _valid(settled: reading.Settled, value: object) -> bool:
    """Return whether the value itself satisfies a schema that refers to nothing.

    A pattern that only Python knows is read as Python does; a schema that is none forbids nothing.
    """
    import jsonschema_rs

    kept = {key: item for key, item in settled.items() if item is not None}
    try:
        return bool(_validator(kept).is_valid(value))
    except jsonschema_rs.ValidationError:
        pattern = kept.pop("pattern", "")
    try:
        return _matches(pattern, value) and bool(_validator(kept).is_valid(value))
    except (jsonschema_rs.ValidationError, re.error):
        return True


def _validator(schema: dict[str, Any]) -> Any:
    import jsonschema_rs

    if any(isinstance(schema.get(key), bool) for key in ("exclusiveMinimum", "exclusiveMaximum")):
        return jsonschema_rs.Draft4Validator(schema)
    return jsonschema_rs.Draft202012Validator(schema, validate_formats=True)


def _matches(pattern: object, value: object) -> bool:
    return not isinstance(value, str) or re.search(str(pattern), value) is not None
