"""The cases: every operation with success and with each client error."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ...instruments.exchange import Exchange, Request
from ...service.resource import CHANGING, ON_A_ROW, Role
from ...service.service import Service
from .chosen_operation import absent_request, chosen_request
from .rows import change_body

Draft = Callable[[Service], Request]
BROKEN_JSON = b'{"name": '
# A list, since a service may rightly take every object.
NOT_A_BODY: list[object] = []


@dataclass(frozen=True)
class Case:
    """One request of a kind, and which needs it has.

    What it is about is arranged when it is drafted.
    """

    name: str
    draft: Draft
    needs: tuple[str, ...]

    def act(self, service: Service) -> Exchange:
        """Arrange and send it."""
        return service.exchange(self.draft(service))

    def __str__(self) -> str:
        """The case as a finding."""
        return self.name


def _on_a_row(role: Role) -> Draft:
    """A valid request on a row of its own, which keeps its id."""

    def draft(service: Service) -> Request:
        row = service.row()
        body = change_body(service, role, row) if role in CHANGING else None
        return service.draft_of(role, row.id, body)

    return draft


def _on_no_row(role: Role, identifier: Callable[[Service], object]) -> Draft:
    """A request on an id that is not a row's."""

    def draft(service: Service) -> Request:
        body = service.body(role=role) if role in CHANGING else None
        return service.draft_of(role, identifier(service), body)

    return draft


def _invalid(role: Role, **sent: Any) -> Draft:
    """A request with something that is no body: on a row, or for a new one."""

    def draft(service: Service) -> Request:
        identifier = service.row().id if role != "create" else None
        return service.draft_of(role, identifier, **sent)

    return draft


def _created_again(service: Service) -> Request:
    """A create with the very body of a row that is there: it may be taken, or be in the way."""
    return service.draft_of("create", body=service.row().sent)


def _cases() -> tuple[Case, ...]:
    made = [
        Case("list", lambda service: service.draft_of("list"), ("list",)),
        Case("create", lambda s: s.draft_of("create", body=s.body()), ("create",)),
        Case("create-invalid", _invalid("create", body=NOT_A_BODY), ("create",)),
        Case("create-broken-json", _invalid("create", content=BROKEN_JSON), ("create",)),
    ]
    for role in ON_A_ROW:
        made += [
            Case(role, _on_a_row(role), ("create", role)),
            Case(f"{role}-missing", _on_no_row(role, Service.absent_id), (role,)),
            Case(f"{role}-malformed-id", _on_no_row(role, Service.malformed_id), (role,)),
        ]
        if role in CHANGING:
            invalid = _invalid(role, body=NOT_A_BODY)
            made.append(Case(f"{role}-invalid", invalid, ("create", role)))
    return tuple(made)


CASES = _cases()
REPEATED = Case("create-again", _created_again, ("create",))
"""The refusal, if it is one, that comes from the rows and not from the schema of a body."""

OF_CHOSEN = (
    Case("operation", chosen_request, ("operation",)),
    Case("operation-missing", absent_request, ("operation",)),
    Case("operation-invalid", lambda s: chosen_request(s, json_body=NOT_A_BODY), ("operation",)),
    Case("operation-broken-json", lambda s: chosen_request(s, content=BROKEN_JSON), ("operation",)),
)
"""Those of an operation that somebody has chosen."""

EVERY_CASE = (*CASES, REPEATED, *OF_CHOSEN)

SUCCESSES = tuple(case for case in CASES if "-" not in case.name)
