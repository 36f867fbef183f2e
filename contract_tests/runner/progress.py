"""Lines that tell how far a long run has come."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

import pytest

from ..service.budget import StepReached, duration
from .costs import area_of
from .items import case_name, rule_of_item
from .timekeeping import Timekeeping

ON_A_TERMINAL, ELSEWHERE = 10.0, 30.0
"""Seconds between two lines: a log has to keep each of them."""


class Progress:
    """The plug-in object that writes a line now and then, where the terminal is not to be quiet."""

    NAME = f"{__package__}.progress"

    def __init__(self, config: pytest.Config, time: Timekeeping) -> None:
        self._config = config
        self._time = time
        self._budget = time.budget
        self._expected = 0
        self._done: set[str] = set()
        self._place = ""
        self._told = self._began = self._budget.clock()
        self._budget.on_step = self._stepped

    @pytest.hookimpl(trylast=True)
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Learn how many tests there are, and begin to count."""
        self._expected = sum(rule_of_item(item) is not None for item in session.items)
        self._told = self._began = self._budget.clock()

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, node: Any, ids: list[str]) -> None:
        """Learn how many tests there are for all workers."""
        self._expected = len(ids)

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
            reporter.write_line(f"contract: {self._line(place, now - self._began)}")

    def _line(self, place: str, spent: float) -> str:
        done, expected = len(self._done), max(self._expected, len(self._done))
        ahead = (
            self._time.ahead.whole if self._time.work else spent * (expected - done) / max(1, done)
        )
        left = duration(min(ahead, self._budget.left))
        return f"{done} of {expected} tests, about {left} left; {place}"
