"""The sweeps: every request disturbed at every place, once for all rules that ask about it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass

from ...databases.redirects import leading_to
from ...instruments.cancellation_injector import CancellationInjector, Way, ways
from ...instruments.exchange import Exchange, Request, items_of
from ...instruments.faults import Cold, FaultPoint, Faults, Strike
from ...rules.replay import Token
from ...rules.totals import Totals
from ...rules.violation import NotApplicable, Undecided
from ...service.backdoor import Contents
from ...service.capabilities import missing
from ...service.resource import Role
from ...service.service import Row, Service
from ...service.transports.conversation import PATIENT, ClientBehaviour
from .fault_cases import prepared
from .injections import (
    ControlRun,
    Disturbance,
    InjectionResult,
    Sweep,
    changed,
    follow_up,
    grown,
    observe,
    require_service,
    spare_the_living,
)

ROLES: tuple[Role, ...] = ("list", "read", "create", "replace", "update", "delete")

LONGEST = 60
"""Places that a sweep looks at in one request: an app that never ends must not stop the run."""

ENOUGH = 3
"""Points that left something after which a sweep ends: the rest would only wait for it."""


@dataclass(frozen=True)
class Kind:
    """A way to disturb a request at its `k`-th place: by an instrument, or by the client."""

    instrument: Callable[[Service, int], AbstractContextManager[Disturbance]]
    client: Callable[[int], ClientBehaviour] = lambda _: PATIENT
    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Departure:
    """The client itself is the disturbance."""

    fired: int = 0
    what: str = "the client left"
    where: str = ""


@contextmanager
def _in_cold(service: Service, faults: Faults) -> Iterator[Faults]:
    """Faults in requests that find no connection in their pool."""
    with Cold(), faults:
        yield faults


def _fault(strike: Strike) -> Callable[[Service, int], AbstractContextManager[Disturbance]]:
    place: FaultPoint = "commit" if strike in {"lost", "busy"} else "call"
    return lambda _, k: Faults(place, k, strike)


def _refused(service: Service, k: int) -> AbstractContextManager[Disturbance]:
    lead = leading_to(service.database.unreachable())
    return _in_cold(service, Faults("connect", k, "refused", lead))


def _cold(service: Service, k: int) -> AbstractContextManager[Disturbance]:
    return _in_cold(service, Faults("call", k))


def _steps(way: Way) -> Kind:
    return Kind(
        lambda service, k: CancellationInjector(service.loop, service.recorder, k, way),
        lambda _: ClientBehaviour(patient=False),
    )


def _leaves(*, breaks: bool) -> Kind:
    return Kind(
        lambda *_: nullcontext(Departure()),
        lambda k: ClientBehaviour(patient=False, parts=2, leaves=k, breaks=breaks),
    )


KINDS: Mapping[str, Mapping[str, Kind]] = {
    "failures": {
        "error": Kind(_fault("error")),
        "cold": Kind(_cold, needs=("outside-view",)),
        "disconnect": Kind(_fault("disconnect"), needs=("network",)),
        "lost": Kind(_fault("lost"), needs=("network",)),
        "refused": Kind(_refused, needs=("outside-view",)),
        "busy": Kind(_fault("busy"), needs=("outside-view",)),
    },
    "cancellation": {way: _steps(way) for way in ways()},
    "disconnect": {"gone": _leaves(breaks=False), "broken": _leaves(breaks=True)},
}
"""The ways to disturb a request, by the area whose rules ask about them."""


NEEDS: Mapping[str, tuple[str, ...]] = {"cancellation": ("async-engine",)}
"""The capabilities without which an area's sweeps tell nothing.

FastAPI leaves the clean-up of a `def` dependency undone when its request is cancelled: no service
that is written so can help it.
"""


class Sweeps:
    """Every sweep of one run, made when it is first asked for.

    With `only`, the sweep it belongs to consists of that one result and all others are empty.
    `totals` tells of each sweep made so far how many requests it disturbed.
    """

    def __init__(self, service: Service, only: Token | None = None) -> None:
        self._service = service
        self._only = only
        self._sizes: dict[str, int] = {}
        self._made: dict[tuple[str, Role, str], Sweep] = {}
        self._calm: dict[Role, ControlRun] = {}
        self._warm: dict[Role, Exchange] = {}

    @property
    def totals(self) -> Totals:
        """The number of requests that were disturbed so far."""
        return Totals(disturbed=dict(self._sizes))

    def of(self, area: str, role: Role, *chosen: str) -> list[InjectionResult]:
        """The results of this subject, disturbed in the chosen ways, or in all.

        Raises `NotApplicable` where the service does not offer the role.
        """
        names = chosen or tuple(KINDS[area])
        results = [result for name in names for result in self.sweep(area, role, name).results]
        if self._only and not results:
            raise NotApplicable(f"this rule does not judge the replayed request {self._only}")
        return results

    def steady(self, area: str, role: Role, *chosen: str) -> list[InjectionResult]:
        """The results, if the undisturbed request keeps nothing; else raises `NotApplicable`."""
        results = self.of(area, role, *chosen)
        warm = self._warm.get(role)
        if warm and (warm.held or warm.reclaimed):
            raise NotApplicable(f"the undisturbed request keeps connections, too: {warm}")
        return results

    def sweep(self, area: str, role: Role, way: str) -> Sweep:
        """The sweep of one way to disturb one subject.

        Raises `NotApplicable` where the area tells nothing about the service.
        """
        reason = missing(self._service, NEEDS.get(area, ()))
        if reason:
            raise NotApplicable(reason)
        key = (area, role, way)
        if key not in self._made:
            self._made[key] = self._make(area, role, way)
            self._sizes[":".join(key)] = len(self._made[key].results)
        return self._made[key]

    def control(self, role: Role) -> ControlRun:
        """The undisturbed request, on a warm pool. Raises `Undecided` if it does not succeed."""
        if role not in self._calm:
            self._calm[role] = self._lived(role)
        return self._calm[role]

    def _lived(self, role: Role) -> ControlRun:
        service = self._service
        service.restore()
        service.exchange(prepared(service, role))
        message, before = prepared(service, role), service.door.stored()
        with CancellationInjector(service.loop, service.recorder) as steps:
            exchange = service.exchange(message)
        after = service.door.stored()
        if not exchange.ok:
            raise Undecided(f"an undisturbed {role} does not succeed: {exchange}")
        if service.resource.offers("list"):
            service.list()
        listed = service.door.stored()
        follow_up(service)
        return ControlRun(
            exchange,
            grown(before, after),
            tuple(steps.foreign),
            grown(listed, service.door.stored()),
            changed(after, listed),
        )

    def _make(self, area: str, role: Role, way: str) -> Sweep:
        kind, only = KINDS[area].get(way), self._only
        is_other = only is not None and (only.area, only.subject, only.way) != (area, role, way)
        if kind is None or is_other or missing(self._service, kind.needs):
            return Sweep(())
        places = range(1, LONGEST + 1) if only is None else (only.number,)
        results: list[InjectionResult] = []
        for result in self._results(kind, area, role, way, places):
            results.append(result)
            if sum(self._has_left(found, role) for found in results) >= ENOUGH:
                return Sweep(tuple(results), f"ended after {ENOUGH} points that left something")
        is_cut = len(results) == LONGEST
        return Sweep(tuple(results), f"ended after {LONGEST} places" if is_cut else "")

    def _has_left(self, result: InjectionResult, role: Role) -> bool:
        """Return whether the results after this one would only wait for what it has left."""
        tasks = set(result.exchange.lasting).difference(self._warm[role].lasting)
        return bool(result.kept or result.open or tasks)

    def _results(
        self, kind: Kind, area: str, role: Role, way: str, places: Iterable[int]
    ) -> Iterator[InjectionResult]:
        service = self._service
        service.restore()
        message = prepared(service, role)
        warm = service.exchange(message)  # the next one is like all others
        require_service(service)
        self._warm[role] = warm
        message, before = prepared(service, role), service.door.stored()
        spare_the_living()
        for k in places:
            token = Token(area, role, way, str(k))
            instrument = kind.instrument(service, k)
            result = observe(service, token, message, before, instrument, kind.client(k))
            if result is None:
                return
            yield result
            if not result.is_untouched:
                message, before = self._next(role, result)

    def _next(self, role: Role, result: InjectionResult) -> tuple[Request, Contents]:
        """Return the request that is sent after a result, and what is stored then.

        A new connection prepares its statements once more. That is done before the next place is
        counted, or the place would be another one.
        """
        service, row = self._service, self._fresh_row(result)
        is_cold = bool(result.exchange.of("invalidated"))
        if is_cold:
            service.exchange(prepared(service, role, row))
            row = None
        message = prepared(service, role, row)
        return message, result.ending if row else service.door.stored()

    def _fresh_row(self, result: InjectionResult) -> Row | None:
        """The row that was created after the result, if that succeeded."""
        made = next((e for e in result.later if e.ok and e.request.method == "POST"), None)
        identifier = self._service.id_of(made) if made else None
        if made is None or identifier is None:
            return None
        return Row(identifier, items_of(json.loads(made.request.body)), made)
