"""The fault cases: every operation, and the database call of it that fails."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ...databases.redirects import leading_to
from ...instruments.exchange import Request
from ...instruments.faults import Fault, FaultPoint, Faults, Unreachable
from ...rules.replay import Token
from ...rules.violation import NotApplicable, Undecided
from ...service.capabilities import missing
from ...service.resource import CHANGING, CHOSEN, DISTURBED_WRITES, READS, Role
from ...service.service import Row, Service
from ..crud.chosen_operation import chosen_request
from ..crud.rows import change_body
from .injections import EVERYWHERE, InjectionResult, changed, follow_up, inject, stored


class Idle(NotApplicable):
    """The call that should have failed had nothing to do."""


@dataclass(frozen=True)
class FaultCase:
    """One operation with one database call that fails: its `k`-th at a place, or every connect."""

    role: Role
    place: FaultPoint
    k: int = 1

    def __str__(self) -> str:
        """The fault case as a finding."""
        return f"{self.role}-{self.place}"

    @property
    def token(self) -> Token:
        """The fault case as the name of a disturbed request."""
        number = EVERYWHERE if self.place == "connect" else str(self.k)
        return Token("errors", self.role, self.place, number)

    def act(self, service: Service) -> InjectionResult:
        """Send the request, let its call fail, and look at what is stored then.

        Raises `NotApplicable` if the service or the database cannot have this fault case, and
        `Undecided` if the request made no such call.
        """
        reason = missing(service, ("engine-view",))
        if reason:
            raise NotApplicable(reason)
        message, before = prepared(service, self.role), service.door.stored()
        fault = self._fault(service)
        result = inject(service, self.token, message, before, fault)
        if fault.idle and not fault.fired:
            raise Idle(f"{result.exchange}: the driver had committed before its COMMIT")
        after = service.door.stored()
        if not fault.fired and self.place == "commit" and changed(before, after):
            raise Idle(f"{result.exchange}: what it writes is stored without a COMMIT of its own")
        if not fault.fired:
            raise Undecided(f"{result.exchange} made no {self._name} that could have failed")
        return replace(result, after=after)

    def followed(self, service: Service) -> InjectionResult:
        """Act, then see what it left open, and whether a list and a create succeed.

        Nothing that it keeps is taken back in between: later requests meet it as users would.
        """
        before = service.door.open_before()
        result = self.act(service)
        still_open = service.door.left_open(before)
        later = follow_up(service)
        return replace(result, open=still_open, later=later, ending=stored(service, result.after))

    @property
    def _name(self) -> str:
        name = self.place.upper() if self.place == "commit" else self.place
        return name if self.k == 1 else f"{name} number {self.k}"

    def _fault(self, service: Service) -> Fault:
        if self.place != "connect":
            return Faults(self.place, self.k)
        reason = missing(service, ("outside-view",))
        if reason:
            raise NotApplicable(
                f"a database that lives in one connection cannot be unreachable: {reason}"
            )
        return Unreachable(leading_to(service.database.unreachable()))


def prepared(service: Service, role: Role, known: Row | None = None) -> Request:
    """Return a request in this role that would succeed, to the `known` row if there is one.

    Everything it needs is there then. Raises `NotApplicable` if the service does not offer it.
    """
    needs = (role,) if role in {"list", "create", CHOSEN} else (role, "create")
    reason = missing(service, needs)
    if reason:
        raise NotApplicable(reason)
    if role == CHOSEN:
        if service.resource.chosen_failure:
            raise Undecided(service.resource.chosen_failure)
        return chosen_request(service, known)
    if role == "create":
        return service.draft_of("create", body=service.body())
    if role == "list":
        if known is None and service.resource.offers("create"):
            service.row()  # an empty list could not be told from a failure
        if known is None:
            service.list()  # whatever it says: the next one finds the service warm
        return service.draft_of("list")
    row = known or service.row()
    change = change_body(service, role, row) if role in CHANGING else None
    if change and all(row.sent.get(name) == value for name, value in change.items()):
        raise Undecided(f"no field of {service.resource.name} can be changed: {change}")
    return service.draft_of(role, row.id, body=change)


STATEMENTS = (
    *(FaultCase(role, "statement") for role in READS),
    *(FaultCase(role, "write") for role in DISTURBED_WRITES),
)
COMMITS = tuple(FaultCase(role, "commit") for role in DISTURBED_WRITES)
UNREACHABLE: tuple[Role, ...] = ("list", "create", CHOSEN)
FAULT_CASES = (*STATEMENTS, *COMMITS, *(FaultCase(role, "connect") for role in UNREACHABLE))
