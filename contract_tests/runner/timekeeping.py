"""The time of a run: nothing is begun once it is over, and until then it is dealt out."""

from __future__ import annotations

import time
from collections.abc import Callable
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

SHARED = "contract_ends"
"""The moment at which all workers end, in what pytest-xdist hands to each of them."""

CAUTION = 15.0
"""Seconds of work after which an estimate is believed as much as what was seen."""


class Timekeeping:
    """The plug-in object that lets no test begin when the time is over, and tells what is ahead.

    `work` is what is still to be done; it is not known before the service is.
    """

    NAME = f"{__package__}.timekeeping"

    def __init__(self, config: pytest.Config, budget: Budget, selection: Selection) -> None:
        self.budget = budget
        self.work: WorkAhead | None = None
        self._config = config
        self._selection = selection
        self._since = 0.0
        self._expected = 0.0

    def begin(self) -> None:
        """Begin to count, unless that has been done; a worker ends with all others of its run.

        Where tests of others run before the contract, each worker begins when it comes to it.
        """
        given: float | None = getattr(self._config, "workerinput", {}).get(SHARED)
        is_alone = self._selection.is_alone
        self.budget.begin(given - time.time() if given is not None and is_alone else None)

    def plan(self, work: WorkAhead) -> None:
        """Begin to deal out the time that is left."""
        self.work, self._since = work, self.budget.spent
        self.budget.ahead = self.ahead

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
        """Tell a worker when the run ends."""
        self.begin()
        # By the clock on the wall: another process may begin its monotonic one at another moment.
        node.workerinput[SHARED] = time.time() + self.budget.left


def not_reached(budget: Budget) -> str:
    """Say why a test did not begin."""
    return f"out of time: not reached within {budget.words}"


def workers_of(config: pytest.Config) -> int:
    """The number of processes that share the tests with this one, itself included."""
    return int(getattr(config, "workerinput", {}).get("workercount", 1))
