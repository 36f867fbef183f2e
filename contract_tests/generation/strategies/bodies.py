"""Whole bodies, made from the schema of an operation: valid, invalid, hostile."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import strategies as st

from .. import samples
from ..hostile import HostileBody
from ..hostile import hostile_battery as battery
from ..samples import Breach
from ..samples.breaches import changes
from .checking import validity
from .converting import Converter, UnreadSchemaError
from .strategy import Strategy

_SERIALS = st.integers(1, 10**6)


def valid_bodies(schema: object, document: Mapping[str, object]) -> Strategy:
    """Every body the schema allows, readOnly properties left out.

    A schema with keywords not read here is left to Schemathesis: slower, and knows them all.
    """
    try:
        made = Converter(document).whole(schema)
    except UnreadSchemaError:
        from ..by_schemathesis import body_strategy

        return body_strategy(schema, document)
    check = validity(schema, document)
    return made if check is None else made.filter(check)


def invalid_bodies(schema: object, document: Mapping[str, object]) -> st.SearchStrategy[Breach]:
    """Bodies with one thing wrong, and the words for it.

    Nothing that a reader may excuse: no number as a text, no text that only needs trimming.
    """
    known = changes(schema, document)
    if not known:
        return st.nothing()
    check = validity(schema, document) or (lambda _body: False)
    drawn = st.tuples(st.sampled_from(known), valid_bodies(schema, document))
    found = drawn.map(lambda pair: Breach(pair[0][0], pair[0][1](pair[1])))
    return found.filter(lambda row: not check(row.body))


def hostile_bodies(
    schema: object, document: Mapping[str, object]
) -> st.SearchStrategy[HostileBody]:
    """Bodies, as bytes, that no generator of valid or invalid JSON makes."""
    names = samples.text_fields(schema, document) or tuple(samples.properties(schema, document))
    rows = [row.name for row in battery("", {})]

    def hostile(drawn: tuple[str, int, int]) -> HostileBody:
        name, place, serial = drawn
        body = samples.sample(schema, document, serial)
        return battery(name, body if isinstance(body, dict) else {})[place]

    chosen = st.sampled_from(names or ("name",))
    return st.tuples(chosen, st.integers(0, len(rows) - 1), _SERIALS).map(hostile)
