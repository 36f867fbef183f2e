"""SARIF 2.1.0, for code scanning: each finding at the line of the app that it is about.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/sarif-v2.1.0-errata01-os-complete.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any
from urllib.parse import quote

from ... import __version__
from ...rules import area_of_rule, rule_of
from ...rules.evidence import RequestRecord
from ...rules.rule import Level
from ...rules.verdict import Outcome, Verdict
from ..app_lines import AppLine, app_line_of, steps_of
from ..escaping import as_json_text, fenced, visible
from ..grouping import by_finding, cases_of
from ..merging import label_of
from ..record import RunRecord
from ..terminal import COMMAND
from . import ReportFormat

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
LEVELS = {Level.REQUIRED: "error", Level.RECOMMENDED: "warning", Level.PREVIEW: "note"}
SEVERITIES = {"error": "error", "warning": "warning", "note": "recommendation"}
"""The words of GitHub for the levels, https://docs.github.com/code-security."""

MOST_CASES = 12
"""Cases of a finding that its message names."""

LONGEST = 1000
"""Letters of a message: code hosts show no more."""

_PLACEHOLDER = re.compile(r"\{(\d+)\}")


def as_sarif(runs: Sequence[RunRecord]) -> str:
    """Give the broken rules of each run: one result for each finding, however many cases show it.

    What a baseline lists is left out: code hosts would show it as new in spite of `suppressions`.
    """
    made = [_run(run) for run in runs]
    return as_json_text({"$schema": SCHEMA, "version": "2.1.0", "runs": made})


def _run(run: RunRecord) -> dict[str, Any]:
    rules = {verdict.rule: verdict for verdict in reversed(run.decided)}
    ids = sorted(rules)
    found = by_finding(run.of(Outcome.BROKEN))
    return {
        "tool": {
            "driver": {
                "name": "pytest-crud-contract",
                "semanticVersion": __version__,
                "rules": [_rule(rules[rule]) for rule in ids],
            }
        },
        # Runs of one tool in one file must be told apart, or code hosts refuse the file.
        "automationDetails": {"id": f"contract/{label_of(run)}/"},
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(run)],
        "results": [
            _result(run, ids.index(rule), finding, verdicts)
            for (rule, finding), verdicts in found.items()
        ],
    }


def _rule(verdict: Verdict) -> dict[str, Any]:
    """Give the words of a rule; those of a team's own are in its verdict alone."""
    try:
        rationale = rule_of(verdict.rule).rationale
    except LookupError:
        rationale = ""
    level = LEVELS[Level(verdict.level)]
    more = f"{COMMAND} explain {verdict.rule}"
    parts = [part for part in (rationale, f"Fix: {verdict.fix}") if part]
    block = "\n".join(fenced([more]))
    return {
        "id": verdict.rule,
        "shortDescription": {"text": _plain(verdict.title)},
        "fullDescription": {"text": _plain(rationale or verdict.title)},
        "help": {
            "text": _plain("\n\n".join([*parts, f"More: {more}"])),
            "markdown": _plain("\n\n".join([*parts, block])),
        },
        "defaultConfiguration": {"level": level},
        "properties": {
            "tags": ["contract", area_of_rule(verdict.rule) or "own rules"],
            "precision": "very-high",
            "problem.severity": SEVERITIES[level],
        },
    }


def _invocation(run: RunRecord) -> dict[str, Any]:
    """Tell whether the run came to its end, and what was undecided or went wrong in it."""
    missing = [f"{run.missing} of {run.expected} tests gave no verdict"] if run.missing else []
    errors = [*missing, *run.faults, *(f"{v.rule}: {v.reason}" for v in run.of(Outcome.ERROR))]
    rules = {v.rule: v for v in reversed(run.of(Outcome.UNDECIDED)) if v.is_red_at(run.level)}
    undecided = [f"{rule} undecided: {rules[rule].reason}" for rule in sorted(rules)]
    return {
        "executionSuccessful": not errors,
        "toolExecutionNotifications": [
            {"level": level, "message": {"text": _plain(text)}}
            for level, texts in (("error", errors), ("warning", undecided))
            for text in texts
        ],
    }


def _result(
    run: RunRecord, index: int, finding: str, verdicts: Sequence[Verdict]
) -> dict[str, Any]:
    first = verdicts[0]
    place, cases = app_line_of(first, run), cases_of(verdicts, MOST_CASES)
    observed = f"{first.observed}; expected {first.expected}"
    shown = observed if len(observed) <= LONGEST else f"{observed[: LONGEST - 2]}.."
    flows = [flow for part in first.evidence if (flow := _flow(part))]
    fingerprint = sha256(f"{first.rule}\0{finding}".encode(errors="replace")).hexdigest()
    return {
        "ruleId": first.rule,
        "ruleIndex": index,
        "level": LEVELS[Level(first.level)],
        "message": {"text": _plain(f"{shown} (in {', '.join(cases)})")},
        "locations": [_location(place)] if place else [],
        "partialFingerprints": {"contractFinding/v1": fingerprint},
        **({"codeFlows": [{"threadFlows": [{"locations": flows[0]}]}]} if flows else {}),
        "properties": {"finding": finding, "cases": [verdict.case for verdict in verdicts]},
    }


def _flow(part: object) -> list[dict[str, Any]]:
    """Give the way of a request through the app, where that is more than one line."""
    steps = list(steps_of(part)) if isinstance(part, RequestRecord) else []
    if len({place for _, place in steps}) < 2:  # noqa: PLR2004
        return []
    return [
        {
            "location": _location(place, _plain(f"{event.kind} {event.text[:LONGEST]}".rstrip())),
            "executionOrder": number,
            "importance": "essential" if event.is_marked else "important",
        }
        for number, (event, place) in enumerate(steps, 1)
    ]


def _location(place: AppLine, words: str = "") -> Mapping[str, Any]:
    region = {"region": {"startLine": place.line}} if place.line else {}
    physical = {"artifactLocation": {"uri": quote(place.path)}, **region}
    message = {"message": {"text": words}} if words else {}
    return {"physicalLocation": physical, **message}


def _plain(text: str) -> str:
    """Return a message that is neither filled in nor has links.

    All braces were to be doubled by the letter of the standard, and viewers would show them so.
    """
    return _PLACEHOLDER.sub(r"{{\1}}", visible(text).replace("](", "] ("))


REPORT = ReportFormat("every finding at its line of the app, as SARIF 2.1.0", as_sarif)
