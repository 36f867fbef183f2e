"""Learn how the service says success and refusal where the status alone does not tell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ...generation import samples
from ...instruments.conventions import SEE_OTHER, WRITING, ErrorMark
from ...instruments.exchange import Exchange, items_of
from ..resource import Operation, Resource
from ..service import Service

MOVED = frozenset({301, 302, 307, 308})
ERROR_FIRST = ("error", "errors")
TELLING = frozenset({"success", "ok", "status", "state", "code", "result", *ERROR_FIRST})
"""Keys whose value says how a request ended."""


def redirects_of(operations: Iterable[Operation]) -> frozenset[tuple[str, int]]:
    """Return the redirects that end a write: 303, and others where no 2xx is declared as well."""
    return frozenset(
        (operation.method, status)
        for operation in operations
        for status in operation.statuses
        if operation.method in WRITING
        and (status == SEE_OTHER or (status in MOVED and not operation.success))
    )


def with_conventions(service: Service, created: Exchange) -> Resource:
    """Ask for a row that does not exist, and learn from a 2xx what an error looks like.

    It must be declared or have its place in every success: a row that is made up is no refusal.
    """
    resource = service.resource
    if not resource.offers("read"):
        return resource
    absent = service.read(service.absent_id())
    if not absent.ok or resource.row(absent.json).get(resource.id_field) is not None:
        return resource
    successes = [items_of(exchange.json) for exchange in _successes(service, created)]
    mark = next(_marks(resource, items_of(absent.json), successes), None)
    return resource.pinned(conventions=replace(resource.conventions, error=mark))


def _successes(service: Service, created: Exchange) -> Iterator[Exchange]:
    """The answers that show rows."""
    if service.resource.offers("list"):
        listed = service.list()
        if listed.ok and service.resource.rows(listed.json) is not None:
            yield listed
    if service.resource.row(created.json).get(service.resource.id_field) is not None:
        yield created


def _marks(
    resource: Resource, error: Mapping[str, Any], successes: Sequence[Mapping[str, Any]]
) -> Iterator[ErrorMark]:
    """The keys that tell the error from all successes, the most telling ones first."""
    declared = _declared(resource)
    for key in sorted(error, key=lambda name: name not in ERROR_FIRST):
        values = [success.get(key) for success in successes]
        has_place = key in declared or (values and all(key in success for success in successes))
        if not has_place or not successes:
            continue
        if error[key] and not any(values):
            yield ErrorMark(key)
        elif key in TELLING and all(v == values[0] != error[key] for v in values):
            yield ErrorMark(key, values[0])


def _declared(resource: Resource) -> frozenset[str]:
    answer = resource.operations["read"].answer or {}
    return frozenset(samples.properties(answer, dict(resource.document)))
