"""The result of one run of a sweep: pytest's reports, and what the run has left behind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from ..instruments.checkout import Checkout
from ..instruments.exchange import Exchange
from ..instruments.faults import IN_ONE_CONNECTION
from ..instruments.holders import is_held
from ..instruments.recorder import Recorder
from ..rules.points import Kind
from .disturbed_run import DisturbedRun
from .judging import BrokenRule, leaks, unended_transactions
from .observation import Scope
from .plan import Plan

PROMISES: Mapping[Kind, Mapping[str, str]] = {
    "fault": {"SES-01": "FAI-01", "SES-05": "FAI-01"},
    "cancellation": {"SES-01": "CAN-01", "SES-05": "CAN-01", "SES-02": "CAN-02"},
    "interleaving": {},
}
"""The rules of a disturbed request, in place of those of an undisturbed one."""


@dataclass
class SweptRun:
    """A run that is over; it `has_lost_a_connection` that was taken for no request."""

    run: DisturbedRun
    reports: list[pytest.TestReport]
    findings: list[BrokenRule] = field(default_factory=list)
    has_lost_a_connection: bool = False

    @property
    def connections(self) -> set[int | None]:
        """The connections that were taken."""
        return {e.connection for each in self.run.scope.exchanges for e in each.of("checkout")}

    def has_cooled(self, known: set[int | None]) -> bool:
        """Return whether it has lost one of the connections that other runs use, too."""
        lost = {e.connection for each in self.run.scope.exchanges for e in each.of("invalidated")}
        return bool(lost & known)

    @property
    def schedule(self) -> str:
        """The schedule as it was."""
        return self.run.schedule

    @property
    def following(self) -> str | None:
        """The schedule after this one."""
        return self.run.following

    @property
    def has_failed(self) -> bool:
        """Return whether the test has failed, expected or not, or has left something."""
        return bool(self.findings or self.run.error) or any(map(_has_failed, self.reports))

    @property
    def is_over(self) -> bool:
        """Return whether an undisturbed run leaves nothing to sweep."""
        return self.has_failed or any(report.skipped for report in self.reports)


def left_behind(
    run: DisturbedRun,
    scope: Scope,
    recorder: Recorder,
    spared: tuple[Plan, Sequence[pytest.FixtureDef[Any]]],
) -> list[BrokenRule]:
    """Give the connections and the transactions that a disturbed run has not given back."""
    # A driver that blocks works in threads, and FastAPI ends no `def` dependency of a cancelled
    # request: no app that is written so can help what is left.
    if run.kind == "cancellation" and not recorder.is_async:
        return []
    plan, wider = spared
    cached = [fixture.cached_result for fixture in wider]
    values = [result[0] for result in cached if result is not None]

    def is_spared(loan: Checkout) -> bool:
        is_resident = plan.spares(loan.where, loan.where.rpartition(" in ")[2])
        return loan.is_given_back or is_resident or is_held(values, loan)

    lent = (loan for each in scope.exchanges for loan in recorder.outstanding(each))
    left = [loan for loan in lent if not is_spared(loan)]
    found = [*leaks(scope, left), *unended_transactions(scope, left, plan)]
    names = PROMISES[run.kind]
    return [replace(each, rule=names.get(each.rule, each.rule)) for each in found]


def has_lost_its_own(scope: Scope, recorder: Recorder, error: BaseException | None) -> bool:
    """Return whether a failure may come of a connection that the test or a fixture relies on.

    Its fixture had it, or a database lives in it.
    """
    if error is None:
        return False
    lasts = any(isinstance(pool, IN_ONE_CONNECTION) for pool in recorder.pools)
    if lasts and any(each.of("invalidated") for each in scope.exchanges):
        return True
    return not isinstance(error, AssertionError) and _was_lost(scope)


def _was_lost(scope: Scope) -> bool:
    """Return whether a connection was lost while the test, or a fixture of it, had it."""
    events = sorted((e for each in scope.exchanges for e in each.events), key=lambda e: e.order)
    takers = {e.order: each for each in scope.exchanges for e in each.of("checkout")}
    out: dict[int | None, Exchange] = {}
    for event in events:
        if event.kind == "checkout":
            out[event.connection] = takers[event.order]
        elif event.kind == "invalidated" and out.get(event.connection) is scope.own:
            return True
    return False


def _has_failed(report: pytest.TestReport) -> bool:
    # A test that is to fail at some point passes at the others.
    return report.failed and not str(report.longrepr).startswith("[XPASS")
