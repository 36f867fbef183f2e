"""The Common Test Report Format, which dashboards and chat bots read: https://ctrf.io."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from ... import __version__
from ...rules import area_of_rule
from ...rules.verdict import Outcome, Verdict
from ..escaping import as_json_text
from ..merging import label_of
from ..record import RunRecord
from ..terminal import message, replay_command
from ..timeline import evidence_lines
from . import ReportFormat

VERSION = "0.0.0"
"""The version of the format: it has no other yet."""

STATUSES = ("passed", "failed", "skipped", "pending", "other")
NOT_RUN = frozenset({Outcome.NOT_APPLICABLE, Outcome.SKIPPED, Outcome.OFF})
MOST_EVIDENCE = 60
"""Lines of evidence for a verdict, about."""


def as_ctrf(runs: Sequence[RunRecord]) -> str:
    """Give a test for each verdict: what is red has failed, and what is kept has passed."""
    tests = [_test(run, verdict) for run in runs for verdict in run.verdicts]
    numbers = Counter(test["status"] for test in tests)
    began = min((_milliseconds(_began(run)) for run in runs), default=0)
    duration = sum(test["duration"] for test in tests)
    tree = {
        "reportFormat": "CTRF",
        "specVersion": VERSION,
        "generatedBy": "pytest-crud-contract",
        "results": {
            "tool": {"name": "pytest-crud-contract", "version": __version__},
            "summary": {
                "tests": len(tests),
                **{status: numbers[status] for status in STATUSES},
                "start": began,
                # What several workers did at once is counted as if one had done it.
                "stop": began + duration,
                "duration": duration,
                "extra": {
                    "conformant": all(run.is_conformant for run in runs),
                    "missing": sum(run.missing for run in runs),
                    "faults": [fault for run in runs for fault in run.faults],
                },
            },
            "tests": tests,
            "environment": {"appName": ", ".join(sorted({run.settings.app for run in runs}))},
        },
    }
    return as_json_text(tree)


def _test(run: RunRecord, verdict: Verdict) -> dict[str, Any]:
    evidence = "\n".join(evidence_lines(verdict.evidence, MOST_EVIDENCE))
    told = {"message": message(verdict), "trace": evidence}
    extra = {"rule": verdict.rule, "case": verdict.case, "findings": verdict.findings}
    if verdict.outcome is Outcome.BROKEN:
        extra |= {"fix": verdict.fix, "replay": replay_command(verdict, run.settings)}
    return {
        "name": f"{verdict.rule} {verdict.case}: {verdict.title}",
        "status": _status(run, verdict),
        "duration": _milliseconds(verdict.duration),
        "suite": [label_of(run), area_of_rule(verdict.rule) or "own rules"],
        "rawStatus": str(verdict.verdict),
        "tags": [verdict.rule, verdict.level],
        "filePath": verdict.test.partition("::")[0],
        "extra": extra,
        **{key: text for key, text in told.items() if text},
    }


def _status(run: RunRecord, verdict: Verdict) -> str:
    if verdict.is_red_at(run.level):
        return "failed"
    if verdict.outcome is Outcome.UPHELD:
        return "passed"
    return "skipped" if verdict.outcome in NOT_RUN else "other"


def _began(run: RunRecord) -> float:
    """Give the moment at which a run began; 0 if that is not known, as of one with workers."""
    return float(run.facts.get("time", {}).get("began", 0.0))


def _milliseconds(seconds: float) -> int:
    return round(1000 * seconds)


REPORT = ReportFormat("every verdict as a test, in the Common Test Report Format (CTRF)", as_ctrf)
