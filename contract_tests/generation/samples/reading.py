"""Read a JSON schema as OpenAPI documents spell it: references, compositions, unions, nulls.

Both OpenAPI 3.0 (``nullable``, boolean ``exclusiveMinimum``) and 3.1 (plain JSON Schema) are read.
"""

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from math import lcm
from typing import Any
from urllib.parse import unquote

Schema = Mapping[str, object]
Settled = dict[str, Any]

# Deep enough for real documents, small enough that a schema naming itself ends.
_UNION_DEPTH = 8
METHODS = ("get", "put", "post", "patch", "head", "options", "trace", "delete")
"""The keys of a path that are operations, in the order in which the kit asks them."""

_TIGHTEST = {
    "minimum": max,
    "exclusiveMinimum": max,
    "minLength": max,
    "minItems": max,
    "minProperties": max,
    "minContains": max,
    "maximum": min,
    "exclusiveMaximum": min,
    "maxLength": min,
    "maxItems": min,
    "maxProperties": min,
    "maxContains": min,
}
# Two different ones cannot be told in one schema: they stay beside each other, under ``allOf``.
_APART = frozenset(
    {
        "pattern",
        "not",
        "anyOf",
        "oneOf",
        "additionalProperties",
        "contains",
        "propertyNames",
        "prefixItems",
        "if",
        "then",
        "else",
        "const",
    }
)
_KEYWORDS_OF_KIND = {
    "object": ("properties", "additionalProperties", "required", "patternProperties"),
    "array": ("items", "prefixItems", "minItems", "maxItems", "uniqueItems"),
    "string": ("pattern", "minLength", "maxLength", "format", "contentMediaType"),
    "number": ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
}


def pointed(reference: str, document: Mapping[str, object]) -> Schema | None:
    """Return what ``#/a/b`` names inside ``document``; None if it leads nowhere or outside."""
    if not reference.startswith("#"):
        return None
    here: Any = document
    for part in reference[1:].split("/")[1:]:
        key = unquote(part).replace("~1", "/").replace("~0", "~")
        if not isinstance(here, Mapping) or key not in here:
            return None
        here = here[key]
    return here if isinstance(here, Mapping) else {}


def resolve(schema: object, document: Mapping[str, object]) -> Settled:
    """The schema with every ``$ref`` followed and every ``allOf`` merged into one mapping.

    A reference that leads nowhere, or back to itself, allows anything: ``{}``.
    """
    return merge(_resolve(schema, document, frozenset()), _subtypes(schema, document))


def _subtypes(schema: object, document: Mapping[str, object]) -> Settled:
    """The alternatives of a parent that lists its children by a discriminator alone."""
    reference = schema.get("$ref") if isinstance(schema, Mapping) else None
    parent = pointed(reference, document) if isinstance(reference, str) else schema
    told = parent.get("discriminator") if isinstance(parent, Mapping) else None
    mapping = told.get("mapping") if isinstance(told, Mapping) else None
    if not mapping or not isinstance(parent, Mapping) or parent.keys() & {"oneOf", "anyOf"}:
        return {}
    children = [target for target in mapping.values() if target != reference]
    return {"oneOf": [{"$ref": target} for target in children]} if children else {}


def _resolve(schema: object, document: Mapping[str, object], seen: frozenset[str]) -> Settled:
    if not isinstance(schema, Mapping):
        return {}
    reference = schema.get("$ref")
    own = {key: value for key, value in schema.items() if key not in ("$ref", "allOf")}
    merged: Settled = {}
    if isinstance(reference, str) and reference not in seen:
        merged = _resolve(pointed(reference, document) or {}, document, seen | {reference})
        seen |= {reference}
    parts = schema.get("allOf")
    for part in parts if isinstance(parts, list) else ():
        merged = merge(merged, _inherited(_resolve(part, document, seen)))
    return merge(merged, own)


def _inherited(parent: Settled) -> Settled:
    # How a parent tells its children apart is not for the child to tell again.
    is_union = parent.keys() & {"oneOf", "anyOf"}
    return parent if is_union else {k: v for k, v in parent.items() if k != "discriminator"}


def merge(left: Settled, right: Settled) -> Settled:
    """One schema that says what both say.

    What no single keyword can say, two different patterns for instance, is listed under ``allOf``.
    """
    merged = {**left, **right}
    for key in left.keys() & right.keys():
        merged[key] = _both(key, left[key], right[key])
    apart = [key for key in left.keys() & right.keys() & _APART if left[key] != right[key]]
    beside = [*left.get("allOf", ()), *right.get("allOf", ())]
    if apart:
        beside += [{key: left[key] for key in sorted(apart)}]
    return {**merged, "allOf": beside} if beside else merged


def _both(key: str, left: Any, right: Any) -> Any:
    if key in _TIGHTEST and not isinstance(left, bool) and not isinstance(right, bool):
        return _TIGHTEST[key](left, right)
    return _TOGETHER[key](left, right) if key in _TOGETHER else right


def _all_fields(left: Settled, right: Settled) -> Settled:
    shared = {name: {"allOf": [left[name], right[name]]} for name in left.keys() & right.keys()}
    return {**left, **right, **shared}


def _listed_in_both(left: list[Any], right: list[Any]) -> list[Any]:
    return [item for item in left if item in right] or right


def _types_of_both(left: Any, right: Any) -> Any:
    every = [
        name
        for name in (left if isinstance(left, list) else [left])
        if name in right or (name == "integer" and "number" in right)
    ]
    return (every if len(every) > 1 else every[0]) if every else right


def _multiple_of_both(left: Any, right: Any) -> Any:
    first, second = Fraction(str(left)), Fraction(str(right))
    bottom = lcm(first.denominator, second.denominator)
    both = Fraction(lcm(int(first * bottom), int(second * bottom)), bottom)
    return int(both) if both.denominator == 1 else float(both)


_TOGETHER: dict[str, Callable[[Any, Any], Any]] = {
    "properties": _all_fields,
    "patternProperties": _all_fields,
    "items": lambda left, right: {"allOf": [left, right]},
    "required": lambda left, right: [*left, *(name for name in right if name not in left)],
    "enum": _listed_in_both,
    "type": _types_of_both,
    "multipleOf": _multiple_of_both,
    "uniqueItems": lambda left, right: left or right,
    "nullable": lambda left, right: left and right,
}


def branches(schema: object, document: Mapping[str, object]) -> Iterator[Settled]:
    """Every alternative of the schema, unions inside unions laid flat; one if it has no union."""
    yield from _branches(resolve(schema, document), document, _UNION_DEPTH)


def _branches(resolved: Settled, document: Mapping[str, object], depth: int) -> Iterator[Settled]:
    union = resolved.get("anyOf") or resolved.get("oneOf")
    rest = {key: value for key, value in resolved.items() if key not in ("anyOf", "oneOf")}
    if not union or depth == 0:
        yield from _by_type(rest)
        return
    discriminator = rest.pop("discriminator", None)
    for branch in union:
        chosen = merge(rest, discriminated(branch, discriminator, document))
        yield from _branches(chosen, document, depth - 1)


def _by_type(resolved: Settled) -> Iterator[Settled]:
    types = resolved.get("type")
    for name in types if isinstance(types, list) and types else [types]:
        yield {**resolved, "type": name} if name else resolved
    if resolved.get("nullable") is True:
        yield {"type": "null"}


def discriminated(branch: Any, discriminator: Any, document: Mapping[str, object]) -> Settled:
    """An alternative, with the one value of the property that tells it from the others."""
    resolved = resolve(branch, document)
    reference = branch.get("$ref") if isinstance(branch, Mapping) else None
    if not isinstance(discriminator, Mapping) or not isinstance(reference, str):
        return resolved
    name = str(discriminator.get("propertyName"))
    tagged: Settled = {"properties": {name: {"const": discriminator_value(branch, discriminator)}}}
    if is_tagged(branch, name, document):
        tagged["properties"] = {}
    return merge(resolved, {**tagged, "required": [name]})


def discriminator_value(branch: Any, discriminator: Mapping[str, Any]) -> str | None:
    """The value that chooses this alternative; None for one that has no name."""
    reference = branch.get("$ref") if isinstance(branch, Mapping) else None
    if not isinstance(reference, str):
        return None
    name = reference.rpartition("/")[2]
    mapping = discriminator.get("mapping") or {}
    return next((key for key, to in mapping.items() if to in (reference, name)), name)


def is_tagged(branch: Any, name: str, document: Mapping[str, object]) -> bool:
    """Return whether the alternative itself says what values this property of it may have."""
    field = resolve(branch, document).get("properties", {}).get(name)
    return bool(resolve(field, document).keys() & {"const", "enum"})


def settle(schema: object, document: Mapping[str, object]) -> Settled:
    """One plain schema to make a value of: the first alternative that is not null."""
    every = list(branches(schema, document))
    return next((branch for branch in every if kind_of(branch) != "null"), every[0])


def kind_of(settled: Settled) -> str:
    """The JSON type of a schema without unions; guessed from its keywords when it names none."""
    if settled.get("type"):
        return str(settled["type"])
    if "const" in settled or settled.get("enum"):
        return _kind_of_value(settled.get("const", (settled.get("enum") or [None])[0]))
    for name, keywords in _KEYWORDS_OF_KIND.items():
        if any(keyword in settled for keyword in keywords):
            return name
    return "any"


def _kind_of_value(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    names = {str: "string", int: "integer", float: "number", list: "array", dict: "object"}
    return names.get(type(value), "any")


def kind(schema: object, document: Mapping[str, object]) -> str:
    """string, integer, number, boolean, array, object, null or any: the first that is not null."""
    return kind_of(settle(schema, document))


def kinds(schema: object, document: Mapping[str, object]) -> frozenset[str]:
    """Every JSON type the schema lets through."""
    return frozenset(kind_of(branch) for branch in branches(schema, document))


def is_nullable(schema: object, document: Mapping[str, object]) -> bool:
    """Return whether null is a valid value."""
    every = tuple(branches(schema, document))
    listed = any(None in branch.get("enum", ()) for branch in every)
    return listed or any(kind_of(branch) in ("null", "any") for branch in every)


def properties(schema: object, document: Mapping[str, object]) -> dict[str, Schema]:
    """The properties a client may send, by name; those marked ``readOnly`` are left out."""
    declared = settle(schema, document).get("properties", {})
    return {
        name: field
        for name, field in declared.items()
        if resolve(field, document).get("readOnly") is not True
    }


def required(schema: object, document: Mapping[str, object]) -> frozenset[str]:
    """The names a client must send."""
    declared = settle(schema, document).get("required", ())
    writable = settle(schema, document).get("properties", {}).keys()
    offered = properties(schema, document).keys()
    return frozenset(name for name in declared if name in offered or name not in writable)


def text_fields(schema: object, document: Mapping[str, object]) -> tuple[str, ...]:
    """The properties that take any text: strings without enum, const, format or pattern."""
    shaped = ("enum", "const", "format", "pattern", "contentMediaType", "contentEncoding")
    return tuple(
        name
        for name, field in properties(schema, document).items()
        if kind(field, document) == "string" and not shaped_by(settle(field, document), shaped)
    )


def shaped_by(settled: Settled, keywords: tuple[str, ...]) -> bool:
    """Return whether the schema says anything under these keywords."""
    return any(settled.get(keyword) is not None for keyword in keywords)
