"""Lines that tell how far a long run has come."""

from __future__ import annotations

from contextlib import nullcontext

import pytest

from ..service.budget import StepReached, roughly
from .costs import area_of
from .items import case_name, rule_of_item
from .timekeeping import Pace, Timekeeping, pace_in

ON_A_TERMINAL, ELSEWHERE = 10.0, 30.0
"""Seconds between two lines: a log has to keep each of them."""


class Progress:
    """The plug-in object that writes a line now and then, where the terminal is not to be quiet."""

    NAME = f"{__package__}.progress"

    def __init__(self, config: pytest.Config, time: Timekeeping) -> None:
        self._config = config
        self._time = time
        self._budget = time.budget
        self._done: set[str] = set()
        self._paces: dict[str, Pace] = {}
        self._place = ""
        self._told = self._budget.clock()
        self._budget.on_step = self._stepped

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Learn which test is running."""
        if rule := rule_of_item(item):
            self._place = f"{area_of(item)} {rule.id}[{case_name(item)}]"

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count a test of the suite that is over, wherever it ran."""
        row = getattr(report, "contract_verdict", None)
        if row:
            self._done.add(report.nodeid)
            self._paces[getattr(report, "worker_id", "")] = pace_in(report)
            # A controller sets no test up: the report tells which one it was.
            self._place = self._place or f"{row['rule']}[{row['case']}]"
            self._tell(self._place)
            self._place = ""

    def _stepped(self, step: StepReached) -> None:
        """Tell of the present place of a sweep, pair, part or search."""
        self._tell(f"{self._place}, {step}")

    def _tell(self, place: str) -> None:
        reporter = self._config.pluginmanager.get_plugin("terminalreporter")
        now = self._budget.clock()
        if reporter is None or self._config.get_verbosity() < 0:
            return
        if now - self._told < (ON_A_TERMINAL if reporter.isatty else ELSEWHERE):
            return
        self._told = now
        capture = self._config.pluginmanager.get_plugin("capturemanager")
        with capture.global_and_fixture_disabled() if capture else nullcontext():
            reporter.ensure_newline()
            reporter.write_line(f"contract: {self._line(place)}")

    def _line(self, place: str) -> str:
        paces = [self._time.pace] if self._time.work else [*self._paces.values()]
        tests = max((pace.tests for pace in paces), default=0)
        left = max((pace.ahead for pace in paces), default=0.0)
        return f"{len(self._done)} of {tests} tests, about {roughly(left)} left; {place}"
