"""CTRF: what a reader of the format relies on, by the facts of its published schema."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import jsonschema_rs
import pytest

from contract_tests.reports.formats.ctrf import STATUSES, VERSION, as_ctrf
from contract_tests.reports.record import RunRecord
from proofs.reported_run import sample_run, upheld_run

TEXT, WHOLE, FREE = {"type": "string"}, {"type": "integer"}, {"type": "object"}
NAME = {"type": "string", "minLength": 1}
TEXTS = {"type": "array", "items": TEXT}


def closed(required: dict[str, Any], optional: dict[str, Any]) -> dict[str, Any]:
    """An object that has these properties, and no other."""
    properties, names = required | optional, [*required]
    return {
        "type": "object",
        "required": names,
        "properties": properties,
        "additionalProperties": False,
    }


TEST = closed(
    {"name": NAME, "status": {"enum": [*STATUSES]}, "duration": WHOLE},
    {
        "suite": {**TEXTS, "minItems": 1},
        "message": TEXT,
        "trace": TEXT,
        "rawStatus": TEXT,
        "tags": TEXTS,
        "filePath": TEXT,
        "extra": FREE,
    },
)
SUMMARY = closed(
    dict.fromkeys(("tests", *STATUSES, "start", "stop"), WHOLE),
    {"duration": WHOLE, "suites": WHOLE, "extra": FREE},
)
RESULTS = closed(
    {
        "tool": closed({"name": NAME}, {"version": TEXT}),
        "summary": SUMMARY,
        "tests": {"type": "array", "items": TEST},
    },
    {"environment": closed({}, {"appName": TEXT, "appVersion": TEXT})},
)
SCHEMA = closed(
    {
        "reportFormat": {"const": "CTRF"},
        "specVersion": {"type": "string", "pattern": r"^\d+\.\d+\.\d+$"},
        "results": RESULTS,
    },
    {"generatedBy": TEXT},
)
"""What https://ctrf.io/docs/specification says of the properties that are written."""


def ctrf(*runs: RunRecord) -> dict[str, Any]:
    """The results in a report, which is valid."""
    made: dict[str, Any] = json.loads(as_ctrf(runs))
    validator = jsonschema_rs.validator_for(SCHEMA)
    assert [str(error) for error in validator.iter_errors(made)] == []
    assert made["specVersion"] == VERSION
    results: dict[str, Any] = made["results"]
    return results


def test_the_numbers_are_those_of_the_tests() -> None:
    """Each verdict is a test, and is counted once."""
    run = sample_run()
    results = ctrf(run)
    numbers = Counter(test["status"] for test in results["tests"])
    summary = results["summary"]
    assert summary["tests"] == len(run.verdicts)
    assert {status: summary[status] for status in STATUSES} == {s: numbers[s] for s in STATUSES}


@pytest.mark.parametrize(
    ("rule", "status"),
    [
        ("WEB-03", "failed"),
        ("BAD-02", "other"),
        ("ROW-01", "passed"),
        ("ROW-02", "failed"),
        ("ROW-03", "skipped"),
        ("ROW-04", "other"),
        ("ROW-05", "failed"),
        ("ROW-06", "skipped"),
        ("ROW-07", "skipped"),
        ("ROW-08", "failed"),
    ],
)
def test_what_turns_the_run_red_has_failed(rule: str, status: str) -> None:
    """A recommendation that is broken, or a finding that is known, is neither passed nor failed."""
    found = {test["extra"]["rule"]: test["status"] for test in ctrf(sample_run())["tests"]}
    assert found[rule] == status


def test_a_failure_has_its_evidence() -> None:
    """The message says what was observed, the trace is the timeline, and a replay is named."""
    test = next(t for t in ctrf(sample_run())["tests"] if t["extra"]["rule"] == "WEB-03")
    assert test["message"].endswith("observed an answer before the COMMIT")
    assert "COMMIT" in test["trace"]
    assert test["extra"]["replay"].endswith("--contract-rule WEB-03")


def test_the_time_is_that_of_the_run() -> None:
    """It begins when the run began, and lasts as long as its tests, in milliseconds."""
    summary = ctrf(sample_run())["summary"]
    assert summary["start"] == 1_750_000_000_250
    assert summary["stop"] - summary["start"] == summary["duration"] == 12 * 13


def test_a_run_that_knows_no_time_begins_at_none() -> None:
    """Where several workers shared the tests, nobody knows."""
    assert ctrf(RunRecord.empty())["summary"]["start"] == 0


def test_runs_of_a_merged_report_are_suites() -> None:
    """Each test names the run that it is of."""
    suites = {test["suite"][0] for test in ctrf(sample_run(), upheld_run())["tests"]}
    assert suites == {"sqlite, Python 3.13, default", "elsewhere, Python 3.13, default"}
