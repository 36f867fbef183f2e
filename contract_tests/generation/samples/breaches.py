"""Bodies that each break exactly one promise of the schema, named so that a report reads well.

Only breaches no reader can excuse: no number that a text spells, no text a reader may trim.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from . import reading
from .formats import pattern_of
from .reading import Settled
from .values import bounds, plain, sample

# Longer text than this is a load test, not a question about one promise.
_LONGEST_TEXT = 100_000
_LONGEST_LIST = 1_000
_DEEPEST = 2
_NEVER = "never valid"
_UNLIKELY = (_NEVER, "0", "?", "Zz9?", "?" * 12, "?" * 40)
_NOT_OF_KIND: dict[str, object] = {
    "string": {"wrong": "type"},
    "integer": ["wrong type"],
    "number": ["wrong type"],
    "boolean": {"wrong": "type"},
    "array": 7,
    "object": "wrong type",
}
_CHECKED_FORMATS = frozenset({"uuid", "date", "date-time", "time"})

Change = Callable[[dict[str, object]], object]
_Rows = Iterator[tuple[str, Change]]
_Wrong = Iterator[tuple[str, str, object]]


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
    return tuple(
        Breach(name, change(_body(schema, document, serial + place)))
        for place, (name, change) in enumerate(changes(schema, document))
    )


def changes(schema: object, document: Mapping[str, object]) -> tuple[tuple[str, Change], ...]:
    """Return changes that make a valid body invalid, each with words for what is wrong then."""
    if reading.kind(schema, document) != "object":
        return ()
    return (
        *_missing(schema, document),
        *_wrong_values(schema, document),
        *_unexpected(schema, document),
        *_not_objects(schema, document),
    )


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
        for where, what, value in wrong_values(field, document):
            yield f"{name}{where}: {what}", _with(name, value)


def _unexpected(schema: object, document: Mapping[str, object]) -> _Rows:
    if reading.settle(schema, document).get("additionalProperties") is False:
        yield "a property never declared", _with("neverDeclared", 1)


def _not_objects(schema: object, document: Mapping[str, object]) -> _Rows:
    kinds = reading.kinds(schema, document)
    if not kinds & {"array", "any"}:
        yield "body: a list", lambda body: [body]
    if not kinds & {"string", "any"}:
        yield "body: a text", lambda _body: "wrong type"
    if not reading.is_nullable(schema, document):
        yield "body: null", lambda _body: None


def _without(name: str) -> Change:
    return lambda body: {key: value for key, value in body.items() if key != name}


def _with(name: str, value: object) -> Change:
    return lambda body: {**body, name: value}


def wrong_values(schema: object, document: Mapping[str, object], depth: int = 0) -> _Wrong:
    """Values the schema of one property refuses: where inside it, what is wrong there, the value.

    Inside of lists, maps and objects as well, a few levels deep.
    """
    kinds = reading.kinds(schema, document)
    if "any" in kinds:
        return
    if not reading.is_nullable(schema, document):
        yield "", "null", None
    only = [
        branch for branch in reading.branches(schema, document) if reading.kind_of(branch) != "null"
    ]
    yield from _wrong_types(kinds - {"null"})
    if len(only) == 1 and only[0].get("not") is None:
        yield from _wrong_for(only[0], document, depth)


def _wrong_types(kinds: frozenset[str]) -> _Wrong:
    if kinds <= {"integer", "number"} and kinds:
        yield "", "not a number", "abc"
    for name in sorted(kinds):
        value = _NOT_OF_KIND[name]
        if reading.kind({"const": value}, {}) not in kinds:
            yield "", "wrong type", value
            return


def _wrong_for(settled: Settled, document: Mapping[str, object], depth: int) -> _Wrong:
    kind = reading.kind_of(settled)
    if "const" in settled or settled.get("enum"):
        if kind == "string":
            yield "", "not in enum", "never listed"
        return
    match kind:
        case "string":
            yield from (("", what, value) for what, value in _wrong_texts(settled, document))
        case "integer" | "number":
            yield from (("", what, value) for what, value in _wrong_numbers(settled))
        case "array":
            yield from (("", what, value) for what, value in _wrong_lengths(settled, document))
            yield from _wrong_items(settled, document, depth)
        case "object":
            yield from _wrong_insides(settled, document, depth)


def _wrong_texts(settled: Settled, document: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    name = settled.get("format")
    told = pattern_of(name, document)
    checked = name in _CHECKED_FORMATS or (told and not re.search(told, _NEVER))
    if checked and "pattern" not in settled:
        yield f"not a {name}", _NEVER
    if reading.shaped_by(settled, ("pattern", "format")) and name != "password":
        yield from _mismatches(settled)
        return
    if settled.get("maxLength", _LONGEST_TEXT) < _LONGEST_TEXT:
        yield "too long", "x" * (settled["maxLength"] + 1)
    if settled.get("minLength"):
        yield "too short", "x" * (settled["minLength"] - 1)


def _mismatches(settled: Settled) -> Iterator[tuple[str, object]]:
    """One text of a fitting length that the expression refuses and no trimming mends."""
    least, most = settled.get("minLength", 0), settled.get("maxLength", _LONGEST_TEXT)
    try:
        wrong = [
            text
            for text in _UNLIKELY
            if least <= len(text) <= most and not re.search(settled["pattern"], text)
        ]
    except (re.error, KeyError):
        return
    yield from (("not matching", text) for text in wrong[:1])


def _wrong_numbers(settled: Settled) -> Iterator[tuple[str, object]]:
    (low, open_low), (high, open_high) = bounds(settled)
    step = Fraction(str(settled.get("multipleOf") or 1))
    if low is not None:
        yield "below minimum", plain(low if open_low else low - step)
    if high is not None:
        yield "above maximum", plain(high if open_high else high + step)


def _wrong_lengths(
    settled: Settled, document: Mapping[str, object]
) -> Iterator[tuple[str, object]]:
    least, most = settled.get("minItems", 0), settled.get("maxItems", _LONGEST_LIST)
    if least:
        yield "too few", _items(settled, document, least - 1)
    if most < _LONGEST_LIST:
        yield "too many", _items(settled, document, most + 1)


def _items(settled: Settled, document: Mapping[str, object], count: int) -> list[object]:
    schemas = [*settled.get("prefixItems", ()), *[settled.get("items", {})] * count][:count]
    return [sample(schema, document, place) for place, schema in enumerate(schemas)]


def _wrong_items(settled: Settled, document: Mapping[str, object], depth: int) -> _Wrong:
    least, most = settled.get("minItems", 0), settled.get("maxItems", _LONGEST_LIST)
    if depth >= _DEEPEST or "prefixItems" in settled or most < 1:
        return
    others = _items(settled, document, max(least, 1))[1:]
    for where, what, value in wrong_values(settled.get("items", {}), document, depth + 1):
        yield f"[0]{where}", what, [value, *others]


def _wrong_insides(settled: Settled, document: Mapping[str, object], depth: int) -> _Wrong:
    made = sample(settled, document, 1)
    if depth >= _DEEPEST or not isinstance(made, dict):
        return
    for name, field in reading.properties(settled, document).items():
        if name in reading.required(settled, document):
            yield f".{name}", "missing", _without(name)(made)
        for where, what, value in wrong_values(field, document, depth + 1):
            yield f".{name}{where}", what, {**made, name: value}
    extra = settled.get("additionalProperties")
    if isinstance(extra, Mapping) and not made and "propertyNames" not in settled:
        for where, what, value in wrong_values(extra, document, depth + 1):
            yield f".key{where}", what, {"key": value}
