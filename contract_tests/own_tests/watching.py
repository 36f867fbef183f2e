"""The plug-in object that watches each test of a team."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import pytest

from ..instruments.attribution import current
from ..instruments.checkout import Checkout
from ..instruments.exchange import Exchange
from ..instruments.recording import recorded
from ..rules.evidence import HeldConnection
from . import judging
from .every import is_disturbed
from .failing import Broken
from .judging import Finding
from .marks import plan_of
from .observation import Observation, Scope, observed
from .plan import Plan
from .summary import Summary
from .watched_test import WatchedTest
from .wider_fixtures import holds, values_of

SUITE = Path(__file__).resolve().parent.parent / "suite"


class Watch:
    """Judges each test at its end by the rules of its plan, and the run at its own end."""

    NAME = f"{__package__}.watching"

    def __init__(self, usual: Plan, summary: Summary) -> None:
        self._usual = usual
        self._summary = summary
        self._open = ExitStack()
        self._observation: Observation | None = None
        self._test: WatchedTest | None = None
        self._fixtures: list[pytest.FixtureDef[Any]] = []
        self._wider: list[Scope] = []
        self._names: WeakKeyDictionary[Exchange, str] = WeakKeyDictionary()
        self._told: set[int] = set()
        self._spared: list[Exchange] = []

    @property
    def observation(self) -> Observation:
        """The observation, which begins with the first test that is watched."""
        if self._observation is None:
            self._observation = self._open.enter_context(observed())
        return self._observation

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> Generator[None, None, None]:
        """Begin the scope of a test that is watched."""
        is_other = SUITE in item.path.parents or is_disturbed()
        plan = Plan() if is_other else plan_of(item, self._usual)
        self._test = WatchedTest(item, plan) if plan.watches else None
        if self._test is not None:
            self.observation.scope = self._test.scope
        return (yield)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_fixture_setup(
        self, fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest
    ) -> Generator[None, object, object]:
        """Charge what a fixture of a wider scope does to nobody's test."""
        if self._test is not None:
            self._test.at_its_end(self._judge_end)
        if fixturedef.scope == "function" or self._observation is None:
            return (yield)
        name = f"fixture {fixturedef.argname!r} (scope {fixturedef.scope})"
        scope = Scope(f"{name}, set up for {request.node.nodeid or 'the session'}")
        if fixturedef not in self._fixtures:
            self._fixtures.append(fixturedef)
        self._wider.append(scope)
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
        found = [*self._found_at_call(test)]
        if found:
            raise Broken(judging.told(found))
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
        if self._observation is not None:
            faults = [
                f"the watch itself failed: {one}" for one in self._observation.recorder.faults
            ]
            self._summary.tell(session.config, [*map(str, self._found_at_last()), *faults])
        self._open.close()

    def _judge_end(self) -> None:
        """Judge what fixtures may have given back, and forget the test."""
        test, observation = self._test, self.observation
        if test is None:
            return
        found = [*self._found_at_end(test)] if test.has_passed else []
        for exchange in test.scope.exchanges:
            self._names[exchange] = test.item.nodeid
            self._told |= {loan.order for loan in observation.recorder.outstanding(exchange)}
            self._told -= {loan.order for loan in self._spared_of(test, exchange)}
            observation.recorder.forget(exchange)
        observation.recorder.outside.clear()
        observation.drivers.seen.clear()
        observation.scope = None
        if found:
            raise Broken(judging.told(found))

    def _found_at_call(self, test: WatchedTest) -> Iterator[Finding]:
        if test.plan.has("commits"):
            yield from judging.late_commits(test.scope, self.observation.commits)
        if test.plan.has("blocking"):
            yield from judging.blocked_loops(test.scope, self.observation.drivers)

    def _found_at_end(self, test: WatchedTest) -> Iterator[Finding]:
        recorder, scope = self.observation.recorder, test.scope
        spared = {loan.order for each in scope.exchanges for loan in self._spared_of(test, each)}
        if test.plan.has("leaks"):
            yield from judging.leaks(scope, recorder, lambda loan: loan.order in spared)
        if test.plan.has("transactions"):
            out = {
                loan.connection
                for each in scope.exchanges
                for loan in recorder.outstanding(each)
                if loan.order not in spared
            }
            yield from judging.open_transactions(scope, lambda number: number in out)
        if test.plan.has("tasks"):
            yield from judging.left_tasks(test.left.names())

    def _spared_of(self, test: WatchedTest, exchange: Exchange) -> Iterator[Checkout]:
        """Give the loans that residents, or fixtures of a wider scope, may keep."""
        for loan in self.observation.recorder.outstanding(exchange):
            if test.plan.spares(loan.where, loan.where.rpartition(" in ")[2]):
                yield loan
            elif holds(values_of(self._fixtures), loan):
                self._spared.append(exchange)
                yield loan

    def _found_at_last(self) -> Iterator[Finding]:
        """Give the connections of tests and fixtures that nobody has returned in the end."""
        for scope in self._wider:
            self._names.update(dict.fromkeys(scope.exchanges, scope.name))
        recorder = self.observation.recorder
        for exchange, name in list(self._names.items()):
            loans = [each for each in recorder.outstanding(exchange) if not self._is_known(each)]
            held = tuple(HeldConnection(loan.connection, loan.where) for loan in loans)
            late = exchange.reclaimed if exchange in self._spared else ()
            if held or late:
                words = "; ".join(map(str, held)) or f"conn {late[0].connection} {late[0].text}"
                yield Finding(
                    "SES-01",
                    "no connection out once the run has ended",
                    f"{name}: {words}",
                    (recorded(replace(exchange, held=held)),),
                )

    def _is_known(self, loan: Checkout) -> bool:
        is_resident = self._usual.spares(loan.where, loan.where.rpartition(" in ")[2])
        return loan.order in self._told or loan.is_given_back or is_resident


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
