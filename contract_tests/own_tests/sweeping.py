"""The plug-in object that runs a decorated test once for each point of its sweep."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from _pytest.runner import runtestprotocol

from ..instruments.garbage import without_collection
from ..rules.points import Point
from ..scenarios.concurrency.schedules import run_schedules
from .cancelled_run import CancelledRun
from .disturbed_run import DisturbedRun, Part
from .every import run_by
from .fault_run import FaultRun
from .interleaved_run import InterleavedRun
from .observation import Observation, Scope, observed
from .plan import Plan
from .sweep_mark import EVERY, SweepMark
from .sweep_report import Failure, failed_at, merged, not_there, nothing_disturbed
from .swept_run import SweptRun, has_lost_its_own, left_behind

ENOUGH = 3
"""Points at which a test has failed after which its sweep ends."""

REPEATS = 3
"""Runs of the first such point: one that passes is told of."""

MOST_SCHEDULES = 40
"""Schedules of two calls that are run: all of them where they are fewer, else the simplest."""

RUNS: dict[str, type[DisturbedRun]] = {"fault": FaultRun, "cancellation": CancelledRun}


class Sweeping:
    """Runs each decorated test undisturbed, then at each point, then undisturbed again.

    The fixtures of a test are set up anew for each run, those of a wider scope only once.
    """

    NAME = f"{__package__}.sweeping"

    def __init__(self, only: Point | None, usual: Plan) -> None:
        self._only = only
        self._usual = usual
        self._alone: Part | None = None
        self._seconds = 0.0
        self._following: pytest.Item | None = None
        self._open = ExitStack()
        self._observation: Observation | None = None
        self._scope: Scope | None = None
        self._wider: list[pytest.FixtureDef[Any]] = []

    @property
    def observation(self) -> Observation:
        """The observation, which begins with the first sweep."""
        if self._observation is None:
            self._observation = self._open.enter_context(observed())
        return self._observation

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item, nextitem: pytest.Item | None) -> Any:
        """Run a decorated test in place of pytest, by pytest's own steps."""
        sweeps = [mark.args[0] for mark in item.iter_markers(EVERY)]
        if not sweeps:
            return None
        if self._only is not None:
            sweeps = [each for each in sweeps if each.kind == self._only.kind] or sweeps[:1]
        item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
        failure = self._alone = None
        self._seconds = 0.0
        self._following = Sibling.from_parent(item.parent, name=item.name)  # type: ignore[arg-type]
        for sweep in sorted(sweeps, key=lambda each: str(each.kind)):
            failure = failure or self._failure(item, sweep)
        # Undisturbed once more: what the points have left behind breaks it, and pytest tears down
        # what the next test does not need.
        self._following = nextitem
        last = self._ran(item, self._run(sweeps[0], self._alone))
        for report in merged(last, failure, self._seconds):
            item.ihook.pytest_runtest_logreport(report=report)
        item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
        return True

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_fixture_setup(
        self, fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest
    ) -> Generator[None, object, object]:
        """Charge what a fixture of a wider scope does to no run."""
        if fixturedef.scope == "function":
            return (yield)
        if fixturedef not in self._wider:
            self._wider.append(fixturedef)
        if self._scope is None or self.observation.scope is not self._scope:
            return (yield)
        with self.observation.within(None):
            return (yield)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(self) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Let what a point has left be collected when no failure is being shown."""
        with without_collection():
            return (yield)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self) -> None:
        """End the observation."""
        self._open.close()

    def _failure(self, item: pytest.Item, sweep: SweepMark) -> Failure | None:
        """Sweep, and return how the test fails, if it does."""
        control = self._ran(item, self._run(sweep))
        extent = control.run.extent
        if sweep.other is not None and extent is not None:
            self._alone = extent[0]  # without the other, the test may fail
        elif control.is_over:
            return Failure(control)
        runs = [*self._until_enough(self._points(item, sweep, control))]
        if not any(ran.run.fired for ran in runs):
            return not_there(control, self._only) if self._only else nothing_disturbed(control)
        failed = [ran for ran in runs if ran.has_failed]
        if not failed:
            return None
        part, place = failed[0].run.part, failed[0].run.point.place
        again = [self._ran(item, self._run(sweep, part, place)) for _ in range(REPEATS - 1)]
        return failed_at(item, failed, [failed[0], *again])

    def _points(self, item: pytest.Item, sweep: SweepMark, control: SweptRun) -> Iterator[SweptRun]:
        """Run the test at each point, or at the one that was named."""
        extent = control.run.extent
        if extent is None:
            return
        part, length = extent
        known = set(control.connections)

        def ran_at(place: str) -> SweptRun:
            run = self._run(sweep, part, place)
            run.length = length
            ran = self._ran(item, run)
            if ran.has_cooled(known):
                # A new connection takes awaits of its own, by which all numbers would be others.
                known.update(self._ran(item, self._run(sweep)).connections)
            return ran

        if self._only is not None:
            yield from [ran_at(self._only.place)] if self._only.kind == sweep.kind else []
        elif sweep.other is not None:
            yield from run_schedules(ran_at, MOST_SCHEDULES)
        else:
            yield from (ran_at(str(place)) for place in range(1, length + 1))

    def _until_enough(self, runs: Iterator[SweptRun]) -> Iterator[SweptRun]:
        failed = 0
        for ran in runs:
            yield ran
            failed += ran.has_failed
            if failed == ENOUGH:
                return

    def _run(self, sweep: SweepMark, part: Part | None = None, place: str = "") -> DisturbedRun:
        if sweep.other is not None:
            return InterleavedRun(self.observation, sweep.other, part, place)
        return RUNS[sweep.kind](self.observation, part, place)

    def _ran(self, item: pytest.Item, run: DisturbedRun) -> SweptRun:
        """Run the test with fixtures of its own, and judge what it has left."""
        scope = self._scope = Scope(item.nodeid)
        recorder = self.observation.recorder
        item._report_sections.clear()  # noqa: SLF001 - what was captured in other runs
        with self.observation.within(scope), run_by(run):
            reports = runtestprotocol(item, log=False, nextitem=self._following)
        ran = SweptRun(run, reports)
        if run.fired and not ran.has_failed:
            ran.findings = left_behind(run, scope, recorder, (self._usual, self._wider))
        self._seconds += sum(report.duration for report in ran.reports)
        ran.has_lost_a_connection = has_lost_its_own(scope, recorder, run.error)
        for exchange in scope.exchanges:
            recorder.forget(exchange)
        recorder.outside.clear()
        self._scope = None
        return ran


class Sibling(pytest.Item):
    """Stands for the next test where the same one is run again: only it alone is torn down."""

    def runtest(self) -> None:
        """Do nothing; it is never run."""
