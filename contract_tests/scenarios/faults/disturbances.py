"""The disturbances: every way to disturb a request at its `k`-th place."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass

from ...databases.redirects import leading_to
from ...instruments.cancellation_injector import CancellationInjector, Way, ways
from ...instruments.faults import Cold, FaultPoint, Faults, Strike
from ...service.service import Service
from ...service.transports.conversation import PATIENT, ClientBehaviour
from .injections import Circumstance, Disturbance


@dataclass(frozen=True)
class DisturbanceKind:
    """A way to disturb a request at its `k`-th place: by an instrument, or by the client."""

    instrument: Callable[[Service, int], AbstractContextManager[Disturbance]]
    client: Callable[[int], ClientBehaviour] = lambda _: PATIENT
    needs: tuple[str, ...] = ()


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


def _steps(way: Way) -> DisturbanceKind:
    return DisturbanceKind(
        lambda service, k: CancellationInjector(service.loop, service.recorder, k, way),
        # Its messages take turns of the loop, so that a request can be cancelled there, too.
        lambda _: ClientBehaviour(patient=False),
    )


def _leaves(*, breaks: bool) -> DisturbanceKind:
    return DisturbanceKind(
        lambda *_: nullcontext(Circumstance("the client left")),
        # With a body in two parts, so that it can leave in the midst of sending.
        lambda k: ClientBehaviour(patient=False, parts=2, leaves=k, breaks=breaks),
    )


KINDS: Mapping[str, Mapping[str, DisturbanceKind]] = {
    "failures": {
        "error": DisturbanceKind(_fault("error")),
        "cold": DisturbanceKind(_cold, needs=("outside-view",)),
        "disconnect": DisturbanceKind(_fault("disconnect"), needs=("network",)),
        "lost": DisturbanceKind(_fault("lost"), needs=("network",)),
        "refused": DisturbanceKind(_refused, needs=("outside-view",)),
        "busy": DisturbanceKind(_fault("busy"), needs=("outside-view",)),
    },
    "cancellation": {way: _steps(way) for way in ways()},
    "disconnect": {"gone": _leaves(breaks=False), "broken": _leaves(breaks=True)},
}
"""The ways to disturb a request, by the area whose rules ask about them."""


NEEDS: Mapping[str, tuple[str, ...]] = {
    "failures": ("engine-view",),
    "cancellation": ("engine-view", "async-engine"),
}
"""The capabilities without which an area's sweeps tell nothing.

FastAPI leaves the clean-up of a `def` dependency undone when its request is cancelled: no service
that is written so can help it.
"""
