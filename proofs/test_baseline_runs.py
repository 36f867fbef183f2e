"""Findings have one name whatever the seed, the database's folder, the workers and the hashes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from contract_tests.reports.json_report import from_json
from proofs.test_plugin import INI, OPTIONS, project

__all__ = ["project"]

APP = "proofs.careless_service:more_careless"
RULES = "SES-01,SES-03,CRU-03,PAY-01,PAY-11,PAY-17,API-03,API-08,ERR-04,FAI-01,CAN-01"
ASKED = ("--pyargs", "contract_tests", "--contract-rule", RULES, "--contract-profile", "quick")
EVERY_XFAIL = """
import pytest


def pytest_collection_modifyitems(items):
    for item in items:
        item.add_marker(pytest.mark.xfail(reason="ours"))
"""


def names(project: pytest.Pytester, *options: str) -> set[tuple[str, str, str]]:
    """Rule, place and name of all that a run has found."""
    asked = (*ASKED, "--contract-app", APP, "--contract-report", "report.json", *options)
    project.runpytest_subprocess(*OPTIONS, *asked)
    run = from_json(json.loads(Path("report.json").read_text(encoding="utf-8")))
    return {
        (verdict.rule, verdict.place, finding)
        for verdict in run.verdicts
        for finding in verdict.findings
    }


@pytest.mark.timeout(550)
def test_a_name_is_the_same_in_every_run(
    project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another seed, two workers, another order of sets, another folder: the same names."""
    first = names(project)
    monkeypatch.setenv("PYTHONHASHSEED", "99")
    assert first == names(project, "--contract-seed", "7", "-n", "2")
    assert {rule for rule, _, _ in first} == set(RULES.split(","))


def verdicts(project: pytest.Pytester, *options: str) -> tuple[int, list[dict[str, Any]]]:
    """The exit code of a run on one broken rule beside a list, and its rows."""
    asked = ("--contract-app", "proofs.broken.sessions:commit_in_teardown", *options)
    rules = ("--contract-rule", "SES-03", "--contract-report", "report.json")
    result = project.runpytest_subprocess(*OPTIONS, "--pyargs", "contract_tests", *rules, *asked)
    rows = json.loads(Path("report.json").read_text(encoding="utf-8"))["verdicts"]
    return int(result.ret), [row for row in rows if row["verdict"] != "not applicable"]


LIST = """
[[known]]
rule = "SES-03"
finding = "-> success, and its COMMIT came only after the answer had been sent"
cases = ["create", "create-again"]
reason = "since 2019"
"""


def test_the_list_beside_the_ini_file_is_taken(project: pytest.Pytester) -> None:
    """Unless the run is to do without; what is known is as good as skipped."""
    Path("contract-baseline.toml").write_text(LIST, encoding="utf-8")
    code, rows = verdicts(project)
    assert (0, {"known", "upheld"}) == (code, {row["verdict"] for row in rows})
    code, rows = verdicts(project, "--contract-baseline", "none")
    assert (1, {"broken", "upheld"}) == (code, {row["verdict"] for row in rows})


def test_a_list_is_named_in_the_ini_file(project: pytest.Pytester) -> None:
    """By its path from there."""
    project.makepyprojecttoml(f'{INI}contract_baseline = "known.toml"\n')
    Path("known.toml").write_text(LIST, encoding="utf-8")
    code, _ = verdicts(project)
    assert code == 0


def test_the_marks_of_a_team_stay_their_own(project: pytest.Pytester) -> None:
    """What a mark makes known needs no list, and is told with its own reason."""
    project.makeconftest(EVERY_XFAIL)
    code, rows = verdicts(project, "-p", "conftest")
    known = [row for row in rows if row["verdict"] == "known"]
    assert {(row["reason"], row["is_listed"]) for row in known} == {("ours", False)}
    assert code == 0
