"""The time of a run: nothing is begun once it is over, and until then it is dealt out."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pytest

from ..rules.violation import OutOfTime
from .items import rule_of_item

if TYPE_CHECKING:
    from ..service.budget import Ahead, Budget
    from .costs import Cost, WorkAhead
    from .selection import Selection

CLOCK: pytest.StashKey[Callable[[], float]] = pytest.StashKey()
"""Another clock for the run than that of the machine."""

BEGUN = "contract_begun"
"""The file by which workers know when the first of them began, in what each is handed."""

CAUTION = 15.0
"""Seconds of work after which an estimate is believed as much as what was seen."""


@dataclass(frozen=True)
class Pace:
    """The way of a process: the tests of the contract, and the seconds that are ahead.

    It `is_short` of time if it could not do all of them at its beginning.
    """

    tests: int = 0
    ahead: float = 0.0
    is_short: bool = False


class Timekeeping:
    """The plug-in object that lets no test begin when the time is over, and tells what is ahead.

    `work` is what is still to be done; it is not known before the service is.
    """

    NAME = f"{__package__}.timekeeping"

    def __init__(self, config: pytest.Config, budget: Budget, selection: Selection) -> None:
        self.budget = budget
        self.work: WorkAhead | None = None
        self._begun = getattr(config, "workerinput", {}).get(BEGUN)
        self._folder: TemporaryDirectory[str] | None = None
        self._is_short = False
        self._selection = selection
        self._since = 0.0
        self._expected = 0.0

    def begin(self) -> None:
        """Begin to count, unless that has been done; a worker began with the first of its run."""
        left = None
        if self._begun:
            with suppress(OSError):  # a worker on another machine has a time of its own
                left = self.budget.seconds - (time.time() - first_moment(Path(self._begun)))
        self.budget.begin(left)

    def plan(self, work: WorkAhead) -> None:
        """Begin to deal out the time that is left."""
        from .costs import slowness

        self.budget.speed.slowness = slowness(self.budget.clock)
        self.work, self._since = work, self.budget.spent
        self.budget.ahead = self.ahead
        self._is_short = self.budget.share < 1

    @property
    def pace(self) -> Pace:
        """The way that this process has to go."""
        ahead = min(self.ahead.whole, self.budget.left)
        return Pace(self._selection.expected, ahead, self._is_short)

    @property
    def ahead(self) -> Ahead:
        """The seconds that are still to come, by the estimate and by what it has been worth."""
        from ..service.budget import Ahead

        if self.work is None:
            return Ahead()
        estimate, worth = self.work.at(self.budget.speed), self._worth()
        return Ahead(estimate.fixed * worth, estimate.thinnable * worth)

    def _worth(self) -> float:
        """Return how many times as long as estimated the work has taken so far."""
        return (self.budget.spent - self._since + CAUTION) / (self._expected + CAUTION)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Let no test of the suite begin when the time is over. Raises `OutOfTime` then."""
        if rule_of_item(item) is None:
            return
        self.begin()
        budget = self.budget
        budget.extents, budget.was_short = {}, False
        if budget.is_over:
            raise OutOfTime(not_reached(budget))
        budget.ahead = self.ahead
        if self.work is not None:
            self._expect(self.work.begin(item.nodeid))

    def _expect(self, cost: Cost) -> None:
        """Count what a test should take, thinned as it will be."""
        usual = cost.at(self.budget.speed)
        self._expected += usual.fixed + usual.thinnable * self.budget.share

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Let all workers know when the first of them begins."""
        self._folder = self._folder or TemporaryDirectory(prefix="contract-")
        node.workerinput[BEGUN] = str(Path(self._folder.name) / "begun")

    def pytest_unconfigure(self) -> None:
        """Remove what the workers shared."""
        if self._folder is not None:
            self._folder.cleanup()


def pace_in(report: pytest.TestReport) -> Pace:
    """Return the pace of the process that a report comes from."""
    return Pace(**getattr(report, "contract_pace", {}))


def first_moment(place: Path) -> float:
    """Return the moment at which the first of several processes has asked for this file."""
    with suppress(FileExistsError):
        place.touch(exist_ok=False)
    return place.stat().st_mtime


def not_reached(budget: Budget) -> str:
    """Say why a test did not begin."""
    return f"out of time: not reached within {budget.words}"


def workers_of(config: pytest.Config) -> int:
    """The number of processes that share the tests with this one, itself included."""
    return int(getattr(config, "workerinput", {}).get("workercount", 1))
