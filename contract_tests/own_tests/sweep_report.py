"""The reports of a swept test: that of the point at which it fails, with the point's name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from ..rules.points import Kind, Point
from .judging import failure_words
from .swept_run import SweptRun

IN_CALLS = "in a request to an app of this process, or inside `with disturbed():`"

NOTHING: dict[Kind, str] = {
    "fault": f"the test made no database call {IN_CALLS}",
    "cancellation": f"the test waited for nothing {IN_CALLS}",
    "interleaving": (
        "the test and the other did not both make database calls, the test's in a request to an "
        "app of this process, or inside `async with disturbed():`"
    ),
}


LOST = (
    "a cancelled call ends its connection, and with it a fixture's transaction around the test, or "
    "a database in memory: give the app of this test an engine and a file of its own"
)


@dataclass(frozen=True)
class Failure:
    """The run that is told of a test that fails, and what is said of it."""

    ran: SweptRun
    lines: tuple[str, ...] = ()


def nothing_disturbed(control: SweptRun) -> Failure:
    """Give the failure of a test in which there was nothing to disturb."""
    return Failure(control, (f"nothing was disturbed: {NOTHING[control.run.kind]}",))


def not_there(control: SweptRun, point: Point) -> Failure:
    """Give the failure of a test that has no such point."""
    kind, extent = control.run.kind, control.run.extent
    points = f"{kind}:1 to {kind}:{extent[1]}" if extent else "none"
    valid = "interleaving:AB and the like" if kind == "interleaving" else points
    line = f"nothing was disturbed: there is no {point} in this test. Valid: {valid}"
    return Failure(control, (line,))


def failed_at(item: pytest.Item, failed: Sequence[SweptRun], again: Sequence[SweptRun]) -> Failure:
    """Give the failure at the first of some points; `again` are all runs of it."""
    first, *others = failed
    run = first.run
    times = sum(each.has_failed for each in again)
    where = f" at {run.where}" * bool(run.where)
    request = f", in {run.struck}" if run.struck else ""
    lines = [f"{'disturbed':9} {run.title}: {run.what}{where}{request}"]
    if others:
        places = ", ".join(each.run.point.place for each in others)
        lines += [f"{'fails too':9} at {places}"]
    if first.has_lost_a_connection:
        lines += [f"{'lost':9} {LOST}"]
    if times < len(again):
        lines += [f"{'repeats':9} fails in {times} of {len(again)} runs of this very point"]
    lines += [f'{"replay":9} pytest "{item.nodeid}" --contract-point {run.point}']
    return Failure(first, tuple(lines))


def merged(
    last: SweptRun, failure: Failure | None, seconds: float
) -> tuple[pytest.TestReport, ...]:
    """Give the reports of a test: of its failure, or else of the last run, which tears down.

    What all runs have taken is told as the time of the test's function.
    """
    if failure is None and last.has_failed:
        failure = Failure(last, ("undisturbed, and only after its disturbances",))
    if failure is not None:
        _tell(failure)
    reports = {report.when: report for report in (failure.ran if failure else last).reports}
    if not reports["teardown"].failed:
        reports["teardown"] = last.reports[-1]
    if "call" in reports:
        reports["call"].duration = seconds
    return tuple(reports.values())


def _tell(failure: Failure) -> None:
    """Write what is said of a failure into the report that has failed, or let the call fail."""
    reports, findings = failure.ran.reports, failure.ran.findings
    report = next((each for each in reports if each.failed), None)
    if not failure.lines and not findings:
        return
    text = "\n".join(failure.lines)
    if report is not None and not findings:
        _add(report, text)
        return
    report = next((each for each in reports if each.when == "call"), reports[0])
    if failure.ran.run.error is not None:  # it was expected to fail
        return
    report.outcome = "failed"
    report.longrepr = "\n".join([*([failure_words(findings)] if findings else []), text])


def _add(report: pytest.TestReport, text: str) -> None:
    shown: Any = report.longrepr
    if hasattr(shown, "addsection"):
        shown.addsection("contract point", text)
    else:
        report.longrepr = f"{shown}\n{text}"
