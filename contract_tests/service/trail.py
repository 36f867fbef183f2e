"""The trail of a service: what it was sent since it was last renewed, and what came of that."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..instruments.exchange import Exchange, Request
from ..rules.violation import Violation
from .resource import Operation, Resource, Role

LONGEST = 64
"""Requests that are remembered."""

LARGEST = 65_536
"""Bytes of a body that is remembered."""

ORDINARY: frozenset[Role] = frozenset({"create", "list"})
"""The roles by whose success a service shows that it still answers."""


@dataclass(frozen=True)
class Sent:
    """A request that was sent; `made` is the id of the row that it created, as a text.

    One that was disturbed, or sent with others, or is too large to be kept is not `repeatable`.
    """

    request: Request
    answer: str
    success: Role | None
    made: str
    is_repeatable: bool
    is_disturbed: bool

    def __str__(self) -> str:
        """The request with its answer."""
        return f"{self.request} -> {self.answer}"


class Trail:
    """Remembers what was sent, what has succeeded, and what has to succeed again.

    `worked` has the last success in each role. `awaited` are the roles that have not succeeded
    since some request failed, or showed no row. `is_disturbed` is set while the kit disturbs
    requests, `is_paused` while it repeats them. `needs_import` says how the service is renewed,
    `gone` why it cannot be. `told` are the operations that have broken down, `untold` what is to be
    said of them. `unended` are requests, alone and undisturbed, that have come to no end, though
    others in their role have: the first in each role.
    """

    def __init__(self) -> None:
        self.sent: deque[Sent] = deque(maxlen=LONGEST)
        self.worked: dict[Role, str] = {}
        self.awaited: frozenset[Role] = frozenset()
        self.is_disturbed = False
        self.is_paused = False
        self.needs_import = False
        self.gone = ""
        self.told: set[str] = set()
        self._showing: dict[Role, tuple[object, ...]] = {}
        self.untold: list[Violation] = []
        self.unended: list[Exchange] = []
        self._unending: set[Role] = set()

    def note(
        self,
        resource: Resource,
        exchanges: Sequence[Exchange],
        *,
        is_disturbed: bool = False,
    ) -> None:
        """Remember exchanges; several were sent at the same time."""
        if self.is_paused:
            return
        for exchange in exchanges:
            is_rowless = self.is_rowless(resource, exchange)
            role = None if is_rowless else role_in(resource, exchange.request)
            if exchange.ok and role is not None:
                self._succeeded(resource, role, exchange)
            elif exchange.failed or is_rowless:
                self.awaited = ORDINARY & self.worked.keys()
            step = self._step(resource, exchange, role, is_disturbed, len(exchanges))
            self.sent.append(step)
            if role is not None and step.is_repeatable:
                self._note_unended(role, resource.operations[role], exchange)

    def _note_unended(self, role: Role, operation: Operation, exchange: Exchange) -> None:
        """Keep the first request in a role that was sent as usual, and came to no end."""
        # A parameter may ask the service to wait for something.
        is_usual = query_of(exchange.request.target) == query_of(operation.target())
        is_new = role in self.worked and role not in self._unending
        if exchange.is_unended and is_usual and is_new:
            self._unending.add(role)
            self.unended.append(exchange)

    def is_rowless(self, resource: Resource, exchange: Exchange) -> bool:
        """Return whether a success shows no row, where the last one in its role has shown some."""
        role = role_in(resource, exchange.request)
        # Another idea of the collection looks for rows elsewhere.
        is_known = role is not None and self._showing.get(role) == _place(resource)
        return is_known and exchange.ok and not _shows_rows(resource, role, exchange)

    def _succeeded(self, resource: Resource, role: Role, exchange: Exchange) -> None:
        self.worked[role] = str(exchange)
        self.awaited -= {role}
        if _shows_rows(resource, role, exchange):
            self._showing[role] = _place(resource)

    def _step(
        self,
        resource: Resource,
        exchange: Exchange,
        role: Role | None,
        is_disturbed: bool,  # noqa: FBT001
        count: int,
    ) -> Sent:
        request, status = exchange.request, str(exchange.status or "no answer")
        is_disturbed |= self.is_disturbed
        is_kept = len(request.body) <= LARGEST
        success = role if exchange.ok else None
        made = _made(resource, exchange) if success == "create" else ""
        is_repeatable = is_kept and count == 1 and not is_disturbed
        kept = request if is_kept else replace(request, body=b"(too large to be kept)")
        return Sent(kept, status, success, made, is_repeatable, is_disturbed)

    def since(self, role: Role | None) -> tuple[Sent, ...]:
        """Return what was sent after the last success in this role, as far as it is known."""
        sent = list(self.sent)
        last = max((k for k, each in enumerate(sent) if role and each.success == role), default=-1)
        return tuple(sent[last + 1 :])

    def clear(self) -> None:
        """Forget what was sent: the service is a new one, of which the same is expected."""
        self.sent.clear()
        self.unended.clear()
        self.awaited = frozenset()


def role_in(resource: Resource, request: Request) -> Role | None:
    """Return the role of the operation that a request is sent to; None if it has none."""
    path = request.target.partition("?")[0]
    for role, operation in resource.operations.items():
        if operation.method == request.method and _fits(operation.path, path):
            return role
    return None


def query_of(target: str) -> str:
    """Return the query of a raw path."""
    return target.partition("?")[2]


def _fits(template: str, path: str) -> bool:
    """Return whether a path is that of an operation, with an id in the place of its parameter."""
    head, parameter, tail = template.partition("{id}")
    if not parameter:
        return path == template
    inside = path.removeprefix(head).removesuffix(tail)
    return path == head + inside + tail and bool(inside) and "/" not in inside


def _place(resource: Resource) -> tuple[object, ...]:
    """Return all that says where an answer has its rows."""
    return resource.name, resource.envelope, resource.single, resource.id_field


def _shows_rows(resource: Resource, role: Role | None, exchange: Exchange) -> bool:
    """Return whether an answer has the rows of a list, or one with its id."""
    if role == "list":
        return resource.rows(exchange.json) is not None
    return bool(_made(resource, exchange))


def _made(resource: Resource, exchange: Exchange) -> str:
    identifier = resource.id_in(resource.row(exchange.json))
    return "" if identifier is None else str(identifier)
