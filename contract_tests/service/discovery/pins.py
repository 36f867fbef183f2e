"""The fields that can be given a value: those of some body the kit may send."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ...generation import samples
from ...rules.violation import UsageError
from ..resource import SENDING, Resource


def require_fields(resource: Resource, names: Iterable[str]) -> None:
    """Raise `UsageError` for the name of a field that no body has: it would have no effect.

    A body without declared fields takes any, and so does a service without a document.
    """
    sent = [role for role in SENDING if resource.offers(role)]
    if not resource.document or not all(map(resource.fields, sent)):
        return
    known = {name for role in sent for name in resource.fields(role)}
    known |= {name for schema in _bodies(resource.document) for name in _fields(resource, schema)}
    unknown = next((name for name in names if name not in known), None)
    if unknown is not None:
        raise UsageError(
            f"--contract-body (contract_body, CONTRACT_BODY): no request of the service has a "
            f"field {unknown!r} in its body. Valid: {', '.join(sorted(known))}"
        )


def _bodies(document: Mapping[str, Any]) -> Iterator[object]:
    """Give the schema of every body that the document declares."""
    entries = [entry for entry in document.get("paths", {}).values() if isinstance(entry, dict)]
    for spoken in (part for entry in entries for part in entry.values() if isinstance(part, dict)):
        body = samples.resolve(spoken.get("requestBody"), document)
        yield from (media.get("schema") for media in body.get("content", {}).values())


def _fields(resource: Resource, schema: object) -> set[str]:
    """Return the fields of each alternative of a schema."""
    found = samples.branches(schema, resource.document)
    return {name for branch in found for name in branch.get("properties", {})}
