"""The trail of a service: what it was sent since it was last renewed, and what came of that."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..instruments.exchange import Exchange, Request
from ..rules.violation import Violation
from .resource import Resource, Role

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
    since some request failed. `is_disturbed` is set while the kit disturbs requests, `is_paused`
    while it repeats them. `needs_import` says how the service is renewed, `gone` why it cannot be.
    `told` are the operations that have broken down, `untold` what is to be said of them.
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
        self.untold: list[Violation] = []

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
            role = role_in(resource, exchange.request)
            if exchange.ok and role is not None:
                self.worked[role] = str(exchange)
                self.awaited -= {role}
            elif exchange.failed:
                self.awaited = ORDINARY & self.worked.keys()
            self.sent.append(self._step(resource, exchange, role, is_disturbed, len(exchanges)))

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
        self.awaited = frozenset()


def role_in(resource: Resource, request: Request) -> Role | None:
    """Return the role of the operation that a request is sent to; None if it has none."""
    path = request.target.partition("?")[0]
    for role, operation in resource.operations.items():
        if operation.method == request.method and _fits(operation.path, path):
            return role
    return None


def _fits(template: str, path: str) -> bool:
    """Return whether a path is that of an operation, with an id in the place of its parameter."""
    head, parameter, tail = template.partition("{id}")
    if not parameter:
        return path == template
    inside = path.removeprefix(head).removesuffix(tail)
    return path == head + inside + tail and bool(inside) and "/" not in inside


def _made(resource: Resource, exchange: Exchange) -> str:
    identifier = resource.id_in(resource.row(exchange.json))
    return "" if identifier is None else str(identifier)
