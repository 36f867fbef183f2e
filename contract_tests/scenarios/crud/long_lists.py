"""Lists that the document does not bound, with more items than a statement may have parameters."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ...generation import samples
from ...instruments.exchange import Exchange
from ...service.discovery.writes import writes_of
from ...service.resource import Operation
from ...service.service import Service

MANY = (33_000, 66_000)
"""Items of long lists: more than drivers that count in 16 bits take, with a sign and without.

With two fields the shorter one has as many values as the longer.
"""

LARGEST_BODY = 8_000_000
"""Bytes that a long list may take: larger items are fewer."""

MOST_OPERATIONS = 3
"""Operations that are sent a long list: each may store it."""


@dataclass(frozen=True)
class LongList:
    """A list of one item, which was answered with success, and a long one sent after it."""

    count: int
    short: Exchange
    long: Exchange

    def __str__(self) -> str:
        """The answer to each."""
        return f"{self.count:,} items: {self.long}; one item: {self.short.status}"


def long_lists(service: Service) -> Iterator[LongList]:
    """Send a long list to each operation that takes one, and accepts one of a single item."""
    taking = [
        (each, name) for each in writes_of(service.resource) for name in _lists(service, each)
    ]
    for operation, name in taking[: service.budget.fewer(MOST_OPERATIONS)]:
        service.restore()
        short = _send(service, operation, name, 1)
        for count in _counts(service, operation, name, short) if short.ok else ():
            yield LongList(count, short, long := _send(service, operation, name, count))
            if not long.ok:
                break


def _lists(service: Service, operation: Operation) -> list[str]:
    """The first list in a body that has no bound: its field, or an empty text for the body."""
    document = _document(service)
    fields = {"": operation.body, **samples.properties(operation.body or {}, document)}
    found = {name: samples.settle(schema or {}, document) for name, schema in fields.items()}
    fixed = service.resource.fixed if _is_own(service, operation) else frozenset()
    return [
        name
        for name, schema in found.items()
        if samples.kind(schema, document) == "array"
        and schema.get("items")
        and not schema.keys() & {"maxItems", "prefixItems", "enum", "const"}
        and name not in fixed
    ][:1]


def _send(service: Service, operation: Operation, name: str, count: int) -> Exchange:
    """Send a body in which the list of this name has so many items."""
    body = _body(service, operation, name, count)
    target = operation.target(service.row().id if "{id}" in operation.path else None)
    return service.send(operation.method, target, content=json.dumps(body).encode())


def _counts(service: Service, operation: Operation, name: str, short: Exchange) -> tuple[int, ...]:
    """The numbers of items to send, as many as there is room for in a body."""
    is_rich = len(samples.required(_items(service, operation, name), _document(service))) > 1
    most = LARGEST_BODY // len(short.request.body)
    return tuple(min(count, most) for count in (MANY[:1] if is_rich else MANY))


def _body(service: Service, operation: Operation, name: str, count: int) -> Any:
    made = _made(service, _items(service, operation, name), count)
    return {**_whole(service, operation), name: made} if name else made


def _items(service: Service, operation: Operation, name: str) -> samples.Schema:
    """The schema of the items of a list."""
    document, schema = _document(service), operation.body or {}
    listed = samples.properties(schema, document)[name] if name else schema
    found: samples.Schema = samples.settle(listed, document)["items"]
    return found


def _made(service: Service, schema: samples.Schema, count: int) -> list[Any]:
    """So many items, no two of which are alike; of an object each field is read once for all."""
    document, serials = _document(service), (service.serial() for _ in range(count))
    if samples.kind(schema, document) != "object":
        plain = samples.settle(schema, document)
        return [samples.sample(plain, document, serial) for serial in serials]
    needed, fields = samples.required(schema, document), samples.properties(schema, document)
    known = {name: samples.settle(fields[name], document) for name in needed & fields.keys()}
    return [
        {name: samples.sample(field, document, serial) for name, field in known.items()}
        for serial in serials
    ]


def _whole(service: Service, operation: Operation) -> dict[str, Any]:
    """A valid body for an operation of the collection, or for another one."""
    if _is_own(service, operation):
        return service.body(role=operation.role)
    made = samples.sample(operation.body, _document(service), service.serial())
    return dict(made) if isinstance(made, dict) else {}


def _is_own(service: Service, operation: Operation) -> bool:
    """Return whether an operation is one of the collection."""
    own = service.resource.operations.get(operation.role)
    return own is not None and (own.method, own.path) == (operation.method, operation.path)


def _document(service: Service) -> dict[str, Any]:
    return dict(service.resource.document)
