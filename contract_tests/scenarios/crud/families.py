"""Rows with several children each: in lists of their body, and in collections that name them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ...generation import samples
from ...instruments.exchange import Request
from ...service.discovery.document import resources_of
from ...service.discovery.writes import is_collection, writes_beneath
from ...service.resource import Resource, is_id_of
from ...service.service import Row, Service

SEVERAL = 3
"""Children of each kind: enough for pages that count children to be seen to be wrong."""

MOST_KINDS = 3
"""Kinds of children that are made: each costs some requests for each row."""


def parent_row(service: Service) -> Row:
    """Create a row with several children of each kind, as far as it may have any.

    Where only the service can take back what is created, it gets no children beside its body.
    Raises `Undecided` if no row can be created.
    """
    sent = service.body() | _lists(service)
    created = service.create(sent)
    identifier = service.created_id(created, sent) if created.ok else None
    row = service.row() if identifier is None else Row(identifier, sent, created)
    for _ in range(SEVERAL if service.has_back_door else 0):
        for child in _children(service, row):
            service.exchange(child)
    return row


def _lists(service: Service) -> dict[str, Any]:
    """Several items for each list of a create's body, as far as it may hold them."""
    document, fixed = dict(service.resource.document), service.resource.fixed
    fields = service.resource.fields().items()
    lists = {name: samples.settle(schema, document) for name, schema in fields if name not in fixed}
    return {
        name: [_sample(service, schema["items"]) for _ in range(SEVERAL)]
        for name, schema in lists.items()
        if schema.get("items") and schema.get("maxItems", SEVERAL) >= SEVERAL
    }


def _children(service: Service, row: Row) -> list[Request]:
    """A create of each kind of child that a row may have."""
    made = (*_below(service, row), *_beside(service, row))[:MOST_KINDS]
    return [service.draft("POST", target, json_body=body) for target, body in made]


def _below(service: Service, row: Row) -> Iterator[tuple[str, Any]]:
    """The collections below the row, and a body for each."""
    for operation in writes_beneath(service.resource):
        is_list = operation.role == "create" and is_collection(service.resource, operation)
        if is_list and operation.body is not None:
            yield operation.target(row.id), _sample(service, operation.body)


def _beside(service: Service, row: Row) -> Iterator[tuple[str, Any]]:
    """The other collections whose rows name one of these, and a body for each."""
    resource = service.resource
    for other in resources_of(resource.document):
        named = _names(resource, other)
        if named and other.name != resource.name and other.offers("create"):
            body = other.body(service.serial())
            yield other.operations["create"].target(), body | {named: row.id}


def _names(resource: Resource, other: Resource) -> str:
    """The field in which a row of another collection names one of this; empty if there is none."""
    return next((name for name in other.fields() if is_id_of(resource.name, name)), "")


def _sample(service: Service, schema: object) -> Any:
    document = dict(service.resource.document)
    return samples.sample(schema, document, service.serial(), complete=True)
