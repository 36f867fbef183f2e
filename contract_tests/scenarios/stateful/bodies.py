"""Bodies that programs send: those that a schema allows, and plain ones, which come again."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from random import Random
from typing import Any

import hypothesis
from hypothesis import Verbosity
from hypothesis import strategies as st

from ...generation import samples
from ...generation.strategies import valid_bodies
from ...service.resource import SENDING, Role
from ...service.service import Service
from ..crud.rows import needed
from .steps import StepKind

Bodies = st.SearchStrategy[Any]
SERIALS = st.integers(9001, 9004)
"""Few, so that values come again; and none that a row from before the programs may have."""


def bodies(service: Service, act: StepKind) -> Bodies:
    """Bodies for an operation: what its schema allows, and plain ones, which come again."""
    resource = service.resource
    if act not in SENDING:
        return st.none()
    role: Role = act
    plain = st.builds(
        lambda serial, complete: resource.body(serial, role=role, complete=complete),
        SERIALS,
        st.booleans(),
    )
    if act == "update":
        plain = st.builds(partial(_one_field, service), SERIALS, st.integers(0, 5))
    document = dict(resource.document)
    if samples.kind(resource.schema(role), document) != "object":
        return plain
    pinned = {*resource.fixed, *_ids(service, role)}
    allowed = valid_bodies(resource.schema(role), document)
    if pinned:
        allowed = st.builds(
            lambda body, serial: _pinned(body, resource.body(serial, role=role), pinned),
            allowed,
            SERIALS,
        )
    return allowed | plain


def simplest(drawn: Bodies) -> Any:
    """The value that Hypothesis shrinks all others to."""
    return hypothesis.find(
        drawn,
        lambda _: True,
        settings=hypothesis.settings(database=None, deadline=None, verbosity=Verbosity.quiet),
        random=Random(0),  # noqa: S311 - no secret, and the same every time
    )


def _one_field(service: Service, serial: int, place: int) -> dict[str, Any]:
    """A change of one field, beside what must be sent."""
    body = service.resource.body(serial, role="update")
    always = needed(service, "update")
    others = [name for name in body if name not in always]
    chosen = {others[place % len(others)]} if others else set()
    return {name: value for name, value in body.items() if name in always | chosen}


def _ids(service: Service, role: Role) -> set[str]:
    name = service.resource.id_field
    return {name} & service.resource.fields(role).keys()


def _pinned(body: Any, known: Mapping[str, Any], names: set[str]) -> dict[str, Any]:
    """The body with the values that a service insists on, or none where it can do without."""
    free = {name: value for name, value in dict(body).items() if name not in names}
    return free | {name: known[name] for name in names & known.keys()}
