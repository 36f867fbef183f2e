"""The sweeps: every request disturbed at every place, once for all rules that ask about it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ...databases import Contents
from ...instruments.cancellation_injector import CancellationInjector
from ...instruments.exchange import Exchange, Request, items_of
from ...instruments.faults import FaultPoint
from ...rules.replay import Token
from ...rules.totals import Totals
from ...rules.violation import NotApplicable, OutOfTime, Undecided
from ...service.budget import evenly
from ...service.capabilities import missing
from ...service.resource import CHOSEN, Role
from ...service.service import Row, Service
from ..crud.breakdowns import breakdown
from .control_run import ControlRun
from .disturbances import KINDS, NEEDS, DisturbanceKind
from .fault_cases import FaultCase, Idle, prepared
from .injections import (
    InjectionResult,
    Sweep,
    changed,
    follow_up,
    grown,
    observe,
    require_service,
    spare_the_living,
)

LONGEST = 60
"""Places that a sweep looks at in one request: an app that never ends must not stop the run."""

MOST_FAULTS = 6
"""Calls of one kind that the fault cases look at in one request."""

NEVER = 1_000_000
"""A place that no request comes to: it is counted how many it has."""

ENOUGH = 3
"""Points that left something after which a sweep ends: the rest would only wait for it."""


@dataclass
class Places:
    """The places of a request that a sweep looks at, and of how many they are, if not of all."""

    chosen: Sequence[int]
    of: int = 0


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
        self._faults: dict[FaultCase, InjectionResult] = {}
        self._control_runs: dict[Role, ControlRun] = {}
        self._warm: dict[Role, Exchange] = {}

    @property
    def totals(self) -> Totals:
        """The number of requests that were disturbed so far."""
        return Totals(disturbed=dict(self._sizes))

    def of(self, area: str, role: Role, *chosen: str) -> list[InjectionResult]:
        """The results of this subject, disturbed in the chosen ways, or in all.

        Raises `NotApplicable` where the service does not offer the role.
        """
        results: list[InjectionResult] = []
        for name in chosen or tuple(KINDS[area]):
            try:
                results += self.sweep(area, role, name).results
            except OutOfTime:
                if not results:
                    raise
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
        made = self._made[key]
        self._service.budget.saw("places", ":".join(key), len(made.results), made.places)
        return made

    def fault(self, case: FaultCase) -> InjectionResult:
        """The result of a fault case, with the transactions left open and the requests after it.

        Raises what the case raises where it cannot be had.
        """
        if case not in self._faults:
            self._service.restore()
            self._faults[case] = result = case.followed(self._service)
            if result.failed_later:
                breakdown(self._service)
        return self._faults[case]

    def each_fault(self, role: Role, place: FaultPoint) -> Iterator[InjectionResult]:
        """The results of failing the first such call of a request, then the second, and so on."""
        for k in range(1, MOST_FAULTS + 1):
            try:
                yield self.fault(FaultCase(role, place, k))
            except (Idle, Undecided):
                return  # there is no k-th call
            except OutOfTime:
                if k == 1:
                    raise
                return

    def control(self, role: Role) -> ControlRun:
        """The undisturbed request, on a warm pool. Raises `Undecided` if it does not succeed."""
        if role not in self._control_runs:
            self._control_runs[role] = self._completed(role)
        return self._control_runs[role]

    def _completed(self, role: Role) -> ControlRun:
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
        places = Places(range(1, LONGEST + 1) if only is None else (only.number,))
        results: list[InjectionResult] = []
        try:
            for result in self._results(kind, area, role, way, places):
                results.append(result)
                if sum(self._has_left(found, role) for found in results) >= ENOUGH:
                    return Sweep(tuple(results), f"ended after {ENOUGH} points that left something")
        except Undecided as hindrance:
            if not any(self._has_left(found, role) for found in results):
                raise
            return Sweep(tuple(results), f"ended by what was left: {hindrance}")
        except OutOfTime as end:
            if not results:
                raise
            return Sweep(tuple(results), str(end), max(places.of, len(results) + 1))
        is_cut = len(results) == LONGEST
        return Sweep(tuple(results), f"ended after {LONGEST} places" if is_cut else "", places.of)

    def _thinned(self, kind: DisturbanceKind, role: Role, places: Places) -> None:
        """Choose some of the places, over the whole length of the request, where time is short.

        Its length is told by the same request, disturbed at none of them.
        """
        service = self._service
        if self._only or service.budget.share == 1:
            return
        with kind.instrument(service, NEVER) as disturbance:
            exchange = service.exchange(prepared(service, role), kind.client(NEVER))
        # A client counts no places: it can leave before each message, or after the last one.
        length = min(LONGEST, disturbance.seen or exchange.messages + 1)
        chosen = evenly(length, service.budget.fewer(length))
        places.chosen, places.of = tuple(place + 1 for place in chosen), length

    def _has_left(self, result: InjectionResult, role: Role) -> bool:
        """Return whether the results after this one would only wait for what it has left."""
        tasks = set(result.exchange.lasting).difference(self._warm[role].lasting)
        return bool(result.still_held or result.open or tasks)

    def _results(
        self, kind: DisturbanceKind, area: str, role: Role, way: str, places: Places
    ) -> Iterator[InjectionResult]:
        service = self._service
        service.restore()
        if role in service.resource.failing:
            raise Undecided(f"an undisturbed {role} does not succeed")
        if role == CHOSEN:
            self.control(role)  # the same request may be refused when it is sent again
        self._thinned(kind, role, places)
        message = prepared(service, role)
        warm = service.exchange(message)  # the next one is like all others
        require_service(service)
        self._warm[role] = warm
        message, before = prepared(service, role), service.door.stored()
        spare_the_living()
        for k in places.chosen:
            token = Token(area, role, way, str(k))
            instrument = kind.instrument(service, k)
            service.budget.step(f"{role} disturbed by {way}, place", k, places.of)
            result = observe(service, token, message, before, instrument, kind.client(k))
            if result is None:
                return
            yield result
            if result.failed_later and breakdown(service):
                # A new service is warmed up like the first one.
                service.exchange(prepared(service, role))
                message, before = prepared(service, role), service.door.stored()
            elif not result.is_untouched:
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
        if is_cold or role == CHOSEN:
            row = None  # a chosen operation may be about more rows than this one
        message = prepared(service, role, row)
        return message, result.ending if row else service.door.stored()

    def _fresh_row(self, result: InjectionResult) -> Row | None:
        """The row that was created after the result, if that succeeded."""
        made = next((e for e in result.later if e.ok and e.request.method == "POST"), None)
        identifier = self._service.id_of(made) if made else None
        if made is None or identifier is None:
            return None
        return Row(identifier, items_of(json.loads(made.request.body or b"{}")), made)
