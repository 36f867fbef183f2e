"""Bodies that each break exactly one promise of the schema, named so that a report reads well.

Only breaches no reader can excuse: no number that a text spells, no text a reader may trim.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from . import reading
from .reading import Settled
from .values import bounds, sample

# Longer text than this is a load test, not a question about one promise.
_LONGEST_TEXT = 100_000
_LONGEST_LIST = 1_000
_NOT_OF_KIND: dict[str, object] = {
    "string": {"wrong": "type"},
    "integer": ["wrong type"],
    "number": ["wrong type"],
    "boolean": {"wrong": "type"},
    "array": 7,
    "object": "wrong type",
}
_CHECKED_FORMATS = frozenset({"uuid", "date", "date-time", "time"})

_Wrong = Iterator[tuple[str, object]]


@dataclass(frozen=True)
class Breach:
    """One invalid body and what is wrong with it, for instance ``name: too long``."""

    name: str
    body: object


def breaches(
    schema: object, document: Mapping[str, object], *, serial: int = 1
) -> tuple[Breach, ...]:
    """Every body of the battery for this schema, in the order of the schema's properties.

    Each carries required properties only, the broken one aside, and a serial of its own: one
    that is accepted by mistake never hides the next behind a conflict. A schema that is not an
    object has no breaches.
    """
    if reading.kind(schema, document) != "object":
        return ()
    rows = [
        *_missing(schema, document),
        *_wrong_values(schema, document),
        *_unexpected(schema, document),
    ]
    valid = (_body(schema, document, serial + place) for place in range(len(rows)))
    bodies = [Breach(name, change(body)) for (name, change), body in zip(rows, valid, strict=True)]
    return (*bodies, *_not_objects(schema, document, serial + len(rows)))


_Change = Callable[[dict[str, object]], object]
_Rows = Iterator[tuple[str, _Change]]


def _body(schema: object, document: Mapping[str, object], serial: int) -> dict[str, object]:
    made = sample(schema, document, serial)
    return made if isinstance(made, dict) else {}


def _missing(schema: object, document: Mapping[str, object]) -> _Rows:
    names = reading.required(schema, document)
    for name in reading.properties(schema, document):
        if name in names:
            yield f"{name}: missing", _without(name)


def _wrong_values(schema: object, document: Mapping[str, object]) -> _Rows:
    for name, field in reading.properties(schema, document).items():
        for what, value in wrong_values(field, document):
            yield f"{name}: {what}", _with(name, value)


def _unexpected(schema: object, document: Mapping[str, object]) -> _Rows:
    if reading.settle(schema, document).get("additionalProperties") is False:
        yield "a property never declared", _with("neverDeclared", 1)


def _not_objects(schema: object, document: Mapping[str, object], serial: int) -> Iterator[Breach]:
    kinds = reading.kinds(schema, document)
    if not kinds & {"array", "any"}:
        yield Breach("body: a list", [_body(schema, document, serial)])
    if not kinds & {"string", "any"}:
        yield Breach("body: a text", "wrong type")
    if not reading.is_nullable(schema, document):
        yield Breach("body: null", None)


def _without(name: str) -> _Change:
    return lambda body: {key: value for key, value in body.items() if key != name}


def _with(name: str, value: object) -> _Change:
    return lambda body: {**body, name: value}


def wrong_values(schema: object, document: Mapping[str, object]) -> _Wrong:
    """Values the schema of one property refuses, each with the words for what is wrong."""
    kinds = reading.kinds(schema, document)
    if "any" in kinds:
        return
    if not reading.is_nullable(schema, document):
        yield "null", None
    only = [
        branch for branch in reading.branches(schema, document) if reading.kind_of(branch) != "null"
    ]
    yield from _wrong_types(kinds - {"null"})
    if len(only) == 1 and only[0].get("not") is None:
        yield from _wrong_for(only[0], document)


def _wrong_types(kinds: frozenset[str]) -> _Wrong:
    if kinds <= {"integer", "number"} and kinds:
        yield "not a number", "abc"
    for name in sorted(kinds):
        value = _NOT_OF_KIND[name]
        if reading.kind({"const": value}, {}) not in kinds:
            yield "wrong type", value
            return


def _wrong_for(settled: Settled, document: Mapping[str, object]) -> _Wrong:
    kind = reading.kind_of(settled)
    if "const" in settled or settled.get("enum"):
        if kind == "string":
            yield "not in enum", "never listed"
    elif kind == "string":
        yield from _wrong_texts(settled)
    elif kind in ("integer", "number"):
        yield from _wrong_numbers(settled)
    elif kind == "array":
        yield from _wrong_lengths(settled, document)


def _wrong_texts(settled: Settled) -> _Wrong:
    if settled.get("format") in _CHECKED_FORMATS and "pattern" not in settled:
        yield f"not a {settled['format']}", "never valid"
    if reading.shaped_by(settled, ("pattern", "format")) and settled.get("format") != "password":
        return
    if settled.get("maxLength", _LONGEST_TEXT) < _LONGEST_TEXT:
        yield "too long", "x" * (settled["maxLength"] + 1)
    if settled.get("minLength"):
        yield "too short", "x" * (settled["minLength"] - 1)


def _wrong_numbers(settled: Settled) -> _Wrong:
    (low, open_low), (high, open_high) = bounds(settled)
    step = Fraction(str(settled.get("multipleOf") or 1))
    if low is not None:
        yield "below minimum", _plain(low if open_low else low - step)
    if high is not None:
        yield "above maximum", _plain(high if open_high else high + step)


def _plain(number: Fraction) -> int | float:
    return int(number) if number.denominator == 1 else float(number)


def _wrong_lengths(settled: Settled, document: Mapping[str, object]) -> _Wrong:
    least, most = settled.get("minItems", 0), settled.get("maxItems", _LONGEST_LIST)
    if least:
        yield "too few", _items(settled, document, least - 1)
    if most < _LONGEST_LIST:
        yield "too many", _items(settled, document, most + 1)


def _items(settled: Settled, document: Mapping[str, object], count: int) -> list[object]:
    schemas = [*settled.get("prefixItems", ()), *[settled.get("items", {})] * count][:count]
    return [sample(schema, document, place) for place, schema in enumerate(schemas)]
