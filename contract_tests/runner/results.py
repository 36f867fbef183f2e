"""The end of a contract run: all verdicts together, the exit code, the report and the summary."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import asdict
from itertools import chain
from typing import Any

import pytest

from ..reports.escaping import visible
from ..reports.files import ReportFiles
from ..reports.json_report import as_json, from_json
from ..reports.partial import PartialReport
from ..reports.record import RunRecord
from ..reports.screen import screen_lines
from ..reports.summary import summary_lines
from ..reports.terminal import header_lines
from ..rules.totals import Totals
from ..rules.verdict import Verdict, from_row
from .closing import CLOSING, blame, note
from .run import ContractRun
from .selection import Selection
from .spreading import is_worker, send_home, sent_home


class Results:
    """The plug-in object that collects the verdicts, on the controller and in a plain run alike."""

    NAME = f"{__package__}.results"

    def __init__(self, run: ContractRun, selection: Selection, files: ReportFiles) -> None:
        self._run = run
        self._files = files
        self._selection = selection
        self._verdicts: dict[str, list[Verdict]] = {}
        self._facts: dict[str, Any] = {}
        self._totals = Totals()
        self._of_workers: list[str] = []
        self._written: PartialReport | None = None

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self, session: pytest.Session) -> None:
        """Take away the reports of an earlier run: should this one die, none is left."""
        report = self._run.options.report
        if is_worker(session.config) or session.config.option.collectonly:
            return
        self._files.clear()
        if report is None:
            return
        self._written = PartialReport(report)
        self._written.clear()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtestloop(self) -> Generator[None, object, object]:
        """Begin the report: from now on something is known."""
        self._facts = dict(self._run.facts)
        for kind, content in self._run.mask.within(as_json(self._record())).items():
            self._write(kind, content)
        return (yield)

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Forget what an earlier try of a test gave: the last one counts."""
        self._verdicts.pop(nodeid, None)
        self._write("begun", nodeid)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Collect the verdict, with the facts and totals that came with it."""
        row = getattr(report, "contract_verdict", None)
        if report.when == "setup" and report.nodeid in self._verdicts:
            self.pytest_runtest_logstart(report.nodeid)  # nobody tells that a test is run again
        for each in (row, *getattr(report, "contract_told", ())) if row else ():
            self._verdicts.setdefault(report.nodeid, []).append(from_row(each))
            self._write("verdict", each)
        if row:
            self._learn(report)
            self._run.print_header()

    def _learn(self, report: pytest.TestReport) -> None:
        """Take over facts and totals, where there is more than was known.

        Of what each worker tells for itself, the first word counts.
        """
        facts, totals = self._run.facts, self._totals
        facts.update(getattr(report, "contract_facts", {}) | facts)
        self._totals |= Totals(**getattr(report, "contract_totals", {}))
        if facts != self._facts:
            self._facts = dict(facts)
            self._write("facts", facts)
        if totals != self._totals:
            self._write("totals", asdict(self._totals))

    def _write(self, kind: str, content: object) -> None:
        if self._written is not None:
            self._written.add(kind, content)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any, error: object) -> None:
        """Learn from a worker how many judgements it had before it, and how it ended."""
        facts = sent_home(node)
        expected = facts.get("contract_expected", 0)
        self._selection.expected = max(self._selection.expected, expected)
        told = facts.get("contract_faults", ())
        self._of_workers += [fault for fault in told if fault not in self._of_workers]
        if error:
            self._of_workers.append(f"worker {node.gateway.id} ended early: {error}")

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Zero rules decided is red; the report is written whatever happened."""
        note("finishing")
        if is_worker(session.config):
            expected, faults = self._selection.expected, self._run.faults
            send_home(session.config, contract_expected=expected, contract_faults=faults)
        elif self._is_judged(session):
            self._finish(session, exitstatus)
        closing = session.config.stash.get(CLOSING, None)
        if closing is not None:
            closing.decide(session.exitstatus)

    def _is_judged(self, session: pytest.Session) -> bool:
        has_tests = bool(self._selection.expected or self._verdicts)
        return has_tests and not session.config.option.collectonly

    def _finish(self, session: pytest.Session, exitstatus: int) -> None:
        self._require_sent()
        self._write_files()
        if self._written is not None:
            try:
                self._written.end(self._run.mask.within(as_json(self._record())))
            except OSError as error:
                blame(f"the report could not be written: {error}")
        if exitstatus == pytest.ExitCode.OK and not self._record().is_conformant:
            # pytest ends with what stands here after this hook, which it documents nowhere.
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def _write_files(self) -> None:
        """Write the reports in other formats; the JSON, which comes last, has what failed."""
        if self._files:
            run = from_json(self._run.mask.within(as_json(self._record())))
            for path, problem in self._files.write((run,)):
                if problem:
                    blame(f"{path} {problem}")

    def _require_sent(self) -> None:
        """Hold against a run that it was to send a request again, and found none of that name."""
        token = self._run.options.replay
        if token is not None and self._verdicts:
            from .replaying import is_sent

            if not is_sent(token, self._totals):
                blame(f"there is no request {token} on this database: nothing was sent again")

    def _record(self) -> RunRecord:
        run, mask = self._run, self._run.mask
        record = RunRecord(
            run.settings,
            run.facts,
            self._totals,
            tuple(chain.from_iterable(self._verdicts.values())),
            self._selection.expected,
            (*run.faults, *map(mask, self._of_workers)),
        )
        return run.standards.ended(record)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_terminal_summary(
        self, terminalreporter: pytest.TerminalReporter
    ) -> Generator[None, object, object]:
        """Print the outcome, below all else that pytest has to tell: nearest to the prompt."""
        told = yield
        if self._verdicts or self._of_workers:
            terminalreporter.section("contract")
            for line in self._closing_section():
                terminalreporter.line(visible(line))
        return told

    def _closing_section(self) -> Iterator[str]:
        run, record = self._run, self._record()
        if not run.has_header:
            yield from header_lines(run.facts)
        if run.tells_all:
            yield from summary_lines(record)
        else:
            told_in = str(run.options.reports.get("html") or run.options.report or "")
            yield from screen_lines(record, told_in=told_in)
