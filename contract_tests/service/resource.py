"""The operations and fields that a service offers for one collection, detected or pinned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal
from urllib.parse import quote, urlencode

from ..generation import samples
from ..instruments.conventions import Conventions

Role = Literal["list", "create", "read", "replace", "update", "delete"]
ROLES: tuple[Role, ...] = ("list", "create", "read", "replace", "update", "delete")
VERBS: dict[Role, str] = {
    "list": "GET",
    "create": "POST",
    "read": "GET",
    "replace": "PUT",
    "update": "PATCH",
    "delete": "DELETE",
}
CHANGING: tuple[Role, ...] = ("replace", "update")
SENDING: tuple[Role, ...] = ("create", *CHANGING)
JSON = "application/json"


@dataclass(frozen=True)
class Parameter:
    """A parameter of an operation, in the query or a header: its name and its schema."""

    name: str
    schema: samples.Schema
    is_required: bool = False


@dataclass(frozen=True)
class Operation:
    """One verb on one path. `path` has ``{id}`` where the row's id goes.

    `success` are the 2xx statuses the document declares, `body` the schema of what is sent,
    `answer` that of what comes back; both None when there is no such document.
    """

    role: Role
    method: str
    path: str
    success: tuple[int, ...] = ()
    statuses: tuple[int, ...] = ()
    body: samples.Schema | None = None
    answer: samples.Schema | None = None
    query: tuple[Parameter, ...] = ()
    headers: tuple[Parameter, ...] = ()

    def __str__(self) -> str:
        """The operation as a reader of the document knows it."""
        return f"{self.method} {self.path}"

    def target(self, identifier: object = None, query: Mapping[str, object] | None = None) -> str:
        """The raw path to request."""
        path = self.path.replace("{id}", quote(str(identifier), safe=""))
        return f"{path}?{urlencode(dict(query))}" if query else path


@dataclass(frozen=True)
class Paging:
    """The names of the parameters that cut a list: its size, and the one that moves on."""

    size: str | None = None
    offset: str | None = None
    page: str | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The parameters there are."""
        return tuple(filter(None, (self.size, self.offset, self.page)))

    @property
    def moves(self) -> bool:
        """Return whether the list can be walked."""
        return bool(self.offset or self.page)


@dataclass(frozen=True)
class Resource:
    """One CRUD collection of the service.

    `envelope` is the way to the rows in a list's answer, `single` that to the row in a single
    answer; both are empty for a bare one. `document` is the OpenAPI document, or empty.
    `conventions` say how it answers success and refusal.
    """

    name: str
    operations: Mapping[Role, Operation]
    document: Mapping[str, Any] = field(default_factory=dict)
    id_field: str = "id"
    id_kind: str = "integer"
    id_schema: samples.Schema = field(default_factory=dict)
    id_parameter: str = "id"
    envelope: tuple[str, ...] = ()
    single: tuple[str, ...] = ()
    paging: Paging = field(default_factory=Paging)
    overrides: Mapping[str, Any] = field(default_factory=dict)
    found: str = ""
    failing: tuple[Role, ...] = ()
    conventions: Conventions = field(default_factory=Conventions)

    def offers(self, *roles: Role) -> bool:
        """Return whether the service has all these operations."""
        return all(role in self.operations for role in roles)

    def body(self, serial: int, *, role: Role = "create", complete: bool = True) -> dict[str, Any]:
        """A valid body for an operation; two serials differ in every free field."""
        schema = self.schema(role)
        made = samples.sample(schema, dict(self.document), serial, complete=complete)
        body = dict(made) if isinstance(made, dict) else {}
        known = self.fields(role)
        is_open = not known and role in SENDING
        return body | {
            name: self._override(name, serial)
            for name in self.overrides
            if name in known or is_open
        }

    def _override(self, name: str, serial: int) -> Any:
        value = self.overrides[name]
        return value.replace("{n}", str(serial)) if isinstance(value, str) else value

    def schema(self, role: Role = "create") -> samples.Schema:
        """The schema of what `role` is sent; an empty one when nothing is known."""
        operation = self.operations.get(role)
        return (operation.body if operation else None) or {}

    def fields(self, role: Role = "create") -> dict[str, samples.Schema]:
        """The fields that `role` takes, and their schemas."""
        return samples.properties(self.schema(role), dict(self.document))

    def shown(self) -> frozenset[str]:
        """The fields that a read answer declares; empty when the document does not say."""
        operation = self.operations.get("read") or self.operations.get("create")
        answer = (operation.answer if operation else None) or {}
        for step in self.single:
            answer = samples.properties(answer, dict(self.document)).get(step, {})
        return frozenset(samples.properties(answer, dict(self.document)))

    def rows(self, answer: Any) -> list[Any] | None:
        """The rows of a list's answer, or None if they are not where they should be."""
        found = dig(answer, self.envelope)
        return found if isinstance(found, list) else None

    def row(self, answer: Any) -> dict[str, Any]:
        """The row of a single answer; empty if there is none."""
        found = dig(answer, self.single)
        return found if isinstance(found, dict) else {}

    def pinned(self, **changes: Any) -> Resource:
        """The same resource with some facts replaced by what was seen."""
        return replace(self, **changes)


def dig(value: Any, way: tuple[str, ...]) -> Any:
    """Follow keys into nested objects; None when the way ends early."""
    for step in way:
        value = value.get(step) if isinstance(value, dict) else None
    return value
