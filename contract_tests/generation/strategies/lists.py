"""Lists: of any length or both limits, as tuples, without doubles, with what they must contain."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from ..samples.reading import Settled
from .strategy import Strategy

if TYPE_CHECKING:
    from .converting import Converter


_MORE = 3
_LONGEST_BOUNDARY = 50


def lists(converter: Converter, schema: Settled) -> Strategy:
    """Lists of the declared items and length."""
    fixed = [converter.convert(item) for item in schema.get("prefixItems", ())]
    wanted = _wanted(schema)
    least = max(0, schema.get("minItems", 0) - len(fixed) - wanted)
    most = None if "maxItems" not in schema else schema["maxItems"] - len(fixed) - wanted
    rest = _rest(converter, schema, least, most)
    parts = [st.tuples(*fixed), rest]
    if wanted:
        both = {"allOf": [schema.get("items", {}), schema["contains"]]}
        parts.append(st.lists(converter.convert(both), min_size=wanted, max_size=wanted))
    if len(parts) > 2 or fixed:  # noqa: PLR2004 - a plain list has two parts, the first of them empty
        rest = st.tuples(*parts).map(lambda lists: [item for part in lists for item in part])
    is_exact = not ("contains" in schema or (fixed and schema.get("uniqueItems")))
    return rest if is_exact else converter.checked(rest, schema)


def _wanted(schema: Settled) -> int:
    return int(schema.get("minContains", 1)) if "contains" in schema else 0


def _rest(converter: Converter, schema: Settled, least: int, most: int | None) -> Strategy:
    items = converter.convert(schema.get("items", {}))
    if items.is_empty or (most is not None and most <= 0):
        return st.nothing() if least else st.builds(list)
    unique = canonical_json if schema.get("uniqueItems") else None
    size = least + _MORE if most is None else min(most, least + _MORE)
    any_length = st.lists(items, min_size=least, max_size=size, unique_by=unique)
    if unique or most is None or not size < most <= _LONGEST_BOUNDARY:
        return any_length
    return any_length | st.lists(items, min_size=most, max_size=most)


def canonical_json(value: object) -> str:
    """A value as JSON, equal for equal values."""
    return json.dumps(value, sort_keys=True)
