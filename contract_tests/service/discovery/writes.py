"""Every write that the document declares and that needs no more to be named than a row."""

from __future__ import annotations

from ..resource import SENDING, VERBS, Operation, Resource
from .document import operation_at


def writes_of(resource: Resource) -> tuple[Operation, ...]:
    """Each POST, PUT and PATCH on a path without parameters, or with that of a row alone.

    Each is in the role that its verb has in a collection, whatever it does.
    """
    paths = resource.document.get("paths", {})
    stem = f"{resource.name.rstrip('/')}/{{{resource.id_parameter}}}"
    return tuple(
        operation_at(resource.document, role, VERBS[role].lower(), path, entry)
        for path, entry in paths.items()
        if "{" not in path.removeprefix(stem)
        for role in SENDING
        if isinstance(entry.get(VERBS[role].lower()), dict)
    )


def writes_beneath(resource: Resource) -> tuple[Operation, ...]:
    """Those one step below a row: creates of its children, and what is done with it."""
    stem = f"{resource.name.rstrip('/')}/{{id}}/"
    return tuple(
        operation
        for operation in writes_of(resource)
        if "/" not in (step := operation.path.removeprefix(stem).rstrip("/")) and step
    )


def is_collection(resource: Resource, operation: Operation) -> bool:
    """Return whether what is created below a row can be listed, or addressed by its own id."""
    paths = resource.document.get("paths", {})
    own = operation.path.replace("{id}", "{" + resource.id_parameter + "}").rstrip("/")
    listed = any("get" in paths[path] for path in (own, f"{own}/") if path in paths)
    return listed or any(path.startswith(f"{own}/{{") for path in paths)
