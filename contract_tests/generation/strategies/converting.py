"""One strategy for one schema: references, compositions, unions, and what each type says."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from hypothesis import strategies as st

from ..samples import reading
from ..samples.reading import Settled
from .checking import validity
from .decimals import decimal_numbers, decimal_texts, is_decimal
from .lists import lists
from .numbers import integers, numbers
from .objects import objects
from .strategy import Strategy
from .texts import ODD_TEXTS, texts

DEEPEST = 4
"""The number of times that a schema that contains itself is followed into itself."""

_READ = frozenset(
    "type properties required additionalProperties items minItems maxItems uniqueItems enum const"  # noqa: SIM905 - reads as a list
    " anyOf oneOf nullable minimum maximum exclusiveMinimum exclusiveMaximum multipleOf pattern"
    " minLength maxLength format contentEncoding prefixItems contains minContains maxContains not"
    " minProperties maxProperties patternProperties propertyNames dependentRequired"
    " discriminator".split()
)
_REMARKS = frozenset(
    "title description default example examples deprecated readOnly writeOnly externalDocs xml"  # noqa: SIM905 - the same
    " $schema $defs $comment $id contentMediaType".split()
)
_UNIONS = ("anyOf", "oneOf")
_ANYTHING = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**31), 2**31 - 1), st.sampled_from(ODD_TEXTS)
)

_PLAIN: dict[str, Callable[[Settled], Strategy]] = {
    "null": lambda _schema: st.none(),
    "boolean": lambda _schema: st.booleans(),
    "integer": integers,
    "number": numbers,
    "any": lambda _schema: _ANYTHING,
}


class UnreadSchemaError(ValueError):
    """The schema uses a keyword this package does not convert; it is named in the message."""


class Converter:
    """One strategy per named schema and depth, so that a schema may contain itself."""

    def __init__(self, document: Mapping[str, object]) -> None:
        self.document = document
        self._made: dict[tuple[str, int], Strategy] = {}
        self._depth = 0
        self._recursive: dict[str, bool] = {}

    def whole(self, schema: object) -> Strategy:
        """The strategy for a body; UnreadSchemaError also if no body of the schema ever ends."""
        made = self.convert(schema)
        if made.is_empty:
            raise UnreadSchemaError("not read: each body would contain another one")
        return made

    def convert(self, schema: object, tag: object = None) -> Strategy:
        """The strategy for a schema; UnreadSchemaError if it says something not read here.

        `tag` is the discriminator that has chosen it.
        """
        if schema is False:
            return st.nothing()
        inside = any(self._contains_itself(name) for name in references(schema))
        if inside and self._depth >= DEEPEST:
            return st.nothing()
        self._depth += inside
        try:
            return self._once(schema, tag)
        finally:
            self._depth -= inside

    def _once(self, schema: object, tag: object) -> Strategy:
        resolved = reading.discriminated(schema, tag, self.document)
        reference = schema.get("$ref") if isinstance(schema, Mapping) else None
        if not isinstance(reference, str) or len(schema) > 1:  # type: ignore[arg-type]
            return self.settled(resolved)
        key = (f"{reference} {tag}", self._depth)
        if key not in self._made:
            self._made[key] = self.settled(_without_itself(resolved, reference))
        return self._made[key]

    def _contains_itself(self, reference: str) -> bool:
        if reference not in self._recursive:
            met: set[str] = set()
            ahead = list(mentioned(reading.pointed(reference, self.document)))
            while ahead:
                name = ahead.pop()
                if name not in met:
                    met.add(name)
                    ahead += mentioned(reading.pointed(name, self.document))
            self._recursive[reference] = reference in met
        return self._recursive[reference]

    def settled(self, schema: Settled) -> Strategy:
        """The strategy for a schema whose references and compositions are resolved."""
        unread = sorted(key for key in schema.keys() - _READ - _REMARKS if key[:2] != "x-")
        if unread:
            raise UnreadSchemaError(f"not read: {', '.join(unread)}")
        if "not" in schema:
            rest = {key: value for key, value in schema.items() if key != "not"}
            return self.checked(self.settled(rest), schema)
        if schema.get("nullable") is True:
            return st.none() | self.settled({**schema, "nullable": False})
        if "const" in schema or schema.get("enum"):
            return self._listed(schema)
        if schema.keys() & {*_UNIONS}:
            return self._union(schema)
        if isinstance(schema.get("type"), list):
            return st.one_of([self.settled({**schema, "type": name}) for name in schema["type"]])
        return self._typed(schema)

    def _typed(self, schema: Settled) -> Strategy:
        match reading.kind_of(schema):
            case "string":
                return self._texts(schema)
            case "array":
                return lists(self, schema)
            case "object":
                return objects(self, schema)
            case kind:
                return _PLAIN[kind](schema)

    def _texts(self, schema: Settled) -> Strategy:
        found = texts(schema, self.document)
        if found is None:
            raise UnreadSchemaError(f"not read: the expression {schema.get('pattern')!r}")
        return found

    def _listed(self, schema: Settled) -> Strategy:
        """The values that are listed, as far as the other keywords let them through."""
        offered = [schema["const"]] if "const" in schema else schema["enum"]
        check = validity(schema, self.document) or (lambda _value: True)
        return st.sampled_from([value for value in offered if check(value)] or offered)

    def _union(self, schema: Settled) -> Strategy:
        if schema.keys() >= {*_UNIONS}:
            raise UnreadSchemaError("not read: anyOf beside oneOf")
        name = "oneOf" if "oneOf" in schema else "anyOf"
        rest = {key: value for key, value in schema.items() if key not in (*_UNIONS, *_REMARKS)}
        discriminator = rest.pop("discriminator", None)
        options = schema[name]
        told = [
            reading.merge(rest, reading.discriminated(option, discriminator, self.document))
            for option in options
        ]
        if not rest and (decimal := _decimals(told)) is not None:
            return decimal
        made = [
            # An option alone is converted as it was named, once for the whole document.
            self.settled(whole) if rest.keys() - {"type"} else self.convert(option, discriminator)
            for option, whole in zip(options, told, strict=True)
        ]
        chosen = st.one_of(made)
        exclusive = name == "anyOf" or are_apart(told, discriminator, self.document)
        return chosen if exclusive else self.checked(chosen, schema)

    def checked(self, strategy: Strategy, schema: Settled) -> Strategy:
        """The values that the schema really lets through."""
        check = validity(schema, self.document)
        if check is None:
            raise UnreadSchemaError(f"not read: {', '.join(sorted(schema))} cannot be checked")
        return strategy.filter(check)


def references(schema: object) -> Iterator[str]:
    """The names of what a schema is, as opposed to what it has inside."""
    if isinstance(schema, Mapping):
        if isinstance(schema.get("$ref"), str):
            yield str(schema["$ref"])
        for part in schema.get("allOf") or ():
            yield from references(part)


def mentioned(schema: Any) -> Iterator[str]:
    """Every name inside a schema, wherever it stands."""
    if isinstance(schema, Mapping):
        if isinstance(schema.get("$ref"), str):
            yield schema["$ref"]
        for value in schema.values():
            yield from mentioned(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from mentioned(value)


def _without_itself(schema: Settled, reference: str) -> Settled:
    """A child that names its parent gets its parent's union, and would be looked for in itself."""
    unions = [name for name in _UNIONS if {"$ref": reference} in schema.get(name, ())]
    return {k: v for k, v in schema.items() if not unions or k not in (*unions, "discriminator")}


def are_apart(options: Sequence[Settled], tag: Any, document: Mapping[str, object]) -> bool:
    """Return whether no value is valid for two of these alternatives, which oneOf would refuse."""
    if isinstance(tag, Mapping):
        return True
    kinds = [kind for option in options for kind in reading.kinds(option, document)]
    overlapping = "any" in kinds or {"integer", "number"} <= {*kinds}
    return len(set(kinds)) == len(kinds) and not overlapping


def _decimals(options: Sequence[Settled]) -> Strategy | None:
    """A number or the text of one: what pydantic says of a decimal, which is bounded either way."""
    number = next((one for one in options if one.get("type") == "number"), {})
    text = next((one for one in options if _is_decimal_text(one, number)), None)
    if text is None:
        return None
    others = [one for one in options if one is not text]
    pattern = text.get("pattern", "")
    every = [decimal_texts(pattern, number)]
    every += [decimal_numbers(pattern, number)] if number else []
    every += [st.none()] if any(one.get("type") == "null" for one in others) else []
    return st.one_of(every) if len(every) == len(options) else None


def _is_decimal_text(option: Settled, number: Settled) -> bool:
    # Beside a number, a text of which nothing is said is the text of a number.
    alone = option.keys() - _REMARKS == {"type"} and option["type"] == "string"
    return is_decimal(option.get("pattern")) or (bool(number) and alone)
