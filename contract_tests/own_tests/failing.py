"""The text of a failure of a team's own test: the rule, what was seen, and the fix."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ..reports.terminal import more_line, verdict_lines
from ..rules.evidence import Evidence
from ..rules.rule import Rule
from ..rules.verdict import Outcome, verdict_on


class Broken(pytest.fail.Exception):  # type: ignore[misc, name-defined]
    """The end of a watched test that broke a promise: its text is shown, and no line of code."""

    __module__ = "builtins"  # as pytest's own: its name is shown without a path

    def __init__(self, text: str) -> None:
        super().__init__(text, pytrace=False)


def failure_of(rule: Rule, expected: str, observed: str, evidence: Evidence = ()) -> str:
    """Give the text of a broken promise, as the suite has it."""
    plain = verdict_on(rule, "", "")
    verdict = replace(
        plain, verdict=Outcome.BROKEN, expected=expected, observed=observed, evidence=evidence
    )
    return "\n".join((*verdict_lines(verdict), more_line(rule.id)))
