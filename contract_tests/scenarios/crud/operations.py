"""The cases: every operation with success and with each client error."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ...instruments.exchange import Exchange
from ...service.resource import Role
from ...service.service import Row, Service

Act = Callable[[Service], Exchange]
BROKEN_JSON = b'{"name": '
NOT_A_BODY: list[object] = []


@dataclass(frozen=True)
class Case:
    """One request of a kind: arranged when `act` is called, and which needs it has."""

    name: str
    act: Act
    needs: tuple[str, ...]

    def __str__(self) -> str:
        """The case as a finding."""
        return self.name


def _with_row(act: Callable[[Service, Row], Exchange]) -> Act:
    return lambda service: act(service, service.row())


def _sent(role: Role, identifier: Callable[[Service], object], body: Any = None) -> Act:
    """A request on an id that is not a row's."""

    def act(service: Service) -> Exchange:
        sent = service.body(role=role) if body is None and role in {"replace", "update"} else body
        return service.request(role, identifier(service), body=sent)

    return act


def _broken_json(role: Role) -> Act:
    def act(service: Service) -> Exchange:
        identifier = service.row().id if role != "create" else None
        return service.request(role, identifier, content=BROKEN_JSON)

    return act


def _invalid(role: Role) -> Act:
    return lambda service: service.request(role, service.row().id, body=NOT_A_BODY)


_ITEM_ROLES: tuple[Role, ...] = ("read", "replace", "update", "delete")
_ITEM_SUCCESS: Mapping[Role, Callable[[Service, Row], Exchange]] = {
    "read": lambda service, row: service.read(row.id),
    "replace": lambda service, row: service.replace(row.id, service.body(role="replace")),
    "update": lambda service, row: service.update(row.id, service.body(role="update")),
    "delete": lambda service, row: service.delete(row.id),
}


def _cases() -> tuple[Case, ...]:
    made = [
        Case("list", lambda service: service.list(), ("list",)),
        Case("create", lambda service: service.create(), ("create",)),
        Case("create-invalid", lambda s: s.request("create", body=NOT_A_BODY), ("create",)),
        Case("create-broken-json", _broken_json("create"), ("create",)),
    ]
    for role in _ITEM_ROLES:
        made += [
            Case(role, _with_row(_ITEM_SUCCESS[role]), ("create", role)),
            Case(f"{role}-missing", _sent(role, Service.absent_id), (role,)),
            Case(f"{role}-malformed-id", _sent(role, Service.malformed_id), (role,)),
        ]
        if role in {"replace", "update"}:
            made.append(Case(f"{role}-invalid", _invalid(role), ("create", role)))
    return tuple(made)


CASES = _cases()
SUCCESSES = tuple(case for case in CASES if "-" not in case.name)
