"""Rules that the settings of a run switch off or give another level, each with the reason."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from .verdict import Outcome, Verdict

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "QUERY")


@dataclass(frozen=True)
class Switch:
    """One rule, for all operations or for one, and why it is not judged as others are.

    An operation is a role such as `create`, or `POST /orders`. Without a `level` the rule is off.
    """

    rule: str
    operation: str
    reason: str
    level: str = ""

    def __str__(self) -> str:
        """The switch as the summary tells it."""
        what = f"{self.rule} {self.operation}".rstrip()
        return f"{what}{f' is {self.level}' if self.level else ''} ({self.reason})"

    def covers(self, rule: str, case: str, roles: Mapping[str, str]) -> bool:
        """Return whether a case is about the operation; `roles` has that of each role."""
        if rule != self.rule or not self.operation:
            return rule == self.rule
        asked = plain_operation(self.operation)
        mine = {role for role, operation in roles.items() if plain_operation(operation) == asked}
        methods = {roles[role].split()[0] for role in {*mine, self.operation} & {*roles}}
        return case.partition("-")[0] in {*mine, self.operation, *methods}

    def has_found(self, finding: str) -> bool:
        """Return whether a finding, which names its operation, is about this one."""
        return finding.startswith(f"{plain_operation(self.operation)} ") and " " in self.operation


@dataclass(frozen=True)
class Switches:
    """All rules that a run switches off, and all levels that it changes."""

    off: tuple[Switch, ...] = ()
    levels: tuple[Switch, ...] = ()

    def reason_off(self, rule: str, case: str, roles: Mapping[str, str]) -> str:
        """Return why a case is not judged; empty if it is."""
        return next((each.reason for each in self.off if each.covers(rule, case, roles)), "")

    def settled(self, verdict: Verdict, roles: Mapping[str, str]) -> Verdict:
        """Return a verdict at its level, or as off."""
        for each in self.levels:
            if each.covers(verdict.rule, verdict.case, roles):
                verdict = replace(verdict, level=each.level)
        reason = self.reason_off(verdict.rule, verdict.case, roles)
        if not reason and verdict.findings:
            verdict, reason = self._without_findings(verdict)
        return switched_off(verdict, reason) if reason else verdict

    def _without_findings(self, verdict: Verdict) -> tuple[Verdict, str]:
        """Take out what is found at operations that are off; nothing may be left."""
        mine = [each for each in self.off if each.rule == verdict.rule]
        gone = {found: each for found in verdict.findings for each in mine if each.has_found(found)}
        left = tuple(found for found in verdict.findings if found not in gone)
        reasons = dict.fromkeys(each.reason for each in gone.values())
        return replace(verdict, findings=left), "" if left else "; ".join(reasons)


def switched_off(verdict: Verdict, reason: str) -> Verdict:
    """Return the verdict of a case that is not judged; a failure of the kit stays one."""
    if verdict.verdict == Outcome.ERROR:
        return verdict
    plain = {"expected": "", "observed": "", "evidence": (), "replay": "", "findings": ()}
    return replace(verdict, verdict=Outcome.OFF, reason=reason, is_late=False, **plain)  # type: ignore[arg-type]


def plain_operation(operation: str) -> str:
    """Return an operation without the names of its parameters."""
    return re.sub(r"\{[^{}]*\}", "{}", operation)
