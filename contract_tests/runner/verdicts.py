"""Turn what a test of the suite raised into a verdict, and the verdict into pytest's outcome."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, replace

import pytest

from ..instruments.garbage import without_collection
from ..instruments.instrument import StillInForce
from ..reports.record import circumstances
from ..reports.terminal import failure_text, message
from ..rules.rule import Rule
from ..rules.switch import switched_off
from ..rules.totals import Totals
from ..rules.verdict import Outcome, Verdict, from_row, verdict_on
from ..rules.violation import CannotGoOn, NotApplicable, OutOfTime, Undecided, Violation
from ..service.budget import Budget
from .breakdowns import breakdowns_in, judged_anew
from .closing import blame
from .copies.edits import edits_of
from .items import JUDGE, case_name, rule_of_item
from .output import ending_of
from .run import ContractRun
from .timekeeping import not_reached

STOPPING = (CannotGoOn, StillInForce)
"""After these nothing more is judged: nothing can be, rows of others are in danger, or the verdicts
untrue."""

LETTERS = {
    Outcome.BROKEN: ("broken (a warning)", "w", "WARNED"),
    Outcome.NOT_APPLICABLE: ("not applicable", "-", "NOT APPLICABLE"),
    Outcome.UNDECIDED: ("undecided", "?", "UNDECIDED"),
    Outcome.KNOWN: ("known", "k", "KNOWN"),
    Outcome.OFF: ("off", "o", "OFF"),
}

OUTCOMES = (Violation, NotApplicable, Undecided, OutOfTime)
"""The exceptions by which a test says how its judgement ended."""

AS_PYTEST_SAYS = {Outcome.UPHELD, Outcome.SKIPPED}
"""For these pytest's own outcome is the right one, whatever marks a team has put on the test."""

CUT_SHORT = {Outcome.UPHELD, Outcome.UNDECIDED, Outcome.NOT_APPLICABLE}
"""The outcomes that are not to be believed of a test that the end of the time has cut short."""

Phase = tuple[pytest.CallInfo[None], pytest.TestReport]
"""A phase of a test: what was raised, and what pytest made of it."""


class Verdicts:
    """The plug-in object that gives a verdict to each test of the suite."""

    NAME = f"{__package__}.verdicts"

    def __init__(self, run: ContractRun) -> None:
        self._run = run
        self._told: dict[tuple[str, Outcome], str] = {}

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> Generator[None, None, None]:
        """Let no test fail for credentials that have ended."""
        yield from self._with_entry(item)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, None, None]:
        """Let no test fail for credentials that have ended, or a service that has broken down."""
        ended: Exception | None = None
        try:
            yield from self._with_entry(item)
        except STOPPING:
            raise
        except Exception as error:  # noqa: BLE001 - it is raised again
            ended = error
        rule = rule_of_item(item)
        if rule is not None:
            ended = judged_anew(item, rule, self._run.service, ended)
        if ended is not None:
            raise ended

    def _with_entry(self, item: pytest.Item) -> Generator[None, None, None]:
        """Raise `CannotGoOn` for a failure whose cause is that the service lets nobody in."""
        try:
            yield
        except (Violation, Undecided):
            if rule_of_item(item) is not None:
                self._run.service.require_entry()
            raise

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Attach the verdict to the report, and make pytest's outcome agree with it."""
        rule = rule_of_item(item)
        with _without_source(item, call) if rule else nullcontext(), without_collection():
            report = yield
        if call.excinfo and isinstance(call.excinfo.value, STOPPING):
            item.session.shouldstop = "the run cannot go on"
            blame(f"the run could not go on: {call.excinfo.value}")
            report.longrepr = str(call.excinfo.value)
        if rule is not None and _is_decisive(call, report):
            verdict = self._verdict(item, (call, report), rule)
            self._attach(item, report, verdict)
            self._agree(report, verdict)
            self._tell(report, [self._masked(told, item) for told in breakdowns_in(item, verdict)])
        return report

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(
        self, item: pytest.Item, nextitem: pytest.Item | None
    ) -> object | None:
        """Pass over a test that is off, or not reached in time: hundreds are told of in no time.

        The last one of all is run like any other, so that the service is stopped.
        """
        rule = rule_of_item(item)
        verdict = self._without_call(item, rule) if rule and nextitem else None
        if verdict is None:
            return None
        ihook = item.ihook
        ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
        ihook.pytest_runtest_logreport(report=self._passed_over(item, verdict))
        ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
        return True

    def _without_call(self, item: pytest.Item, rule: Rule) -> Verdict | None:
        """Return the verdict on a test that need not be run; None if it is to be run."""
        run, plain = self._run, _plain(item, rule)
        reason = run.standards.switches.reason_off(rule.id, plain.case, run.roles)
        if reason:
            return self._settled(switched_off(plain, reason))
        if not run.time.budget.is_over:
            return None
        words = not_reached(run.time.budget)
        return self._settled(replace(plain, verdict=Outcome.UNDECIDED, reason=words, is_late=True))

    def _passed_over(self, item: pytest.Item, verdict: Verdict) -> pytest.TestReport:
        """Return the report of a test that is not run."""
        report = pytest.TestReport(
            item.nodeid, item.location, {}, "skipped", None, "call", duration=0.0
        )
        self._attach(item, report, verdict)
        self._agree(report, verdict)
        report.user_properties = list(item.user_properties)
        return report

    def _verdict(self, item: pytest.Item, phase: Phase, rule: Rule) -> Verdict:
        """Give the verdict of a test, with nothing in it that is a secret."""
        plain = _plain(item, rule)
        decided = _with_points(_decided(plain, item, phase[0]), item)
        verdict = _in_time(decided, self._run.time.budget)
        return self._masked(_as_marked(verdict, phase), item)

    def _masked(self, verdict: Verdict, item: pytest.Item) -> Verdict:
        shown = self._run.mask.within(verdict.as_row())
        return self._settled(from_row(shown | {"test": item.nodeid}))

    def _settled(self, verdict: Verdict) -> Verdict:
        """Hold a verdict against the edition, the switches and the baseline of the run."""
        run = self._run
        around = circumstances(run.options.profile.name, run.facts)
        return run.standards.settled(verdict, run.roles, around)

    def _tell(self, report: pytest.TestReport, told: list[Verdict]) -> None:
        """Attach what a test has met beside its own promise, if that rule is judged."""
        asked = self._run.options.rule
        told = [verdict for verdict in told if not asked or verdict.rule in asked]
        vars(report).update(contract_told=[verdict.as_row() for verdict in told])
        for verdict in told:
            own = report.longreprtext if report.outcome == "failed" else ""
            if verdict.is_red_at(self._run.options.level):
                self._fail(report, verdict)
                report.longrepr = "\n".join(filter(None, (own, report.longreprtext)))

    def _attach(self, item: pytest.Item, report: pytest.TestReport, verdict: Verdict) -> None:
        # pytest sends every attribute of a report from a worker home, if it is JSON.
        vars(report).update(
            contract_verdict=verdict.as_row() | {"duration": round(report.duration, 4)},
            contract_facts=self._run.facts,
            contract_pace=asdict(self._run.time.pace),
            contract_totals=asdict(_totals(item)),
        )
        # JUnit reads an item's properties from its last report, that of the teardown.
        given = {"rule": verdict.rule, "level": verdict.level, "verdict": verdict.verdict}
        edited = edits_of(verdict.rule, self._run.facts.get("edited", {}))
        given |= {"edited": edited} if edited else {}
        # A test that is run again has those of its last try in it.
        others = [(name, value) for name, value in item.user_properties if name not in given]
        item.user_properties[:] = others + [(name, str(value)) for name, value in given.items()]

    def _agree(self, report: pytest.TestReport, verdict: Verdict) -> None:
        is_marked = verdict.outcome is Outcome.KNOWN and not verdict.is_listed
        if is_marked or verdict.outcome in AS_PYTEST_SAYS:
            return
        vars(report).pop("wasxfail", None)  # for any other outcome the mark is of no effect
        if verdict.outcome is Outcome.ERROR:
            report.outcome = "failed"
        elif verdict.is_red_at(self._run.options.level) and not self._is_summed_up(verdict):
            self._fail(report, verdict)
        else:
            # The three parts are those of pytest's own skips: the terminal and JUnit unpack them.
            report.outcome = "skipped"
            path, line, _ = report.location
            report.longrepr = (path, line or 0, f"{verdict.verdict}: {message(verdict)}")

    def _is_summed_up(self, verdict: Verdict) -> bool:
        """Return whether the summary says in one line why so many tests have decided nothing."""
        service = self._run.opened
        gone = service.trail.gone if service else ""
        return verdict.is_late or bool(gone and verdict.reason == gone)

    def _fail(self, report: pytest.TestReport, verdict: Verdict) -> None:
        report.outcome = "failed"
        first = self._told.setdefault((verdict.rule, verdict.outcome), verdict.test)
        again = first != verdict.test
        report.longrepr = failure_text(
            verdict, self._run.settings, again=again, is_whole=self._run.tells_all
        )
        if verdict.replay:
            report.sections.clear()  # what hundreds of requests logged explains none of them
        elif not self._run.tells_all:
            report.sections[:] = [(title, ending_of(text)) for title, text in report.sections]

    def pytest_report_teststatus(
        self, report: pytest.TestReport | pytest.CollectReport
    ) -> tuple[str, str, str] | None:
        """Show the verdict's own letter where pytest would say "skipped"."""
        row = getattr(report, "contract_verdict", None)
        if row and report.outcome == "skipped":
            return LETTERS.get(Outcome(row["verdict"]))
        return None


@contextmanager
def _without_source(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Spare pytest the source code of what the verdict is made from: nobody is shown it.

    To find it, whole modules are parsed: for a tenth of the tests' time, were it done for all that
    does not apply.
    """
    if call.excinfo and isinstance(call.excinfo.value, OUTCOMES):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(item, "repr_failure", lambda excinfo: str(excinfo.value))
            yield
    else:
        yield


def _plain(item: pytest.Item, rule: Rule) -> Verdict:
    """Give what is known of a test without having run it."""
    return verdict_on(rule, case_name(item), item.nodeid)


def _is_decisive(call: pytest.CallInfo[None], report: pytest.TestReport) -> bool:
    """Return whether a phase decides: the call does, another one only if it went wrong."""
    return call.when == "call" or report.outcome != "passed"


def _decided(verdict: Verdict, item: pytest.Item, call: pytest.CallInfo[None]) -> Verdict:
    """Fill in how the test ended."""
    error = call.excinfo.value if call.excinfo else None
    match error:
        case None:
            return _ended(verdict, item.stash[JUDGE].judgements)
        case Violation():
            return replace(
                verdict,
                verdict=Outcome.BROKEN,
                expected=error.expected,
                observed=error.observed,
                evidence=error.evidence,
                replay=error.token,
                findings=error.each,
            )
        case NotApplicable():
            return replace(verdict, verdict=Outcome.NOT_APPLICABLE, reason=str(error))
        case Undecided() | OutOfTime() | CannotGoOn():
            is_late = isinstance(error, OutOfTime)
            return replace(_undecided(verdict, str(error)), is_late=is_late)
        case pytest.skip.Exception() | pytest.xfail.Exception():
            return replace(verdict, verdict=Outcome.SKIPPED, reason=error.msg or "no reason given")
    return replace(verdict, verdict=Outcome.ERROR, reason=f"{type(error).__name__}: {error}")


def _ended(verdict: Verdict, judgements: int) -> Verdict:
    """Give the verdict of a test that raised nothing."""
    if judgements:
        return replace(verdict, verdict=Outcome.UPHELD)
    return _undecided(verdict, "the test ended without a judgement")


def _with_points(verdict: Verdict, item: pytest.Item) -> Verdict:
    """Add the points of a sweep, if the test has judged any."""
    judge = item.stash.get(JUDGE, None)
    return verdict if judge is None else replace(verdict, points=judge.points)


def _undecided(verdict: Verdict, reason: str) -> Verdict:
    return replace(verdict, verdict=Outcome.UNDECIDED, reason=reason, findings=(reason,))


def _in_time(verdict: Verdict, budget: Budget) -> Verdict:
    """Add what was seen; what was cut short is undecided, unless it had shown a broken promise."""
    verdict = replace(verdict, extents=tuple(budget.extents.values()))
    if not budget.was_short or verdict.is_late or verdict.outcome not in CUT_SHORT:
        return verdict
    seen = ", ".join(map(str, verdict.extents))
    reason = f"out of time: ended after {budget.words}{f', {seen} seen' if seen else ''}"
    return replace(verdict, verdict=Outcome.UNDECIDED, reason=reason, is_late=True)


def _as_marked(verdict: Verdict, phase: Phase) -> Verdict:
    """Let `xfail` speak of what it is about: a broken promise, and none that is kept again."""
    call, report = phase
    reason = getattr(report, "wasxfail", None)
    if reason is not None and verdict.outcome is Outcome.BROKEN:
        return replace(verdict, verdict=Outcome.KNOWN, reason=reason or "marked xfail")
    if call.excinfo is None and report.failed and verdict.outcome is Outcome.UPHELD:
        reason = f"{report.longrepr}: the promise is kept, so take the mark away"
        return replace(verdict, verdict=Outcome.FIXED, reason=reason)
    return verdict


def _totals(item: pytest.Item) -> Totals:
    """Add up what the fixtures of a test have sent so far."""
    totals = Totals()
    for value in getattr(item, "funcargs", {}).values():
        totals |= getattr(value, "totals", Totals())
    return totals
