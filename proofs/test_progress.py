"""The lines that tell how far a run has come, and the time that several workers share."""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import pytest

from contract_tests.runner.options import Options
from contract_tests.runner.progress import Progress
from contract_tests.runner.selection import Selection
from contract_tests.runner.timekeeping import BEGUN, Pace, Timekeeping, first_moment
from contract_tests.service.budget import Budget
from proofs.matrix import run_contract
from proofs.virtual_time import Hands


@dataclass
class Terminal:
    """A terminal that keeps its lines."""

    isatty: bool = True
    lines: list[str] = field(default_factory=list)

    def ensure_newline(self) -> None:
        """Be at the beginning of a line."""

    def write_line(self, line: str) -> None:
        """Keep it."""
        self.lines.append(line)


def report(name: str, **told: Any) -> pytest.TestReport:
    """Return the report of a test that has passed."""
    made = pytest.TestReport(name, (name, 0, name), {}, "passed", None, "call", duration=0.0)
    vars(made).update(told)
    return made


def judged(name: str, worker: str, pace: Pace) -> pytest.TestReport:
    """Return the report of a test of the contract, from a worker."""
    row = {"rule": "SES-01", "case": "list"}
    return report(name, contract_verdict=row, contract_pace=asdict(pace), worker_id=worker)


def test_a_line_speaks_of_the_contract_alone(pytester: pytest.Pytester) -> None:
    """Tests of others do not count; of several workers, the one with most ahead is told."""
    config, hands, terminal = pytester.parseconfig("-p", "no:terminal"), Hands(), Terminal()
    config.pluginmanager.register(terminal, "terminalreporter")
    budget = Budget(600.0, hands.now)
    progress = Progress(config, Timekeeping(config, budget, Selection(Options())))
    progress.pytest_runtest_logreport(report("of others"))
    progress.pytest_runtest_logreport(judged("one", "gw0", Pace(12, 70.0)))
    hands.move(30)
    progress.pytest_runtest_logreport(judged("two", "gw1", Pace(12, 41.0)))
    assert terminal.lines == ["contract: 2 of 12 tests, about 70 s left; SES-01[list]"]


def test_the_first_of_several_begins_for_all(tmp_path: Path) -> None:
    """Whoever comes later is told the same moment."""
    place = tmp_path / "begun"
    first_moment(place)
    os.utime(place, (1000, 1000))
    assert first_moment(place) == 1000


def test_workers_share_the_time_of_a_run(pytester: pytest.Pytester, tmp_path: Path) -> None:
    """One that comes to the contract when it is over has no time left, whatever it did before."""
    place = tmp_path / "begun"
    first_moment(place)
    os.utime(place, (1000, 1000))
    config: Any = pytester.parseconfig()
    config.workerinput = {BEGUN: str(place)}
    budget = Budget(60.0)
    Timekeeping(config, budget, Selection(Options())).begin()
    assert budget.is_over


def test_a_run_that_is_spread_has_an_estimate_and_a_budget() -> None:
    """The header comes with the first verdict, and sweeps are thinned on every worker."""
    chosen = ("--contract-rule", "SES-01,CAN-01", "--contract-budget", "0.5")
    more = ("-p", "proofs.virtual_time", "-p", "xdist.plugin", "-n", "2", "-v")
    result = run_contract("proofs.virtual_time:slow_writes", "sqlite", *chosen, *more)
    head, _, rest = result.printed.partition(" of a budget of 30 s")
    assert "  time      about " in head
    assert "[100%]" in rest
    assert "SES-01" in result.rules("upheld"), result.printed
    assert set() == result.rules("broken")
    rows = [row for row in result.report["verdicts"] if row["rule"] == "CAN-01"]
    assert all(one["seen"] < one["whole"] for row in rows for one in row["extents"])
