"""Fields that a service without a document sets by itself, which clients need not write."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ...generation import samples
from ...instruments.exchange import Exchange
from ..equality import same
from ..resource import Resource
from ..service import Service

MOMENTS = ("date-time", "date")


def create_accepted(service: Service) -> tuple[Exchange, Resource]:
    """Create a row with a value for every column; with fewer as long as the service refuses that.

    First moments are left out, then whatever a refusal names. The resource that is given back has
    the fields that were taken.
    """
    whole, refused = service.resource, service.create()
    fields = whole.fields()
    names, answer = [name for name in fields if not _is_moment(fields[name])], refused
    taken = whole
    while answer.refused and names:
        taken = _taking(whole, names)
        answer = service.on(taken).create()
        named = [name for name in names if f'"{name}"' in answer.text]
        names = [name for name in names if name not in named] if named else []
    return (answer, taken) if answer.ok else (refused, whole)


def without_own(service: Service, created: Exchange) -> Resource:
    """Give the resource without what the service sets by itself.

    These are moments, and what is the same in two rows.
    """
    rows = [_sent_and_shown(service, each) for each in (created, service.create())]
    fields = service.resource.fields()
    own = [name for name, field in fields.items() if _is_own(name, field, rows)]
    if not own or len(own) == len(fields):
        return service.resource
    return _taking(service.resource, [name for name in fields if name not in own])


def _sent_and_shown(service: Service, created: Exchange) -> tuple[Mapping[str, Any], ...]:
    identifier = service.id_of(created)
    read = service.resource.offers("read") and identifier is not None
    shown = service.shown(service.read(identifier) if read else created)
    return json.loads(created.request.body or b"{}"), shown


def _is_own(
    name: str, field: samples.Schema, rows: Sequence[tuple[Mapping[str, Any], ...]]
) -> bool:
    """Return whether no row shows what was sent, but a moment, or one value that is something."""
    if any(name not in sent or same(sent[name], shown.get(name)) for sent, shown in rows):
        return False
    values = [shown.get(name) for _, shown in rows]
    return _is_moment(field) or (values[0] == values[1] and values[0] not in (None, ""))


def _is_moment(field: samples.Schema) -> bool:
    return field.get("format") in MOMENTS


def _taking(resource: Resource, names: Sequence[str]) -> Resource:
    """The resource with these fields in its bodies, and no others."""
    fields, needed = resource.fields(), samples.required(resource.schema(), {})
    body = {
        "type": "object",
        "properties": {name: fields[name] for name in names},
        "required": [name for name in names if name in needed],
    }
    operations = {
        role: operation if operation.body is None else replace(operation, body=body)
        for role, operation in resource.operations.items()
    }
    return replace(resource, operations=operations)
