"""Headers and values that a service expects with a request, beside what the request is about.

A header that every operation requires, such as a tenant's, is the same in each request. A key that
names a request is never the same. A change may have to tell which state of the row it is about: by
its entity tag in `If-Match`, or by a field, such as a version, that a read shows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ..generation import samples
from ..instruments.exchange import Request
from .resource import CHANGING, Operation, Resource, Role

if TYPE_CHECKING:
    from .service import Service

Headers = tuple[tuple[str, str], ...]

IDEMPOTENCY_KEY = "idempotency-key"
IF_MATCH = "if-match"
NOT_STANDING = (IDEMPOTENCY_KEY, IF_MATCH, "if-none-match", "authorization", "cookie")
"""Headers that are not the same in every request, or that nobody can make up."""

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


def fresh_headers(resource: Resource, operation: Operation, serial: int) -> Headers:
    """Make the key that an operation requires of each of its requests."""
    document = dict(resource.document)
    return tuple(
        (parameter.name, _spelled(samples.sample(parameter.schema, document, serial)))
        for parameter in operation.headers
        if parameter.is_required and parameter.name.lower() == IDEMPOTENCY_KEY
    )


def with_fields(request: Request, headers: Headers) -> Request:
    """Return the request with these headers in place of its own ones of the same names."""
    names = {name.lower() for name, _ in headers}
    kept = tuple(pair for pair in request.headers if pair[0].lower() not in names)
    return replace(request, headers=(*kept, *headers))


def state_of_row(service: Service, identifier: object) -> tuple[Headers, Mapping[str, Any]]:
    """Return the tag of a row, as a header, and the fields that a change has to send back."""
    exchange = service.read(identifier)
    if not exchange.ok:
        return (), {}
    tag, shown = exchange.header("etag"), service.resource.whole_row(exchange.json)
    sent_back = {n: shown[n] for n in service.resource.sent_back if n in shown}
    return ((IF_MATCH, tag),) if tag and service.resource.asks_for_tag else (), sent_back


def _spelled(value: object) -> str:
    return value if isinstance(value, str) else str(value).lower()
