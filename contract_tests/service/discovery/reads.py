"""Every read that the document declares beside the collection, and that needs no other row."""

from __future__ import annotations

from ..resource import Operation, Resource
from .document import operation_at


def reads_beside(resource: Resource) -> tuple[Operation, ...]:
    """Each GET on a path without parameters, or with that of a row alone, but the collection's."""
    paths = resource.document.get("paths", {})
    stem = f"{resource.name.rstrip('/')}/{{{resource.id_parameter}}}"
    own = {operation.path for operation in resource.operations.values()}
    found = [
        operation_at(resource.document, "read", "get", path, entry)
        for path, entry in paths.items()
        if "{" not in path.removeprefix(stem) and isinstance(entry.get("get"), dict)
    ]
    return tuple(operation for operation in found if operation.path not in own)
