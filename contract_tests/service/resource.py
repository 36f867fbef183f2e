"""The operations and fields that a service offers for one collection, detected or pinned."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal
from urllib.parse import quote, urlencode

from ..generation import samples
from ..generation.request_template import RequestTemplate
from ..instruments.conventions import Conventions

Role = Literal["list", "create", "read", "replace", "update", "delete", "operation"]
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
READS: tuple[Role, ...] = ("list", "read")
WRITES: tuple[Role, ...] = (*SENDING, "delete")
ON_A_ROW: tuple[Role, ...] = ("read", *CHANGING, "delete")
CHOSEN: Role = "operation"
"""The operation that somebody has chosen: it is none of the six, and disturbed as they are."""

DISTURBED: tuple[Role, ...] = (*ROLES, CHOSEN)
DISTURBED_WRITES: tuple[Role, ...] = (*WRITES, CHOSEN)
JSON = "application/json"
LONGEST_PLURAL = 3
"""Letters that a collection's name has more than its row's: boxes, categories."""


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
    `answer` that of what comes back; both None when there is no such document. `asked` is the
    query that every request needs.
    """

    role: Role
    method: str
    path: str
    success: tuple[int, ...] = ()
    statuses: tuple[int, ...] = ()
    body: samples.Schema | None = None
    answer: samples.Schema | None = None
    asked: Mapping[str, object] = field(default_factory=dict)
    query: tuple[Parameter, ...] = ()
    headers: tuple[Parameter, ...] = ()

    def __str__(self) -> str:
        """The operation as a reader of the document knows it."""
        return f"{self.method} {self.path}"

    @property
    def is_by_query(self) -> bool:
        """Return whether it takes its values from the query, and no body."""
        return self.body is None and bool(self.asked)

    def target(self, identifier: object = None, query: Mapping[str, object] | None = None) -> str:
        """The raw path to request."""
        # An id may be any text: a slash in it must not become a step of the path.
        path = self.path.replace("{id}", quote(str(identifier), safe=""))
        whole = {**self.asked, **(query or {})}
        return f"{path}?{urlencode(whole)}" if whole else path


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
    answer; both are empty for a bare one. `document` is the OpenAPI document, or empty;
    `document_failure` says how the service fails to make it.
    `conventions` say how it answers success and refusal. `left_out` are optional fields with which
    a create fails. `derived` are the fields that are shown otherwise than sent on purpose.
    `is_cached` says that a read may be answered without the database. `chosen` is an operation that
    somebody has named, and `chosen_failure` says how it fails undisturbed. `asks_for_tag` says that
    a change has to name the row's entity tag, `sent_back` are fields it has to send as they are.
    """

    name: str
    operations: Mapping[Role, Operation]
    document: Mapping[str, Any] = field(default_factory=dict)
    document_failure: str = ""
    id_field: str = "id"
    id_kind: str = "integer"
    id_schema: samples.Schema = field(default_factory=dict)
    id_parameter: str = "id"
    envelope: tuple[str, ...] = ()
    single: tuple[str, ...] = ()
    paging: Paging = field(default_factory=Paging)
    overrides: Mapping[str, Any] = field(default_factory=dict)
    left_out: frozenset[str] = frozenset()
    derived: frozenset[str] = frozenset()
    is_cached: bool = False
    found: str = ""
    failing: tuple[Role, ...] = ()
    conventions: Conventions = field(default_factory=Conventions)
    chosen: RequestTemplate | None = None
    chosen_failure: str = ""
    asks_for_tag: bool = False
    sent_back: frozenset[str] = frozenset()

    def offers(self, *roles: Role) -> bool:
        """Return whether the service has all these operations."""
        named = () if self.chosen is None else (CHOSEN,)
        return all(role in self.operations or role in named for role in roles)

    def body(self, serial: int, *, role: Role = "create", complete: bool = True) -> dict[str, Any]:
        """A valid body for an operation; two serials differ in every free field."""
        schema = self.schema(role)
        made = samples.sample(schema, dict(self.document), serial, complete=complete)
        whole = dict(made) if isinstance(made, dict) else {}
        # Another operation may require what a create goes without.
        spoiling = self.left_out and self.left_out - samples.required(schema, dict(self.document))
        body = {name: value for name, value in whole.items() if name not in spoiling}
        known = self.fields(role)
        # A body that declares no fields takes any, so those that were pinned are sent.
        is_open = not known and role in SENDING
        return body | {
            name: self._override(name, serial)
            for name in self.overrides
            if name in known or is_open
        }

    def query_of(self, operation: Operation, serial: int) -> dict[str, Any]:
        """The query that an operation needs; two serials differ in every free value."""
        needed = [each for each in operation.query if each.is_required]
        whole = dict(self.document)
        return {each.name: samples.sample(each.schema, whole, serial) for each in needed}

    @property
    def fixed(self) -> frozenset[str]:
        """The fields that are not for trying values: they are pinned, or spoil a body."""
        return self.left_out.union(self.overrides)

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
        return frozenset(samples.properties(answer, dict(self.document))) - self.derived

    def rows(self, answer: Any) -> list[Any] | None:
        """The rows of a list's answer, or None if they are not where they should be."""
        found = dig(answer, self.envelope)
        return [self._compared(row) for row in found] if isinstance(found, list) else None

    def row(self, answer: Any) -> dict[str, Any]:
        """The row of a single answer, without derived fields; empty if there is none."""
        found: dict[str, Any] = self._compared(self.whole_row(answer))
        return found

    def whole_row(self, answer: Any) -> dict[str, Any]:
        """The row of a single answer, with every field.

        Each operation may wrap it otherwise: it is where its fields are.
        """
        declared = dig(answer, self.single)
        inside = answer.values() if isinstance(answer, dict) else ()
        for found in (declared, answer, *inside):
            if isinstance(found, dict) and found.keys() & self._names:
                return found
        return declared if isinstance(declared, dict) else {}

    @cached_property
    def _names(self) -> frozenset[str]:
        """The fields that tell a row from what it is wrapped in."""
        return frozenset({self.id_field, *(name for role in SENDING for name in self.fields(role))})

    def _compared(self, row: Any) -> Any:
        # What has to be sent back is another value after every change.
        unlike = self.derived | self.sent_back
        is_plain = not unlike or not isinstance(row, dict)
        return row if is_plain else {n: v for n, v in row.items() if n not in unlike}

    def id_in(self, row: Mapping[str, Any]) -> Any:
        """The id in an answer that may call it by another of its names; None if there is none."""
        if self.id_field in row:
            return row[self.id_field]
        sent = self.fields()
        names = [n for n in row if n not in sent and n in {self.id_parameter, "id"}]
        names += [n for n in row if n not in sent and is_id_of(self.name, n)]
        return next((row[n] for n in names if isinstance(row[n], str | int)), None)

    def pinned(self, **changes: Any) -> Resource:
        """The same resource with some facts replaced by what was seen."""
        return replace(self, **changes)


def is_id_of(collection: str, name: str) -> bool:
    """Return whether `movie_id` and the like name the id of a row of this collection."""
    word = re.sub(r"\W", "_", collection.rstrip("/").rsplit("/", 1)[-1]).lower()
    stem = re.sub("_?id$", "", name, flags=re.IGNORECASE).lower()
    # A plural may change the last letter of the word: category, categories.
    is_near = len(word) - len(stem) <= LONGEST_PLURAL and word.startswith(stem[:-1])
    return stem != name.lower() and len(stem) > 1 and is_near


def dig(value: Any, way: tuple[str, ...]) -> Any:
    """Follow keys into nested objects; None when the way ends early."""
    for step in way:
        value = value.get(step) if isinstance(value, dict) else None
    return value
