"""Objects: their declared properties, and others where the schema lets others in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from ..samples import reading
from ..samples.reading import Settled
from .strategy import Strategy
from .texts import LETTERS

if TYPE_CHECKING:
    from .converting import Converter

FieldStrategies = dict[str, Strategy]

_MORE = 3
_KEYS = st.text(LETTERS, min_size=1, max_size=10)


def objects(converter: Converter, schema: Settled) -> Strategy:
    """Objects with the required properties, and any choice of the others."""
    needed, optional = _fields(converter, schema)
    # Hypothesis has this attribute on every strategy, but does not document it.
    if any(made.is_empty for made in needed.values()):
        return st.nothing()
    whole = _with_some(needed, optional) if optional else st.fixed_dictionaries(needed)
    others = _others(converter, schema, needed)
    if others:
        pair = st.tuples(whole, st.one_of(others))
        # In this order no key drawn at random replaces the value of a required property.
        whole = pair.map(lambda found: {**found[1], **found[0]})
    dependent = schema.get("dependentRequired")
    if dependent:
        whole = whole.map(lambda body: _settled(body, needed, dependent))
    least, most = schema.get("minProperties", 0), schema.get("maxProperties")
    # A filter throws draws away: only where the number of properties is not certain.
    if len(needed) >= least and (most is None or len(needed) + len(optional) <= most):
        return whole
    return whole.filter(lambda body: least <= len(body) and (most is None or len(body) <= most))


def _with_some(needed: FieldStrategies, optional: FieldStrategies) -> Strategy:
    """The needed properties and some of the others: one draw says which, not one for each."""
    names = list(optional)
    choices = st.integers(0, 2 ** len(names) - 1)

    @st.composite
    def body(draw: st.DrawFn) -> dict[str, Any]:
        made = {name: draw(field) for name, field in needed.items()}
        choice = draw(choices)
        chosen = [name for place, name in enumerate(names) if choice >> place & 1]
        return made | {name: draw(optional[name]) for name in chosen}

    return body()


def _fields(converter: Converter, schema: Settled) -> tuple[FieldStrategies, FieldStrategies]:
    """The declared properties: those that must be there, and those that may."""
    names = {*reading.required(schema, converter.document)}
    dependent = schema.get("dependentRequired", {})
    while more := {name for known in names for name in dependent.get(known, ())} - names:
        names |= more
    declared = reading.properties(schema, converter.document)
    fields = {name: converter.convert(field) for name, field in declared.items()}
    undeclared = _of_others(converter, schema) if names - fields.keys() else st.nothing()
    needed = {name: fields.get(name, undeclared) for name in sorted(names)}
    kept = {name: made for name, made in fields.items() if name not in names}
    return needed, {name: made for name, made in kept.items() if not made.is_empty}


def _of_others(converter: Converter, schema: Settled) -> Strategy:
    extra = schema.get("additionalProperties", True)
    return st.text(LETTERS) if extra in (True, {}) else converter.convert(extra)


def _others(converter: Converter, schema: Settled, needed: FieldStrategies) -> list[Strategy]:
    """Maps of properties that are not declared; none where there need not be any."""
    declared = schema.get("properties", {})
    # JSON Schema lets others in unless it is told not to; beside declared properties they are
    # drawn only where the schema asks for them.
    extra = schema.get("additionalProperties", not declared)
    named = schema.get("propertyNames")
    least = max(0, schema.get("minProperties", 0) - len(needed))
    most = max(schema.get("maxProperties", len(needed) + least + _MORE) - len(needed), 0)
    made = [
        (_keys(converter, {"pattern": pattern}, named), converter.convert(one))
        for pattern, one in schema.get("patternProperties", {}).items()
    ]
    if extra is not False and (isinstance(extra, Mapping) or not declared or least):
        values = converter.convert({} if extra is True else extra)
        made.append((_keys(converter, {}, named), values))
    return [
        st.dictionaries(
            keys.filter(lambda key: key not in declared), values, min_size=least, max_size=most
        )
        for keys, values in made
        if not values.is_empty or not least
    ]


def _keys(converter: Converter, shape: Settled, named: object) -> Strategy:
    if named is None and not shape:
        return _KEYS
    every = {"allOf": [named or {}, shape], "type": "string"}
    return converter.convert(every)


def _settled(
    body: Mapping[str, Any], needed: FieldStrategies, dependent: Mapping[str, list[str]]
) -> dict[str, Any]:
    """The body without the properties that may not be there alone."""
    alone = {
        name
        for name, wanted in dependent.items()
        if name in body and name not in needed and not body.keys() >= {*wanted}
    }
    kept = {name: value for name, value in body.items() if name not in alone}
    return _settled(kept, needed, dependent) if alone else kept
