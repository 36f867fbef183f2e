"""Marks that a team puts on tests of the contract, and tests that are run again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from contract_tests.rules.totals import Totals
from proofs.test_plugin import judged, project

__all__ = ["project"]

APP = "proofs.broken.sessions:commit_in_teardown"
MARKED = """
import pytest


def pytest_collection_modifyitems(items):
    for item in items:
        item.add_marker(pytest.mark.{mark})
"""
AGAIN = """
import pytest
from _pytest.runner import runtestprotocol


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item, nextitem):
    for _ in range(2):
        item._initrequest()
        for report in runtestprotocol(item, nextitem=nextitem, log=False):
            item.ihook.pytest_runtest_logreport(report=report)
    return True
"""


def verdicts(project: pytest.Pytester, conftest: str, code: int) -> list[dict[str, Any]]:
    """The rows of a run on two broken rules, in a project with this conftest."""
    project.makeconftest(conftest)
    rules = ("--contract-app", APP, "--contract-rule", "SES-03,SES-08")
    result = judged(project, *rules, "--contract-report", "report.json", "-p", "conftest")
    assert result.ret == code, result.stdout.str()
    assert "INTERNALERROR" not in result.stdout.str()
    report = json.loads(Path("report.json").read_text(encoding="utf-8"))
    assert Totals(**report["totals"]) == Totals()
    return [row for row in report["verdicts"] if row["verdict"] != "not applicable"]


@pytest.mark.parametrize(
    ("mark", "code", "expected"),
    [
        ("xfail(reason='TICKET-1')", 0, {"known", "upheld"}),
        ("xfail(reason='TICKET-1', strict=True)", 1, {"known", "fixed"}),
        ("xfail(reason='TICKET-1', run=False)", 1, {"skipped"}),
        ("skip(reason='TICKET-1')", 1, {"skipped"}),
    ],
)
def test_a_mark_is_honoured_and_told(
    project: pytest.Pytester, mark: str, code: int, expected: set[str]
) -> None:
    """A broken rule is known, one that is kept again is fixed; a run that skips all is red."""
    rows = verdicts(project, MARKED.format(mark=mark), code)
    assert {row["verdict"] for row in rows} == expected
    assert {row["reason"] for row in rows if row["verdict"] in {"known", "skipped"}} <= {
        "TICKET-1",
        "[NOTRUN] TICKET-1",
    }


def test_of_a_test_that_runs_again_the_last_try_counts(project: pytest.Pytester) -> None:
    """As with pytest-rerunfailures: one verdict for each test."""
    rows = verdicts(project, AGAIN, 1)
    tests = [row["test"] for row in rows]
    assert len(tests) == len(set(tests)) == 6
