"""One field at a time: what is sent for it alone, and what reads show before and after."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ...generation import samples
from ...instruments.exchange import Exchange
from ...rules.violation import NotApplicable
from ...service.equality import same
from ...service.resource import Role
from ...service.service import Row, Service
from .round_trip import writing_roles
from .rows import change_body, partial, seen

NOTHING: Mapping[str, Any] = {
    "boolean": False,
    "integer": 0,
    "number": 0,
    "array": [],
    "object": {},
}
"""The value of each kind that code mistakes for no value. (Texts have rules of their own.)"""


@dataclass(frozen=True)
class Write:
    """One field that was sent with one value. `before` is empty where the row is a new one."""

    role: Role
    name: str
    value: Any
    exchange: Exchange
    before: Mapping[str, Any]
    after: Mapping[str, Any]

    @property
    def accepted(self) -> bool:
        """Return whether the service took it, and a read shows the field."""
        return self.exchange.ok and self.name in self.after

    @property
    def shown(self) -> Any:
        """The value that the read after it shows."""
        return self.after.get(self.name)

    def __str__(self) -> str:
        """Return what was sent, and what is shown."""
        return f"{self.exchange} with {self.name} {self.value!r}, and a read shows {self.shown!r}"


def echoed_fields(service: Service, role: Role) -> tuple[str, ...]:
    """The fields that a read shows as they were sent by a plain write; none if it was refused.

    What is lost even then is the matter of other rules. A pinned field is left alone.
    """
    row = service.row()
    if role == "create":
        sent, accepted = row.sent, True
    else:
        sent = change_body(service, role, row)
        accepted = service.request(role, row.id, body=sent).ok
    shown = seen(service, row) if accepted else {}
    fixed = {*service.resource.fixed, service.resource.id_field}
    return tuple(n for n in sent if n in shown and n not in fixed and same(sent[n], shown[n]))


def write_one(service: Service, role: Role, name: str, value: Any, row: Row) -> Write:
    """Send `name` with this value: alone if a PATCH may, else in a valid body.

    A change goes to `row`, a create makes another.
    """
    if role == "create":
        body = service.body() | {name: value}
        exchange = service.create(body)
        made = service.id_of(exchange) if exchange.ok else None
        after = {} if made is None else seen(service, Row(made, body, exchange))
        return Write(role, name, value, exchange, {}, after)
    before = seen(service, row)
    body = change_body(service, role, row) if role == "replace" else partial(service, before)
    exchange = service.request(role, row.id, body=body | {name: value})
    return Write(role, name, value, exchange, before, seen(service, row))


def another(service: Service, role: Role, name: str, shown: Any) -> Any:
    """A valid value for the field that is not the one shown. Raises `ValueError` if there is none.

    Where any value is as good, it is one that no other row has.
    """
    document = dict(service.resource.document)
    return samples.different(service.resource.fields(role)[name], document, shown, service.serial())


def nothings(service: Service) -> Iterator[Write]:
    """False, zero, and what is empty, sent for each field by each operation that takes it."""
    for role in writing_roles(service):
        for name in echoed_fields(service, role):
            value = nothing(service, role, name)
            if value is not None:
                yield write_one(service, role, name, value, service.row())


def nothing(service: Service, role: Role, name: str) -> Any:
    """False, zero or what is empty, if it can be a value of this field; else None."""
    settled = samples.settle(service.resource.fields(role)[name], dict(service.resource.document))
    is_listed = "enum" in settled or "const" in settled
    # Zero in place of another row's id may rightly mean none.
    is_reference = name.lower().endswith("id")
    kind = samples.kind(settled, dict(service.resource.document))
    return None if is_listed or is_reference else NOTHING.get(kind)


def of_kind(service: Service, role: Role, *kinds: str) -> tuple[str, ...]:
    """The fields of these kinds that come back as they were sent by a plain write."""
    document = dict(service.resource.document)
    fields = service.resource.fields(role)
    if not any(samples.kind(schema, document) in kinds for schema in fields.values()):
        return ()
    return tuple(
        name
        for name in echoed_fields(service, role)
        if samples.kind(fields[name], document) in kinds
    )


def each_of_kind(service: Service, what: str, *kinds: str) -> Iterator[tuple[Role, str, Row]]:
    """Each field of these kinds with each operation that takes it, and a row to change.

    Raises `NotApplicable` if there is no such field, in words that say `what` it would take.
    """
    roles = writing_roles(service)
    found = [(role, name) for role in roles for name in of_kind(service, role, *kinds)]
    if not found:
        raise NotApplicable(f"no field of {service.resource.name} takes {what} and shows it")
    yield from ((role, name, service.row()) for role, name in found)
