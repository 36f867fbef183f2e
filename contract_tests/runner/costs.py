"""The cost of the tests of the suite, in requests: what a run takes is told from it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pytest

from ..rules import AREAS
from ..rules.findings import GENERATED
from ..service.budget import Ahead, Clock, Speed
from .items import case_name, rule_of_item

SAMPLE = {str(number): [number, str(number), None] for number in range(100)}
TIMES, COUNTED = 200, 0.016
"""Times that a sample is written and read, and the seconds of that where costs were counted."""


@dataclass(frozen=True)
class Cost:
    """Reads and writes that a test has a service make, and the seconds of the kit's own work.

    `thinnable` is the share of it that may be left out, if it is for want of time.
    """

    reads: float
    writes: float
    seconds: float
    thinnable: float = 0.0

    def at(self, speed: Speed) -> Ahead:
        """The seconds it takes at the speed of a service."""
        own = self.seconds * speed.slowness
        whole = self.reads * speed.read + self.writes * speed.write + own
        return Ahead(whole * (1 - self.thinnable), whole * self.thinnable)


# Counted on the reference app, with the usual profile: another service has other numbers of
# places, fields and operations, so these tell the order of a run's length and no more.
NOTHING = Cost(0, 0, 0)
PLAIN = Cost(3, 5, 0.05)
SESSION = Cost(0.4, 1.1, 0.02)
FAULT = Cost(2, 3.5, 0.08)
STARTUP = Cost(0.2, 0.4, 0.3)
PAIR = Cost(9, 11, 0.1, 0.6)
PROGRAMS = Cost(160, 270, 2, 0.95)
PART = Cost(10, 24, 0.6, 0.8)
SWEEPS = {
    "cancellation": Cost(130, 230, 1.1, 0.85),
    "failures": Cost(12, 26, 0.4, 0.3),
    "disconnect": Cost(12, 20, 0.2, 0.3),
    "sessions": Cost(3, 4, 0.02),
}
"""The sweeps of one role, made for the first test that asks for one of them."""


@dataclass(frozen=True)
class Work:
    """The cost of a test, under the name of all that share what it makes."""

    name: str
    cost: Cost


def work_of(item: pytest.Item) -> Work:
    """The work that the first test of its name does for all of them."""
    names, case, area = set(getattr(item, "fixturenames", ())), case_name(item), area_of(item)
    if "programs" in names:
        return Work(item.nodeid, PROGRAMS)
    if "startups" in names:
        return Work(item.nodeid, STARTUP)
    if "explored" in names:
        return Work(f"part:{case.replace(f'-{GENERATED}-', '-')}", PART)
    if names & {"pairs", "sound", "busy"}:
        return Work(f"pair:{case}", PAIR)
    if "sweeps" in names:
        return Work(f"sweep:{area}:{case}", SWEEPS.get(area, FAULT))
    return Work(item.nodeid, SESSION if area in ("sessions", "interface") else PLAIN)


def slowness(clock: Clock) -> float:
    """Return how many times as long as where costs were counted this machine takes now."""
    began = clock()
    for _ in range(TIMES):
        json.loads(json.dumps(SAMPLE))
    return (clock() - began) / COUNTED


def area_of(item: pytest.Item) -> str:
    """The area of the rule that a test judges."""
    rule = rule_of_item(item)
    return next((area for area, rules in AREAS.items() if rule in rules), "")


class WorkAhead:
    """The work that a run still has to do, or this one of several `workers` that share it."""

    def __init__(self, items: Iterable[pytest.Item], workers: int = 1) -> None:
        self._work = {item.nodeid: work_of(item) for item in items}
        self._left = {work.name: work.cost for work in self._work.values()}
        self._whole = dict(self._left)
        self._others = 1 - 1 / workers

    def begin(self, nodeid: str) -> Cost:
        """Take the work of a test off, and give what it costs: nothing if it has been done."""
        work = self._work.get(nodeid)
        return self._left.pop(work.name, NOTHING) if work else NOTHING

    def at(self, speed: Speed) -> Ahead:
        """The seconds that it takes at the speed of a service."""
        left, whole = _together(self._left, speed), _together(self._whole, speed)
        return Ahead(
            max(0.0, left.fixed - whole.fixed * self._others),
            max(0.0, left.thinnable - whole.thinnable * self._others),
        )


def _together(work: Mapping[str, Cost], speed: Speed) -> Ahead:
    found = [cost.at(speed) for cost in work.values()]
    return Ahead(sum(one.fixed for one in found), sum(one.thinnable for one in found))
