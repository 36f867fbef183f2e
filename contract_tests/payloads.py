"""Hypothesis strategies for the bodies a schema allows, its boundaries mixed in on purpose.

Random text almost never has exactly the longest length allowed, so the boundaries are listed.
NUL and surrogates never appear: they belong to the hostile battery.
"""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from hypothesis import strategies as st

from .samples import formats, reading, values

Strategy = st.SearchStrategy[Any]

_READ = frozenset(
    "type properties required additionalProperties items minItems"  # noqa: SIM905 - reads as a list
    " maxItems uniqueItems enum const anyOf oneOf nullable minimum maximum exclusiveMinimum"
    " exclusiveMaximum multipleOf pattern minLength maxLength format".split()
)
_REMARKS = frozenset(
    "title description default example examples deprecated readOnly"  # noqa: SIM905 - the same
    " writeOnly discriminator externalDocs xml $schema $defs $comment".split()
)
_TEXTS = (
    "",
    "é",
    "日本語",
    "\U0001f600\U0010fffd",
    " white space at the ends ",
    'it\'s a "quote"',
    "'; DROP TABLE contract; --",
    "100%_\\",
    "null",
)
_LONGEST_BOUNDARY = 20_000
_ROOM = 40
_LETTERS = st.characters(codec="utf-8", exclude_characters="\x00")
_INTEGERS = (-(2**31), 2**31 - 1)
_NUMBERS = (-1e9, 1e9)
_MADE: dict[str, Strategy] = {
    "uuid": st.uuids(version=4).map(str),
    "date": st.dates().map(lambda day: day.isoformat()),
    "date-time": st.datetimes().map(lambda moment: f"{moment.isoformat()}Z"),
    "password": st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=8),
}


class UnreadSchemaError(ValueError):
    """The schema uses a keyword this module does not convert; it is named in the message."""


def valid_bodies(schema: object, document: Mapping[str, object]) -> Strategy:
    """Every body the schema allows, readOnly properties left out.

    A schema with keywords not read here is left to Schemathesis: slower, and knows them all.
    """
    try:
        return _Converter(document).convert(schema)
    except UnreadSchemaError:
        from .fuzzing import body_strategy

        return body_strategy(schema, document)


class _Converter:
    """One strategy per named schema, so that a schema may contain itself."""

    def __init__(self, document: Mapping[str, object]) -> None:
        self._document = document
        self._named: dict[str, Strategy] = {}

    def convert(self, schema: object) -> Strategy:
        """The strategy for a schema; UnreadSchemaError if it says something not read here."""
        reference = schema.get("$ref") if isinstance(schema, Mapping) else None
        if not isinstance(reference, str) or len(schema) > 1:  # type: ignore[arg-type]
            return self._plain(reading.resolve(schema, self._document))
        if reference not in self._named:
            found: list[Strategy] = []
            self._named[reference] = st.deferred(lambda: found[0])
            found.append(self._plain(reading.resolve(schema, self._document)))
        return self._named[reference]

    def _plain(self, schema: reading.Settled) -> Strategy:
        unread = sorted(key for key in schema.keys() - _READ - _REMARKS if key[:2] != "x-")
        if unread:
            raise UnreadSchemaError(f"not read: {', '.join(unread)}")
        if "const" in schema:
            return st.just(schema["const"])
        if schema.get("enum"):
            return st.sampled_from(schema["enum"])
        if schema.get("nullable") is True:
            return st.none() | self._plain({**schema, "nullable": False})
        if "anyOf" in schema or "oneOf" in schema:
            return self._union(schema)
        if isinstance(schema.get("type"), list):
            return st.one_of([self._plain({**schema, "type": name}) for name in schema["type"]])
        return _STRATEGIES[reading.kind_of(schema)](self, schema)

    def _union(self, schema: reading.Settled) -> Strategy:
        options = schema.get("anyOf") or schema["oneOf"]
        beside = schema.keys() & _READ - {"anyOf", "oneOf"}
        kinds = [reading.kind(option, self._document) for option in options]
        tagged = "discriminator" in schema and "oneOf" in schema and set(kinds) == {"object"}
        # Alternatives that overlap would make a value of two of them, which oneOf refuses.
        alike = "oneOf" in schema and len(set(kinds)) < len(kinds)
        if beside or (alike and not tagged) or {"integer", "number"} <= set(kinds):
            raise UnreadSchemaError("not read: a union whose alternatives overlap")
        return st.one_of([self.convert(option) for option in options])

    def properties(self, schema: reading.Settled) -> Strategy:
        """Objects with the required properties and any choice of the optional ones."""
        names = reading.required(schema, self._document)
        fields = {
            name: self.convert(field)
            for name, field in reading.properties(schema, self._document).items()
        }
        needed = {name: fields.get(name, st.text(_LETTERS)) for name in names}
        optional = {name: made for name, made in fields.items() if name not in names}
        extra = schema.get("additionalProperties")
        if isinstance(extra, Mapping) and not fields:
            keys = st.text(_LETTERS, min_size=1, max_size=10)
            return st.dictionaries(keys, self.convert(extra), max_size=3)
        return st.fixed_dictionaries(needed, optional=optional)

    def items(self, schema: reading.Settled) -> Strategy:
        """Lists of the declared length."""
        least = schema.get("minItems", 0)
        unique = _spelled if schema.get("uniqueItems") else None
        return st.lists(
            self.convert(schema.get("items", {})),
            min_size=least,
            max_size=schema.get("maxItems", least + 3),
            unique_by=unique,
        )


def _spelled(value: object) -> str:
    return json.dumps(value, sort_keys=True)


def _texts(_converter: _Converter, schema: reading.Settled) -> Strategy:
    least, most = schema.get("minLength", 0), schema.get("maxLength")

    def fits(text: str) -> bool:
        return len(text) >= least and (most is None or len(text) <= int(most))

    pattern = schema.get("pattern")
    if pattern is not None and not _takes_most(pattern):
        found = st.from_regex(pattern, alphabet=_LETTERS)
        return found.filter(lambda text: fits(text) and not text.endswith("\n"))
    name = str(schema.get("format"))
    if name in _MADE:
        return _MADE[name].filter(fits)
    if formats.formatted(name, 1) is not None:
        return st.integers(1, 10**4).map(lambda serial: formats.formatted(name, serial))
    sizes = [size for size in (least, most) if size is not None and size <= _LONGEST_BOUNDARY]
    # The two lengths at the limits get a choice of their own, or they would seldom be drawn.
    edges = [[text for text in _TEXTS if fits(text)], ["x" * size for size in sizes]]
    longest = least + _ROOM if most is None else min(most, least + _ROOM)
    anything = st.text(_LETTERS, min_size=least, max_size=longest)
    drawn = st.one_of(anything, *(st.sampled_from(listed) for listed in edges if listed))
    # A lambda, since Hypothesis would make of `re.search` itself texts without any boundary.
    return drawn if pattern is None else drawn.filter(lambda text: re.search(pattern, text))


def _takes_most(pattern: str) -> bool:
    """Whether a pattern only excludes a few characters: its texts are drawn as others are."""
    return all(re.search(pattern, text) for text in (*_TEXTS[1:], "0", "x"))


def _integers(_converter: _Converter, schema: reading.Settled) -> Strategy:
    step, low, high = values.grid(schema)
    first = low if low is not None else min(_INTEGERS[0], high or 0)
    last = high if high is not None else max(_INTEGERS[1], first)
    # Hypothesis shrinks towards the first alternative: the boundaries come second.
    places = st.integers(first, last) | st.sampled_from([first, last])
    return places.map(lambda place: int(place * step))


def _numbers(converter: _Converter, schema: reading.Settled) -> Strategy:
    if schema.get("multipleOf"):
        step = values.grid(schema)[0]
        return _integers(converter, schema).map(float) if step.denominator == 1 else _unread(step)
    (low, open_low), (high, open_high) = values.bounds(schema)
    least = float(low) if low is not None else min(_NUMBERS[0], float(high or 0))
    most = float(high) if high is not None else max(_NUMBERS[1], least)
    edges = [least] * (not open_low) + [most] * (not open_high)
    inside = st.floats(least, most, exclude_min=open_low, exclude_max=open_high)
    return inside | st.sampled_from(edges) if edges else inside


def _unread(step: object) -> Strategy:
    raise UnreadSchemaError(f"not read: multiples of {step}")


_STRATEGIES: dict[str, Callable[[_Converter, reading.Settled], Strategy]] = {
    "null": lambda _converter, _schema: st.none(),
    "any": lambda _converter, _schema: st.none() | st.booleans() | st.sampled_from(_TEXTS),
    "boolean": lambda _converter, _schema: st.booleans(),
    "integer": _integers,
    "number": _numbers,
    "string": _texts,
    "array": _Converter.items,
    "object": _Converter.properties,
}
