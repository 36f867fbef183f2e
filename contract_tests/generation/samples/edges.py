"""Values that are barely valid: at each limit a schema names, in each alternative it offers.

Deterministic, like everything here: a defect at exactly the longest length is met every time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from . import reading
from .patterns import matching, text_lengths
from .reading import Settled
from .values import bounds, grid, plain, sample, text

_DEEPEST = 2
_NESTED = 5
_LONGEST_TEXT = 20_000
_LONGEST_LIST = 100
_SEVERAL = 3
_LISTED = 12
_FORMATS: dict[str, dict[str, object]] = {
    # On that day in 1901 the Unix time of 32 bits begins, at 20:45:52 UTC.
    "date": {"a leap day": "2024-02-29", "long ago": "1901-12-13"},
    "date-time": {
        "the last second of a year": "2024-12-31T23:59:59Z",
        "a leap day": "2024-02-29T00:00:00Z",
    },
    "time": {"midnight": "00:00:00Z", "the last second": "23:59:59Z"},
    "duration": {"nothing": "PT0S", "every unit": "P1DT2H3M4S"},
    # These two signs are those that the URL-safe alphabet of Base64 does not have.
    "byte": {"nothing": "", "signs": "+/+/"},
    "base64": {"nothing": "", "signs": "+/+/"},
}


@dataclass(frozen=True)
class Edge:
    """A barely valid value of one field, and what it is, for instance ``name: longest``."""

    name: str
    field: str
    value: object


_Values = Iterator[tuple[str, str, object]]


def edges(schema: object, document: Mapping[str, object], *, serial: int = 1) -> tuple[Edge, ...]:
    """Every edge of every field, in the order of the schema's properties.

    Texts differ from one ``serial`` to the next as far as their limits let them.
    """
    return tuple(
        Edge(f"{name}{where}: {what}", name, value)
        for name, field in reading.properties(schema, document).items()
        for where, what, value in _edges(field, document, serial, 0)
    )


def _edges(schema: object, document: Mapping[str, object], serial: int, depth: int) -> _Values:
    """Yield a place inside the value, what is at its edge there, and the value."""
    met: list[object] = []
    for branch in reading.branches(schema, document):
        for where, what, value in _of_branch(branch, document, serial, depth):
            # By `repr`, since True equals 1 and 1.0, and neither lists nor maps have a hash.
            if repr(value) not in met:
                met.append(repr(value))
                yield where, what, value
    if depth == 0:
        yield from _nested(schema, document, serial)


def _of_branch(
    settled: Settled, document: Mapping[str, object], serial: int, depth: int
) -> _Values:
    if "const" in settled or settled.get("enum"):
        listed = [settled["const"]] if "const" in settled else settled["enum"][:_LISTED]
        yield from (("", repr(value), value) for value in listed)
        return
    match reading.kind_of(settled):
        case "null":
            yield "", "null", None
        case "boolean":
            yield from (("", "false", False), ("", "true", True))
        case "integer" | "number":
            yield from _numbers(settled)
        case "string":
            yield from _texts(settled, serial)
        case "array":
            yield from _lists(settled, document, serial, depth)
        case "object":
            yield from _objects(settled, document, serial, depth)


def _numbers(settled: Settled) -> _Values:
    step, low, high = grid(settled)
    if reading.kind_of(settled) == "integer" or settled.get("multipleOf"):
        limits = [None if place is None else place * step for place in (low, high)]
    else:
        # No number is the one next to an open bound: there is no edge to name.
        limits = [None if is_open else limit for limit, is_open in bounds(settled)]
    for words, limit in zip(("lowest", "highest"), limits, strict=True):
        if limit is not None:
            yield "", words, plain(limit)
    if low is None and high is None:
        yield "", "zero", 0
        yield "", "negative", plain(-3 * step)


def _texts(settled: Settled, serial: int) -> _Values:
    name = settled.get("format")
    if settled.get("contentEncoding") == "base64":
        name = "byte"
    if name:
        yield from (("", what, value) for what, value in _FORMATS.get(str(name), {}).items())
        return
    least, most = _lengths(settled)
    for words, size in (("shortest", least), ("longest", most)):
        if size is not None and size <= _LONGEST_TEXT:
            made = _of_length(settled, serial, size)
            if made is not None:
                yield "", words, made


def _lengths(settled: Settled) -> tuple[int, int | None]:
    least, most = settled.get("minLength", 0), settled.get("maxLength")
    shortest, longest = text_lengths(settled["pattern"]) if "pattern" in settled else (0, None)
    known = [size for size in (most, longest) if size is not None]
    return max(least, shortest), min(known) if known else None


def _of_length(settled: Settled, serial: int, size: int) -> str | None:
    if "pattern" in settled:
        return matching(settled["pattern"], serial, size, size)
    return text("", serial, size, size)


def _lists(settled: Settled, document: Mapping[str, object], serial: int, depth: int) -> _Values:
    fixed = settled.get("prefixItems", [])
    # Without `maxItems` the longest is beyond what is tried: then there is no such edge.
    least, most = settled.get("minItems", len(fixed)), settled.get("maxItems", _LONGEST_LIST + 1)
    sizes = {"shortest": least, "several": _SEVERAL, "longest": most}
    for words, size in sizes.items():
        if least <= size <= min(most, _LONGEST_LIST) and (not fixed or size <= len(fixed)):
            yield "", words, _items(settled, document, serial, size)
    if depth < _DEEPEST and not fixed and least <= 1 <= most:
        for where, what, value in _edges(settled.get("items", {}), document, serial, depth + 1):
            yield f"[0]{where}", what, [value]


def _items(
    settled: Settled, document: Mapping[str, object], serial: int, size: int
) -> list[object]:
    schemas = [*settled.get("prefixItems", []), *[settled.get("items", {})] * size][:size]
    return [sample(schema, document, serial + place) for place, schema in enumerate(schemas)]


def _objects(settled: Settled, document: Mapping[str, object], serial: int, depth: int) -> _Values:
    fields = reading.properties(settled, document)
    lean, whole = (sample(settled, document, serial, complete=full) for full in (False, True))
    yield from (("", "as little as may be", lean), ("", "with everything", whole))
    extra = settled.get("additionalProperties")
    if isinstance(extra, Mapping) and not fields and "propertyNames" not in settled:
        yield "", "one entry", {"key": sample(extra, document, serial)}
    if depth < _DEEPEST and isinstance(whole, dict):
        for name, field in fields.items():
            for where, what, value in _edges(field, document, serial, depth + 1):
                yield f".{name}{where}", what, {**whole, name: value}


def _nested(schema: object, document: Mapping[str, object], serial: int) -> _Values:
    """A value that contains its like, over and over."""
    settled = reading.settle(schema, document)
    made = sample(settled, document, serial)
    for name, field in reading.properties(settled, document).items():
        inner = reading.settle(field, document)
        is_list = reading.kind_of(inner) == "array"
        like = reading.settle(inner.get("items", {}), document) if is_list else inner
        if like != settled or not isinstance(made, dict):
            continue
        value: object = made
        for level in range(1, _NESTED):
            again = sample(settled, document, serial + level)
            value = {
                **(again if isinstance(again, dict) else {}),
                name: [value] if is_list else value,
            }
        yield "", f"{name} {_NESTED} deep", value
