"""The plug-in object that watches each test of a team."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from ..instruments.attribution import current
from ..instruments.blocking import LoopWaits
from ..instruments.exchange import Exchange
from ..runner.items import SUITE
from . import judging
from .every import is_disturbed, is_swept
from .failing import Broken
from .judging import BrokenRule
from .loans import Loans
from .marks import plan_of
from .observation import observed
from .plan import Plan
from .summary import Summary
from .watched_test import WatchedTest


class Watch:
    """Judges each test at its end by the rules of its plan, and the run at its own end."""

    NAME = f"{__package__}.watching"

    def __init__(self, usual: Plan, summary: Summary) -> None:
        self._usual = usual
        self._summary = summary
        self._open = ExitStack()
        self._observation = self._open.enter_context(observed())
        self._waits = self._open.enter_context(LoopWaits(self._observation.recorder))
        self._loans = Loans(self._observation.recorder, usual)
        self._test: WatchedTest | None = None

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> Generator[None, None, None]:
        """Begin the scope of a test that is watched."""
        is_other = SUITE in item.path.parents or is_disturbed()
        plan = Plan() if is_other else plan_of(item, self._usual)
        self._test = WatchedTest(item, plan) if plan.watches else None
        if self._test is not None or not is_swept():  # a sweep has a scope for each run
            self._observation.scope = self._test.scope if self._test is not None else None
        return (yield)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_fixture_setup(
        self, fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest
    ) -> Generator[None, object, object]:
        """Charge what a fixture of a wider scope does to nobody's test."""
        if self._test is not None:
            self._test.at_its_end(self._judge_end)
        if fixturedef.scope == "function":
            return (yield)
        scope = self._loans.begin_fixture(fixturedef, request.node)
        with self._observation.within(scope):
            return (yield from _caused_by(scope.own, request))

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, None, None]:
        """Judge what is settled when the function of a test has ended well."""
        test = self._test
        if test is None:
            return (yield)
        test.at_its_end(self._judge_end)
        with test.called():
            yield
        _require_none(self._found_at_call(test))
        test.has_passed = True
        return None

    def pytest_fixture_post_finalizer(self) -> None:
        """See which tasks a fixture has ended, before the loop is closed."""
        if self._test is not None:
            self._test.left.look()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Tell with the report of a watched test if a connection was seen in it."""
        report = yield
        test = self._test
        if call.when == "teardown" and test is not None:
            if test.has_passed:
                seen = judging.has_connection(test.scope)
                is_broken = call.excinfo is not None and call.excinfo.errisinstance(Broken)
                vars(report).update(contract_watch={"seen": seen, "broken": is_broken})
            self._test = None
        return report

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Judge what shows only at the end of the run."""
        found = map(str, self._loans.never_returned())
        faults = [f"the watch failed: {fault}" for fault in self._observation.recorder.faults]
        self._summary.tell(session.config, [*found, *faults])

    def pytest_unconfigure(self) -> None:
        """Take the instruments away."""
        self._open.close()

    def _judge_end(self) -> None:
        """Judge what fixtures may have given back, and forget the test."""
        test = self._test
        if test is None:
            return
        try:
            self._observation.scope = None
            found = [*self._found_at_end(test)]
            _require_none(found if test.has_passed else ())
        finally:
            self._loans.forget(test)
            self._waits.seen.clear()

    def _found_at_call(self, test: WatchedTest) -> Iterator[BrokenRule]:
        if test.plan.has("commits"):
            yield from judging.late_commits(test.scope, self._observation.commits)
        if test.plan.has("blocking"):
            yield from judging.blocked_loops(test.scope, self._waits)

    def _found_at_end(self, test: WatchedTest) -> Iterator[BrokenRule]:
        left = self._loans.left_by(test)
        if test.plan.has("leaks"):
            yield from judging.leaks(test.scope, left)
        if test.plan.has("transactions"):
            yield from judging.unended_transactions(test.scope, left, test.plan)
        if test.plan.has("tasks"):
            yield from judging.left_tasks(test.left.names())


def _require_none(findings: Iterable[BrokenRule]) -> None:
    """Raise `Broken` with the findings, if there are any."""
    found = [*findings]
    if found:
        raise Broken(judging.failure_words(found))


def _caused_by(
    exchange: Exchange, request: pytest.FixtureRequest
) -> Generator[None, object, object]:
    """Let the tasks that a fixture starts know their cause, also while later tests run.

    anyio keeps one task, with its context, for all fixtures and tests: it would know it for ever.
    """
    if "anyio_backend" in request.fixturenames:
        return (yield)
    token = current.set(exchange)
    try:
        return (yield)
    finally:
        current.reset(token)
