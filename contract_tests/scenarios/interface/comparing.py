"""Compare two interfaces, section by section: the pinned one with the one that is observed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ...service.resource import VERBS
from .record import LABEL, Interface, known

OPEN = ("startup.log",)
"""Lists that may be longer than they are pinned."""


@dataclass(frozen=True)
class KeyDrift:
    """A key of which a service shows another value than is pinned, told in words."""

    key: str
    words: str
    pinned: object
    observed: object


@dataclass(frozen=True)
class SectionComparison:
    """The number of values that could be compared, and the drift among them."""

    count: int
    drift: tuple[KeyDrift, ...]


def compare_section(pinned: Interface, observed: Interface, section: str) -> SectionComparison:
    """Compare what both know of a section: deleted lines, and what cannot be seen, are no drift."""
    roles = _roles(observed.operations.offered or ())
    seen = {key.name: value for key, value in known(getattr(observed, section))}
    pairs = [
        (f"{section}.{path}", label, *values)
        for key, value in known(getattr(pinned, section))
        if key.name in seen
        for path, label, values in _each(key.name, key.metadata[LABEL], (value, seen[key.name]))
    ]
    drift = [
        KeyDrift(path, words, one, other)
        for path, label, one, other in pairs
        if (words := _words(path, label.format_map(roles), one, other))
    ]
    return SectionComparison(len(pairs), tuple(drift))


def _roles(offered: tuple[str, ...]) -> dict[str, str]:
    """Return the operation in each role, as clients know it."""
    found = dict(VERBS)
    for operation in offered:
        method, is_on_row = operation.partition(" ")[0], "{id}" in operation
        for role, verb in VERBS.items():
            # A create may be a PUT.
            is_verb = method == verb or (role == "create" and method == "PUT")
            if is_verb and is_on_row == (role not in ("list", "create")):
                found[role] = operation
    return {str(role): operation for role, operation in found.items()}


def _each(
    name: str, label: str, values: tuple[Any, Any]
) -> Iterator[tuple[str, str, tuple[Any, Any]]]:
    """Give a pair of values, or of a table those of each name that both have."""
    pinned, observed = values
    if not isinstance(pinned, Mapping):
        yield name, label, values
        return
    for each in pinned:
        if each in observed:
            own = label.replace("{name}", each)
            yield f"{name}.{each}", own, (pinned[each], observed[each])


def _words(path: str, label: str, pinned: Any, observed: Any) -> str:
    """Tell how an observed value differs from the pinned one; nothing if it does not."""
    if not isinstance(pinned, tuple):
        same = pinned == observed
        return "" if same else f"{label} {_shown(observed)}, pinned {_shown(pinned)}"
    gone = ", ".join(each for each in pinned if each not in observed)
    new = ", ".join(each for each in observed if each not in pinned and path not in OPEN)
    told = [f"{label} no {gone}, though pinned"] if gone else []
    return "; ".join([*told, f"{label} {new}, though not pinned"] if new else told)


def _shown(value: object) -> str:
    return {True: "on", False: "off"}[value] if isinstance(value, bool) else str(value)
