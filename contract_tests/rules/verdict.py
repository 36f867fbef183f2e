"""The outcome of one judgement, as data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from .evidence import Evidence, RequestRecord, as_rows, from_rows
from .extent import Extent
from .findings import finding_place
from .rule import Level, Rule

KEPT_AT, BROKEN_AT = ".", "x"
"""The signs of a sweep's points."""


class Outcome(StrEnum):
    """The words for how a judgement ended.

    Known and fixed come from a baseline or from marks of a team, skipped from marks alone, and off
    from the settings.
    """

    UPHELD = "upheld"
    BROKEN = "broken"
    KNOWN = "known"
    FIXED = "fixed"
    NOT_APPLICABLE = "not applicable"
    UNDECIDED = "undecided"
    SKIPPED = "skipped"
    OFF = "off"
    ERROR = "error"

    @property
    def is_decided(self) -> bool:
        """Return whether the promise was really looked at."""
        return self in {Outcome.UPHELD, Outcome.BROKEN, Outcome.KNOWN, Outcome.FIXED}


@dataclass(frozen=True)
class Verdict:
    """One row of the report: a rule judged by one test on one case.

    A broken rule has `expected` and `observed`, and every other one that is not upheld a `reason`.
    A known one has all three. `case` names the case within the rule and is stable
    between runs. `duration` is in seconds. `replay` is the token of the disturbed request that
    showed it, if any. `extents` are the parts that were seen of what the rule is about, where that
    is many requests; one that `is_late` is undecided since the time of the run was over.
    `findings` name what is broken or undecided, the same in every run; one that `is_listed` is
    there because of a baseline. `points` has a sign for each point of a sweep, in their order.
    """

    rule: str
    level: str
    verdict: str
    case: str
    title: str
    fix: str
    test: str
    expected: str = ""
    observed: str = ""
    reason: str = ""
    evidence: Evidence = ()
    replay: str = ""
    duration: float = 0.0
    extents: tuple[Extent, ...] = ()
    is_late: bool = False
    findings: tuple[str, ...] = ()
    is_listed: bool = False
    points: str = ""

    @property
    def place(self) -> str:
        """The place of the case, the same whichever phase or test has met a defect there."""
        return finding_place(self.rule, self.case)

    @property
    def outcome(self) -> Outcome:
        """The verdict as a word of the domain."""
        return Outcome(self.verdict)

    @property
    def requests(self) -> tuple[RequestRecord, ...]:
        """The requests in its evidence."""
        return tuple(part for part in self.evidence if isinstance(part, RequestRecord))

    def is_red_at(self, asked: Level) -> bool:
        """Return whether this row alone fails a run that asked for level `asked`."""
        if self.outcome in {Outcome.ERROR, Outcome.FIXED}:
            return True
        bad = self.outcome in {Outcome.BROKEN, Outcome.UNDECIDED}
        return bad and not self.is_listed and Level(self.level).is_red_at(asked)

    def as_row(self) -> dict[str, Any]:
        """The row as JSON, its words as plain texts (what xdist sends must be no subclass)."""
        plain = {"level": str(self.level), "verdict": str(self.verdict)}
        extents = [asdict(extent) for extent in self.extents]
        return asdict(self) | plain | {"evidence": as_rows(self.evidence), "extents": extents}


def verdict_on(rule: Rule, case: str, test: str) -> Verdict:
    """Give what is known of a verdict before there is one: the rule, its case and its test."""
    return Verdict(
        rule=rule.id,
        level=str(rule.level),
        verdict="",
        case=case,
        title=rule.statement,
        fix=rule.fix,
        test=test,
    )


def is_conformant(verdicts: Iterable[Verdict], asked: Level) -> bool:
    """Return whether something was decided and nothing is red."""
    rows = tuple(verdicts)
    return any(row.outcome.is_decided for row in rows) and not any(
        row.is_red_at(asked) for row in rows
    )


def from_row(row: Mapping[str, Any]) -> Verdict:
    """The verdict that `as_row` gave."""
    extents = tuple(Extent(**extent) for extent in row["extents"])
    made = {"evidence": from_rows(row["evidence"]), "findings": tuple(row["findings"])}
    return Verdict(**{**row, **made, "extents": extents})
