"""A contract run: the hooks that turn what tests raise into verdicts, and verdicts into reports."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import ExitStack, nullcontext
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ..instruments.instrument import StillInForce
from ..masking.addresses import without_passwords
from ..masking.mask import Mask
from ..reports.json_report import as_json, write_report
from ..reports.record import RunRecord, Settings
from ..reports.terminal import failure_text, header_lines, message, summary_lines
from ..rules import AREAS
from ..rules.rule import Rule
from ..rules.totals import Totals
from ..rules.verdict import Outcome, Verdict, from_row
from ..rules.violation import Elsewhere, NotApplicable, Undecided, UsageError, Violation
from .closing import CLOSING, kept_output, note
from .facts import facts_of
from .options import Options
from .terminating import interruptible

if TYPE_CHECKING:
    from ..service.service import Service
    from .judge import Judge

Report = pytest.TestReport
DISTURBING = ("errors", "failures", "cancellation", "disconnect", "concurrency")
TURNS = {rule: turn for turn, area in enumerate(DISTURBING, 3) for rule in AREAS[area]}
TURNS |= dict.fromkeys(AREAS["sessions"], 1)
STOPPING = (Elsewhere, StillInForce)
"""After these nothing more is judged: rows of others are in danger, or the verdicts untrue."""

JUDGE: pytest.StashKey[Judge] = pytest.StashKey()
LETTERS = {
    Outcome.BROKEN: ("broken (a warning)", "w", "WARNED"),
    Outcome.NOT_APPLICABLE: ("not applicable", "-", "NOT APPLICABLE"),
    Outcome.UNDECIDED: ("undecided", "?", "UNDECIDED"),
}


class ContractRun:
    """The plug-in object of one pytest run, registered under `NAME`."""

    NAME = f"{__package__}.run"

    def __init__(self, config: pytest.Config, options: Options, mask: Mask) -> None:
        self.options = options
        self._masked = mask
        self.verdicts: list[Verdict] = []
        self.facts: dict[str, Any] = {}
        self.settings = _settings(options)
        self.totals = Totals()
        self.expected = 0
        self._place = "beginning the tests"
        self._closing = config.stash.get(CLOSING, None)
        self._of_workers: list[str] = []
        self._cache = getattr(config, "cache", None)
        self._is_worker = hasattr(config, "workerinput")
        self._has_header = False
        self._is_alone = False
        self._has_startups = False
        self._told: set[tuple[str, Outcome]] = set()
        self._open = ExitStack()
        self._service: Service | None = None

    # -- the service

    @property
    def service(self) -> Service:
        """The started service, opened on first use and closed with the run.

        Raises `UsageError` if the app cannot be found, started or understood.
        """
        if self._service is None:
            from .opening import open_service

            self._open.enter_context(interruptible())
            opened = open_service(self.options, has_startups=self._has_startups)
            with kept_output():
                self._service = self._open.enter_context(opened)
            if self.faults:
                raise UsageError(self.faults[0])
            note(self._place)
            self.facts.update(facts_of(self._service, self.options))
        return self._service

    @property
    def opened(self) -> Service | None:
        """The service, if it was opened, even when it has been closed since."""
        return self._service

    def cache_folder(self, name: str) -> Path | None:
        """A folder of this name that lasts from run to run; None if pytest keeps no cache."""
        return self._cache.mkdir(name) if self._cache is not None else None

    @pytest.hookimpl(trylast=True)
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Start the service and say what was found, if no tests of others are to run before."""
        config = session.config
        is_spread = self._is_worker or config.pluginmanager.has_plugin("dsession")
        is_later = is_spread or not self._is_alone
        if not self.expected or is_later or config.option.collectonly:
            return
        try:
            self.service  # noqa: B018 - opened here, so that a mistake is one line and no test
        except UsageError as error:
            raise pytest.UsageError(self._masked(str(error))) from None
        reporter = config.pluginmanager.get_plugin("terminalreporter")
        if reporter is not None and config.get_verbosity() >= 0:
            self._has_header = True
            for line in header_lines(self.facts):
                reporter.write_line(line)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Step aside for a test of others: a runner may have brought it here after ours."""
        self._place = f"running {item.nodeid}"
        note(self._place)
        if self._service is not None:
            presence = self._service.target.presence
            (presence.enter if rule_of_item(item) else presence.leave)()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_teardown(self, item: pytest.Item, nextitem: pytest.Item | None) -> None:
        """Stop the service after the last test, before the team's own fixtures are torn down."""
        if nextitem is None:
            with kept_output():
                self._open.close()

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, None, None]:
        """See to it that what the tests say can still be read."""
        with kept_output() if rule_of_item(item) else nullcontext():
            return (yield)

    def pytest_unconfigure(self) -> None:
        """Stop the service, however the run ended."""
        self._open.close()

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self, session: pytest.Session) -> None:
        """Take away the report of an earlier run: should this one die, none is left."""
        report = self.options.report
        if report is None or self._is_worker or session.config.option.collectonly:
            return
        try:
            report.unlink(missing_ok=True)
        except OSError as error:
            raise pytest.UsageError(
                f"--contract-report {report}: {error.strerror}; name a file that can be written"
            ) from None

    # -- which tests

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(
        self, config: pytest.Config, items: list[pytest.Item]
    ) -> None:
        """Keep only the rules that were asked for, and let them come after the team's tests.

        A service under contract is imported with the address of the kit's database. Of the rules,
        those about sessions come first, since strange bodies may leave a shared one unusable; those
        that disturb the service come last: one that stays poisoned would be accused by every later
        rule.
        """
        ours = [(item, rule_of_item(item)) for item in items]
        dropped = [item for item, rule in ours if rule and not self._is_asked(item, rule)]
        if dropped:
            items[:] = [item for item in items if item not in set(dropped)]
            config.hook.pytest_deselected(items=dropped)
        self.expected = sum(rule is not None for item, rule in ours) - len(dropped)
        turns = {item: TURNS.get(rule, 2) if rule else 0 for item, rule in ours}
        items.sort(key=turns.__getitem__)
        self._is_alone = all(turns[item] for item in items)
        # Of several workers, few get a test that needs them.
        self._has_startups = not self._is_worker and any(map(_needs_startups, items))

    def _is_asked(self, item: pytest.Item, rule: Rule) -> bool:
        token, asked = self.options.replay, self.options.rule
        if token and (rule not in AREAS[token.area] or case_of(item) != token.subject):
            return False
        return not asked or rule.id in asked

    # -- verdicts

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, Report, Report]:
        """Attach the verdict to the report, and make pytest's outcome agree with it."""
        report = yield
        rule = rule_of_item(item)
        if call.excinfo and isinstance(call.excinfo.value, STOPPING):
            item.session.shouldstop = "the run cannot go on"
            report.longrepr = str(call.excinfo.value)
        if rule is None or not _is_telling(call, report):
            return report
        verdict = self._verdict(item, call, rule)
        row = verdict.as_row() | {"duration": round(report.duration, 4)}
        totals = asdict(_totals(item))
        vars(report).update(contract_verdict=row, contract_facts=self.facts, contract_totals=totals)
        # JUnit reads an item's properties from its last report, that of the teardown.
        item.user_properties += [
            ("rule", rule.id), ("level", str(rule.level)), ("verdict", str(verdict.verdict)),
        ]  # fmt: skip
        self._agree(report, verdict)
        return report

    def _verdict(self, item: pytest.Item, call: pytest.CallInfo[None], rule: Rule) -> Verdict:
        """Give the verdict of a test, with nothing in it that is a secret."""
        plain = Verdict(
            rule=rule.id,
            level=str(rule.level),
            verdict="",
            case=case_of(item),
            title=rule.statement,
            fix=rule.fix,
            test=item.nodeid,
        )
        verdict = _outcome(plain, item, call)
        shown = self._masked.within(verdict.as_row())
        return from_row(shown | {"test": item.nodeid})

    def _agree(self, report: Report, verdict: Verdict) -> None:
        if verdict.outcome in {Outcome.UPHELD, Outcome.ERROR}:
            return
        if verdict.is_red_at(self.options.level):
            report.outcome = "failed"
            told = verdict.rule, verdict.outcome
            report.longrepr = failure_text(verdict, self.settings, again=told in self._told)
            self._told.add(told)
            if verdict.replay:
                report.sections.clear()  # what hundreds of requests logged explains none of them
        else:
            report.outcome = "skipped"
            path, line, _ = report.location
            report.longrepr = (path, line or 0, f"{verdict.verdict}: {message(verdict)}")

    def pytest_report_teststatus(
        self, report: Report | pytest.CollectReport
    ) -> tuple[str, str, str] | None:
        """Show the verdict's own letter where pytest would say "skipped"."""
        row = getattr(report, "contract_verdict", None)
        if row and report.outcome == "skipped":
            return LETTERS[Outcome(row["verdict"])]
        return None

    def pytest_runtest_logreport(self, report: Report) -> None:
        """Collect the verdict, on the controller and in a plain run alike."""
        row = getattr(report, "contract_verdict", None)
        if row:
            self.verdicts.append(from_row(row))
            self.facts.update(getattr(report, "contract_facts", {}))
            self.totals |= Totals(**getattr(report, "contract_totals", {}))

    # -- the end

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Zero rules decided is red; the report is written whatever happened."""
        note("finishing")
        self._finish(session, exitstatus)
        if self._closing is not None:
            self._closing.decide(session.exitstatus)

    def _finish(self, session: pytest.Session, exitstatus: int) -> None:
        if self._is_worker:
            session.config.workeroutput["contract_faults"] = self.faults  # type: ignore[attr-defined]
            session.config.workeroutput["contract_expected"] = self.expected  # type: ignore[attr-defined]
            return
        if session.config.option.collectonly or not (self.expected or self.verdicts):
            return
        if exitstatus == pytest.ExitCode.OK and not self.record.is_conformant:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
        if self.options.report:
            write_report(self.options.report, self._masked.within(as_json(self.record)))

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any, error: object) -> None:
        """Learn from a worker how many judgements it had before it, and how it ended."""
        output = getattr(node, "workeroutput", {})
        self.expected = max(self.expected, output.get("contract_expected", 0))
        self._of_workers += output.get("contract_faults", ())
        if error:
            self._of_workers.append(f"worker {node.gateway.id} ended early: {error}")

    @property
    def faults(self) -> list[str]:
        """The faults that no rule judges, and that no green run may have."""
        here = self._closing.faults if self._closing is not None else ()
        return [self._masked(fault) for fault in (*here, *self._of_workers)]

    @property
    def record(self) -> RunRecord:
        """The run as far as it has come."""
        verdicts, faults = tuple(self.verdicts), tuple(self.faults)
        return RunRecord(self.settings, self.facts, self.totals, verdicts, self.expected, faults)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print the outcome, rule by rule."""
        if not (self.verdicts or self._of_workers):
            return
        terminalreporter.section("contract")
        facts = () if self._has_header else header_lines(self.facts)
        for line in (*facts, *summary_lines(self.record)):
            terminalreporter.line(line)


def rule_of_item(item: pytest.Item) -> Rule | None:
    """The rule a test judges; None for any other test."""
    mark = item.get_closest_marker("contract")
    return mark.args[0] if mark and mark.args and isinstance(mark.args[0], Rule) else None


def _needs_startups(item: pytest.Item) -> bool:
    """Return whether a test starts the service in interpreters of its own."""
    return "startups" in getattr(item, "fixturenames", ())


def case_of(item: pytest.Item) -> str:
    """The case within the rule: the test's name without `test_`, or its parameter."""
    callspec = getattr(item, "callspec", None)
    return str(callspec.id) if callspec else item.name.removeprefix("test_")


def _is_telling(call: pytest.CallInfo[None], report: Report) -> bool:
    """The call decides; another phase only if it went wrong."""
    return call.when == "call" or report.outcome != "passed"


def _outcome(verdict: Verdict, item: pytest.Item, call: pytest.CallInfo[None]) -> Verdict:
    """Fill in how the test ended."""
    error = call.excinfo.value if call.excinfo else None
    match error:
        case None if item.stash[JUDGE].judgements:
            return replace(verdict, verdict=Outcome.UPHELD)
        case None:
            reason = "the test ended without a judgement"
            return replace(verdict, verdict=Outcome.UNDECIDED, reason=reason)
        case Violation():
            return replace(
                verdict,
                verdict=Outcome.BROKEN,
                expected=error.expected,
                observed=error.observed,
                evidence=error.evidence,
                replay=error.token,
            )
        case NotApplicable():
            return replace(verdict, verdict=Outcome.NOT_APPLICABLE, reason=str(error))
        case Undecided():
            return replace(verdict, verdict=Outcome.UNDECIDED, reason=str(error))
    return replace(verdict, verdict=Outcome.ERROR, reason=f"{type(error).__name__}: {error}")


def _settings(options: Options) -> Settings:
    is_usual = options.database == Options().database
    return Settings(
        app=options.app,
        database="" if is_usual else without_passwords(options.database),
        allow_existing_database=options.allow_existing_database,
        level=str(options.level),
        profile=options.profile.name,
        is_endless=options.profile.is_endless,
        seed=options.seed,
    )


def _totals(item: pytest.Item) -> Totals:
    """Add up what the fixtures of a test have sent so far."""
    totals = Totals()
    for value in getattr(item, "funcargs", {}).values():
        totals |= getattr(value, "totals", Totals())
    return totals
