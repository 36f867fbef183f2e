"""Editions, and rules that are switched off or given another level, each with a reason."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from contract_tests.__main__ import main
from contract_tests.rules import RULES
from contract_tests.rules.editions import EDITIONS, NEWEST, Edition
from contract_tests.rules.rule import Level
from contract_tests.rules.switch import Switch, Switches
from contract_tests.rules.verdict import Outcome
from contract_tests.runner.options import Options
from proofs.test_baseline import LEAK, verdict
from proofs.test_plugin import INI, judged, project

__all__ = ["project"]

LATE = "proofs.broken.sessions:commit_in_teardown"
CREATE = "POST /api/v1/examples/database-example/"
ROLES = {"create": "POST /orders", "read": "GET /orders/{id}", "update": "PATCH /orders/{id}"}


@pytest.mark.parametrize("level", [Level.REQUIRED, Level.RECOMMENDED])
def test_the_newest_edition_says_what_the_rules_say(level: Level) -> None:
    """A rule that is to be more than preview is named by the list of an edition to come."""
    ids = {rule.id for rule in RULES if rule.level is level}
    assert {rule.id for rule in RULES if NEWEST.level_of(rule.id) is level} == ids


@pytest.mark.parametrize("edition", EDITIONS.values(), ids=str)
def test_an_edition_names_rules_that_exist(edition: Edition) -> None:
    """Ids are never used again, so none is taken away."""
    assert (edition.required | edition.recommended) - {rule.id for rule in RULES} == set()


def test_a_younger_rule_is_preview_in_an_older_edition() -> None:
    """Whoever has pinned it never turns red for a rule that it did not have."""
    assert Level.PREVIEW is Edition("old", frozenset({"SES-01"}), frozenset()).level_of("SES-03")


def test_an_edition_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """With the number of its rules."""
    assert main(["editions"]) == 0
    counts = f"{len(NEWEST.required)} rules required, {len(NEWEST.recommended)} recommended"
    assert f"{NEWEST}: {counts}; preview: " in capsys.readouterr().out


@pytest.mark.parametrize(
    ("operation", "case", "is_covered"),
    [
        ("", "read", True),
        ("create", "create-invalid", True),
        ("create", "read", False),
        ("POST /orders", "create", True),
        ("PATCH /orders/{order_id}", "PATCH", True),
        ("PATCH /orders/{order_id}", "update-missing", True),
        ("PATCH /orders/{order_id}", "PUT", False),
        ("update", "update+update", False),
    ],
)
def test_a_switch_is_about_an_operation(operation: str, case: str, *, is_covered: bool) -> None:
    """Named by its role or by its path, whatever the parameters of that are called."""
    switch = Switch("SES-01", operation, "by design")
    assert is_covered is switch.covers("SES-01", case, ROLES)
    assert not switch.covers("SES-02", case, ROLES)


def test_an_operation_beside_the_collection_is_switched_off_by_its_finding() -> None:
    """A broken rule is off where all that is found is at such operations, and broken otherwise."""
    switches = Switches((Switch("API-03", "GET /stock/{name}", "a gateway does it"),))
    one, other = "GET /stock/{} -> 500", "GET /report -> 500"
    alone = verdict("broken", "others-valid", one, rule="API-03")
    both = verdict("broken", "others-valid", one, other, rule="API-03")
    assert Outcome.OFF is switches.settled(alone, ROLES).outcome
    assert (other,) == switches.settled(both, ROLES).findings


def test_a_level_is_another_one() -> None:
    """At one operation, or at all."""
    switches = Switches((), (Switch("SES-01", "create", "soon", "recommended"),))
    assert switches.settled(verdict("broken", "create", LEAK), ROLES).level == "recommended"
    assert switches.settled(verdict("broken", "read", LEAK), ROLES).level == "required"


def report_of(project: pytest.Pytester, code: int, *options: str) -> tuple[str, dict[str, str]]:
    """What a run on two rules printed, and the verdict of each case that was looked at."""
    asked = ("--contract-app", LATE, "--contract-rule", "SES-03,SES-08", *options)
    result = judged(project, *asked, "--contract-report", "report.json")
    assert result.ret == code, result.stdout.str()
    rows = json.loads(Path("report.json").read_text(encoding="utf-8"))["verdicts"]
    seen = {row["case"]: row["verdict"] for row in rows if row["verdict"] != "not applicable"}
    return result.stdout.str(), seen


@pytest.mark.parametrize("operation", ["", " create", f" {CREATE}"])
def test_what_is_switched_off_is_counted_and_told(project: pytest.Pytester, operation: str) -> None:
    """Green, with the rule, the case and the reason in the summary."""
    printed, seen = report_of(project, 0, "--contract-off", f"SES-03{operation}: until autumn")
    assert seen["create"] == "off"
    assert f"switched off: SES-03{operation} (until autumn)" in printed
    assert ", 1 off, 0 red" in printed
    assert ("update" in seen and seen["update"] == "off") is (operation == "")


def test_a_run_that_switches_everything_off_is_red(project: pytest.Pytester) -> None:
    """It has not looked."""
    off = ("--contract-off", "SES-03: because", "--contract-off", "SES-08: because")
    printed, seen = report_of(project, 1, *off)
    assert set(seen.values()) == {"off"}
    assert "not one rule was decided" in printed


def test_a_level_is_changed_in_the_ini_file(project: pytest.Pytester) -> None:
    """The verdict is a warning then, as of any recommended rule; the report says why."""
    project.makepyprojecttoml(f'{INI}contract_levels = ["SES-03=recommended: until autumn"]\n')
    printed, seen = report_of(project, 0)
    assert seen["create"] == "broken"
    assert "level changed: SES-03 is recommended (until autumn)" in printed
    settings = json.loads(Path("report.json").read_text(encoding="utf-8"))["settings"]
    switch = {"rule": "SES-03", "operation": "", "reason": "until autumn", "level": "recommended"}
    assert [switch] == settings["levels"]


@pytest.mark.parametrize(
    ("option", "says"),
    [
        (
            "--contract-off=SES-03 POST /orders: x",
            "*the service has no POST /orders. Valid: DELETE *",
        ),
        ("--contract-off=SES-03", "*'SES-03' has no reason: write ID [[]OPERATION]: REASON"),
        ("--contract-off=SES-3: why", "*there is no rule 'SES-3'; did you mean 'SES-*"),
        ("--contract-edition=2025.9", "*'2025.9' is not an edition; did you mean '2026.1'? *"),
        (
            "--contract-baseline=gone.toml",
            "*there is no baseline gone.toml: `contract-tests baseline create` writes one",
        ),
    ],
)
def test_a_mistake_ends_the_run_in_one_line(
    project: pytest.Pytester, option: str, says: str
) -> None:
    """Before the first test."""
    result = judged(project, "--contract-app", LATE, "--contract-rule", "SES-03", option)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([says])


def test_a_pinned_edition_is_in_the_header(project: pytest.Pytester) -> None:
    """And in no other."""
    printed, _ = report_of(project, 1, "--contract-edition", str(NEWEST))
    assert f"contract of {LATE} on sqlite · edition {NEWEST}\n" in printed
    assert Options().edition is None
