"""Reports are made from the record of a run alone: the terminal's text is in the JSON file."""

from __future__ import annotations

import json

import jsonschema_rs
import pytest

from contract_tests.reports.json_report import FORMAT, as_json, from_json
from contract_tests.reports.record import RunRecord, Settings
from contract_tests.reports.screen import screen_lines
from contract_tests.reports.summary import summary_lines
from contract_tests.reports.terminal import failure_texts, header_lines
from contract_tests.rules.evidence import (
    EventRecord,
    HeldConnection,
    Remark,
    RequestRecord,
    as_rows,
    from_rows,
)
from contract_tests.rules.totals import Totals
from contract_tests.rules.verdict import Outcome, Verdict
from proofs.matrix import ROOT, ContractResult, run_contract

SCHEMA = ROOT / "contract_tests" / "reports" / "report.schema.json"
EVENT = EventRecord(0.0012, "checkout", 7, "", "orders.py:48 in get", "Task-7", is_marked=True)
REQUEST = RequestRecord(
    3,
    "GET",
    "/orders/1",
    "{}",
    None,
    "A",
    (EVENT,),
    (HeldConnection(7, "orders.py:48"),),
    ("ResourceWarning: unclosed",),
    "no",
)
EVIDENCE = (REQUEST, Remark("two\nlines"))
APPS = {
    "reference_app:create_app": ("SES-01,SES-03,CRU-01,CON-02", 0),
    "proofs.broken.sessions:commit_in_teardown": ("SES-03,CRU-01", 1),
    "proofs.broken.cancellation:closed_after_exceptions_only": ("CAN-01", 1),
    "proofs.broken.openapi:forgotten_report": ("API-03", 1),
    "proofs.broken.crud_model:listed_from_a_cache": ("CRU-32", 1),
}


def test_evidence_survives_json() -> None:
    """Records that went through a file are the same records."""
    assert from_rows(json.loads(json.dumps(as_rows(EVIDENCE)))) == EVIDENCE


def test_a_run_survives_json() -> None:
    """A report is read back as the run that it tells of."""
    words = ("case", "A MUST b.", "Type c.", "test")
    verdicts = (
        Verdict("SES-01", "required", "broken", *words, "this", "that", evidence=EVIDENCE),
        Verdict("SES-02", "required", "undecided", *words, reason="why"),
    )
    totals = Totals(
        {"failures:create:error": 3}, {"list-valid": 4}, {"list-valid": 1}, {"usual": 2}
    )
    run = RunRecord(Settings(app="a:b"), {}, totals, verdicts, 2, ("a worker ended early",))
    assert from_json(json.loads(json.dumps(as_json(run)))) == run


def test_one_reason_of_many_rules_is_told_once() -> None:
    """What keeps many rules from being decided is no finding of each of them."""
    words = ("case", "A MUST b.", "Type c.", "test")
    verdicts = tuple(
        Verdict(f"CRU-{n:02}", "required", "undecided", *words, reason="no create succeeds")
        for n in range(1, 8)
    )
    told = list(summary_lines(RunRecord(Settings(), {}, Totals(), verdicts, 7)))
    assert told[0].startswith("7 rules undecided (required): CRU-01, CRU-02, ")
    assert told[1].strip() == "no create succeeds"
    assert sum("no create succeeds" in line for line in told) == 1


def test_a_report_of_another_format_is_refused() -> None:
    """A reader does not guess what a later kit has written."""
    with pytest.raises(ValueError, match=f"format {FORMAT + 1}"):
        from_json({"format": FORMAT + 1})


@pytest.fixture(scope="module", params=APPS)
def result(request: pytest.FixtureRequest) -> ContractResult:
    """A run of a few rules on each of the apps."""
    rules, code = APPS[request.param]
    asked = ("--contract-rule", rules, "--contract-profile", "quick")
    result = run_contract(request.param, "sqlite", *asked)
    assert code == result.exit_code, result.printed
    return result


def test_the_terminals_text_is_made_from_the_file_alone(result: ContractResult) -> None:
    """Header, failures and summary can be told again from the JSON report, byte for byte."""
    run = from_json(json.loads(json.dumps(result.report)))
    told = "\n".join([*header_lines(run.facts), *screen_lines(run, told_in=result.told_in)])
    assert f"{told}\n" in result.printed.partition(" contract ====")[2]
    assert [text for text in failure_texts(run) if f"{text}\n" not in result.printed] == []


def test_a_report_is_as_its_schema_says(result: ContractResult) -> None:
    """The published schema describes what is written, and lets nothing else through."""
    validator = jsonschema_rs.validator_for(json.loads(SCHEMA.read_text(encoding="utf-8")))
    assert [str(error) for error in validator.iter_errors(dict(result.report))] == []
    assert not validator.is_valid({**result.report, "more": 1})


def test_every_outcome_has_its_words() -> None:
    """No verdict of the schema is unknown to the kit, and none of the kit's to the schema."""
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    verdicts = schema["properties"]["verdicts"]["items"]["properties"]["verdict"]["enum"]
    assert set(verdicts) == {str(outcome) for outcome in Outcome}
