"""The fault cases: every operation, and the database call of it that fails."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from ...databases.redirects import leading_to
from ...instruments.exchange import Exchange, Request
from ...instruments.faults import Fault, Faults, FaultPoint, Unreachable
from ...rules.violation import NotApplicable, Undecided
from ...service.backdoor import Contents
from ...service.capabilities import missing
from ...service.resource import CHANGING, Role
from ...service.service import Row, Service
from .injections import changed

READS: tuple[Role, ...] = ("list", "read")
WRITES: tuple[Role, ...] = ("create", "replace", "update", "delete")
LONGEST = 6
"""Calls of one kind that a sweep looks at in one request."""


class Idle(NotApplicable):
    """The call that should have failed had nothing to do."""


@dataclass(frozen=True)
class FaultOutcome:
    """A request one of whose database calls failed, and what was stored before and after it."""

    exchange: Exchange
    failed: str
    before: Contents
    after: Contents

    def __str__(self) -> str:
        """The exchange as a line, with what failed in it."""
        return f"{self.exchange} ({self.failed} failed)"

    @property
    def changed(self) -> frozenset[str]:
        """The tables whose rows are not what they were."""
        return changed(self.before, self.after)

    @property
    def is_late(self) -> bool:
        """Return whether the call failed only when the answer had been sent."""
        return self.exchange.failed_late

    @property
    def wrote_on(self) -> bool:
        """Return whether the service wrote again after the failure: a retry, or a note about it."""
        return self.exchange.wrote_on


@dataclass(frozen=True)
class FaultCase:
    """One operation with one database call that fails."""

    role: Role
    place: FaultPoint | Literal["connect"]

    def __str__(self) -> str:
        """The fault case as a finding."""
        return f"{self.role}-{self.place}"

    def act(self, service: Service, k: int = 1) -> FaultOutcome:
        """Send the request and let its `k`-th such call fail.

        Raises `NotApplicable` if the service or the database cannot have this fault case, and
        `Undecided` if the request made no such call.
        """
        request = arranged(service, self.role)
        before = service.door.stored()
        with self._fault(service, k) as fault:
            exchange = request()
        if fault.idle and not fault.fired:
            raise Idle(f"{exchange}: the driver had committed before its COMMIT")
        if not fault.fired:
            raise Undecided(f"{exchange} made no {self._name(k)} that could have failed")
        return FaultOutcome(exchange, self._name(k), before, service.door.stored())

    def _name(self, k: int) -> str:
        name = self.place.upper() if self.place == "commit" else self.place
        return name if k == 1 else f"{name} number {k}"

    def _fault(self, service: Service, k: int) -> Fault:
        if self.place != "connect":
            return Faults(self.place, k)
        reason = missing(service, ("outside-view",))
        if reason:
            raise NotApplicable(
                f"a database that lives in one connection cannot be unreachable: {reason}"
            )
        return Unreachable(leading_to(service.database.unreachable()))


def arranged(service: Service, role: Role) -> Callable[[], Exchange]:
    """A request in this role that would succeed, everything it needs being there."""
    message = prepared(service, role)
    return lambda: service.exchange(message)


def prepared(service: Service, role: Role, known: Row | None = None) -> Request:
    """Return the request that `arranged` would send, to the `known` row if there is one.

    Raises `NotApplicable` if the service does not offer it.
    """
    reason = missing(service, (role,) if role in {"list", "create"} else (role, "create"))
    if reason:
        raise NotApplicable(reason)
    if role == "create":
        return service.draft_of("create", body=service.body())
    if role == "list":
        if known is None and service.resource.offers("create"):
            service.row()  # an empty list could not be told from a failure
        if known is None:
            service.list()  # whatever it says: the next one finds the service warm
        return service.draft_of("list")
    row = known or service.row()
    change = service.body(role=role) if role in CHANGING else None
    if change and all(row.sent.get(name) == value for name, value in change.items()):
        raise Undecided(f"no field of {service.resource.name} can be changed: {change}")
    return service.draft_of(role, row.id, body=change)


def sweep(service: Service, role: Role) -> list[FaultOutcome]:
    """Fail each write, and each COMMIT, of a request, and return what each leaves behind."""
    points: tuple[FaultPoint, ...] = ("write", "commit")
    return [outcome for point in points for outcome in _each(service, FaultCase(role, point))]


def _each(service: Service, fault_case: FaultCase) -> list[FaultOutcome]:
    met: list[FaultOutcome] = []
    for k in range(1, LONGEST + 1):
        try:
            met.append(fault_case.act(service, k))
        except (Idle, Undecided):
            break  # there is no k-th call
    return met


STATEMENTS = (
    *(FaultCase(role, "statement") for role in READS),
    *(FaultCase(role, "write") for role in WRITES),
)
COMMITS = tuple(FaultCase(role, "commit") for role in WRITES)
FAULT_CASES = (*STATEMENTS, *COMMITS, FaultCase("list", "connect"), FaultCase("create", "connect"))
