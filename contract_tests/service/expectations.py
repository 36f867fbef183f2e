"""Headers and values that a service expects with a request, beside what the request is about.

A header that every operation requires, such as a tenant's, is the same in each request. A key that
names a request is never the same. A change may have to tell which state of the row it is about: by
its entity tag in `If-Match`, or by a field, such as a version, that a read shows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ..generation import samples
from ..instruments.exchange import Exchange, Request, items_of
from .resource import CHANGING, Operation, Resource, Role

Headers = tuple[tuple[str, str], ...]

IDEMPOTENCY_KEY = "idempotency-key"
IF_MATCH = "if-match"
NOT_STANDING = (
    *(IDEMPOTENCY_KEY, IF_MATCH, "if-none-match", "authorization", "cookie"),
    *("accept", "content-type", "content-length"),
)
"""Headers that are not the same in every request, that nobody can make up, or that say its form."""

ABOUT_A_STATE: tuple[Role, ...] = (*CHANGING, "delete")


def standing_headers(resource: Resource, given: Headers) -> Headers:
    """Make the headers that the document requires of the collection, but for those `given`."""
    known = {name.lower() for name, _ in given} | set(NOT_STANDING)
    needed = {
        parameter.name: parameter.schema
        for operation in resource.operations.values()
        for parameter in operation.headers
        if parameter.is_required and parameter.name.lower() not in known
    }
    document = dict(resource.document)
    return tuple((name, _spelled(samples.sample(s, document, 1))) for name, s in needed.items())


def fresh_headers(resource: Resource, operation: Operation, serial: Callable[[], int]) -> Headers:
    """Make the key that an operation requires of each of its requests."""
    return tuple(
        (
            parameter.name,
            _spelled(samples.sample(parameter.schema, dict(resource.document), serial())),
        )
        for parameter in operation.headers
        if parameter.is_required and parameter.name.lower() == IDEMPOTENCY_KEY
    )


def example_header(resource: Resource) -> str:
    """Return what a header with credentials looks like, as the document has them sent."""
    schemes = items_of(items_of(resource.document.get("components")).get("securitySchemes"))
    for scheme in map(items_of, schemes.values()):
        if scheme.get("in") == "cookie":
            return f"Cookie: {scheme.get('name')}=..."
        if scheme.get("in") == "header":
            return f"{scheme.get('name')}: ..."
    return "Authorization: Bearer ..."


def with_fields(request: Request, headers: Headers) -> Request:
    """Return the request with these headers in place of its own ones of the same names."""
    names = {name.lower() for name, _ in headers}
    kept = tuple(pair for pair in request.headers if pair[0].lower() not in names)
    return replace(request, headers=(*kept, *headers))


def needs_state(resource: Resource, role: Role) -> bool:
    """Return whether an operation has to tell which state of the row it is about."""
    return role in ABOUT_A_STATE and (resource.asks_for_tag or bool(resource.sent_back))


def about_state(resource: Resource, read: Exchange, body: Any) -> tuple[Headers, Any]:
    """Return the tag of the row that a read shows, as a header, and the body with its state."""
    tag, shown = read.header("etag"), resource.whole_row(read.json)
    headers = ((IF_MATCH, tag),) if read.ok and tag and resource.asks_for_tag else ()
    if not isinstance(body, dict):
        return headers, body
    known = {name: shown[name] for name in resource.sent_back if name in shown and name in body}
    return headers, body | known


def _spelled(value: object) -> str:
    return value if isinstance(value, str) else str(value).lower()
