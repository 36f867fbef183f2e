"""The verdicts of all runs of a page: each with its place on the page and its words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ...rules import AREAS, area_of_rule
from ...rules.findings import OPERATIONS
from ...rules.verdict import Outcome, Verdict
from ..merging import label_of
from ..record import RunRecord
from ..terminal import message

LISTED = (Outcome.ERROR, Outcome.BROKEN, Outcome.FIXED, Outcome.UNDECIDED, Outcome.KNOWN)
"""The outcomes that are listed one by one; the worst first."""

SIGNS = {
    Outcome.ERROR: "!",
    Outcome.BROKEN: "✗",
    Outcome.FIXED: "↺",
    Outcome.UNDECIDED: "?",
    Outcome.KNOWN: "≈",
    Outcome.SKIPPED: "»",
    Outcome.OFF: "○",
    Outcome.UPHELD: "✓",
    Outcome.NOT_APPLICABLE: "-",
}
"""A sign of each outcome, for those who do not see its colour; the worst first."""

METHODS = {"PUT": "replace", "PATCH": "update"}
ROLES = ("list", "create", "read", "replace", "update", "delete")
OTHERS, WHOLE_SERVICE = "others", "service"
COLUMNS = (WHOLE_SERVICE, *ROLES, OTHERS)
"""The whole service, which most rules are about, the operations of its collection, and others."""

OWN_RULES = "own rules"


@dataclass(frozen=True)
class PageVerdict:
    """A verdict of one run, whose number and label it has; `anchor` is its id on the page."""

    verdict: Verdict
    run: RunRecord
    number: int
    label: str
    anchor: str

    @property
    def area(self) -> str:
        """The area of its rule."""
        return area_name(self.verdict.rule)

    @property
    def is_red(self) -> bool:
        """Return whether it alone fails its run."""
        return self.verdict.is_red_at(self.run.level)

    @property
    def words(self) -> str:
        """The sentence that tells it."""
        if self.verdict.outcome in {Outcome.BROKEN, Outcome.KNOWN} and self.verdict.observed:
            return self.verdict.observed
        return message(self.verdict)

    @property
    def rank(self) -> tuple[bool, int]:
        """The order of findings: red ones first, and then the worst."""
        return not self.is_red, tuple(SIGNS).index(self.verdict.outcome)


def page_verdicts(runs: Sequence[RunRecord]) -> tuple[PageVerdict, ...]:
    """Return each verdict of each run, with an anchor that no other has."""
    taken: Counter[str] = Counter()
    return tuple(
        PageVerdict(verdict, run, number, label, _anchor(verdict, label, taken))
        for number, (run, label) in enumerate(zip(runs, labels_of(runs), strict=True))
        for verdict in run.verdicts
    )


def labels_of(runs: Sequence[RunRecord]) -> tuple[str, ...]:
    """Return what tells the runs of a page apart: their databases, or more if that is not enough.

    A run alone needs no label.
    """
    if len(runs) == 1:
        return ("",)
    short = tuple(run.facts.get("database", {}).get("name", "") for run in runs)
    return short if all(short) and len({*short}) == len(short) else tuple(map(label_of, runs))


def _anchor(verdict: Verdict, label: str, taken: Counter[str]) -> str:
    parts = (verdict.rule, verdict.case, label)
    name = "--".join(slug for part in parts if (slug := _slug(part)))
    taken[name] += 1
    return name if taken[name] == 1 else f"{name}--{taken[name]}"


def _slug(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9_.+-]+", "-", text).strip("-")


def area_name(rule: str) -> str:
    """Return the area of a rule by its id; a team's own rules have none of the kit's."""
    return area_of_rule(rule) or OWN_RULES


def area_place(area: str) -> int:
    """Return the place of an area among all, in the order of the catalogue."""
    return [*AREAS, OWN_RULES].index(area)


def columns_of(case: str) -> tuple[str, ...]:
    """Return the operations that a case is about, as columns of the matrix."""
    words = re.split(r"[-+ ]", case)
    roles = {METHODS.get(word, word) for word in words} & OPERATIONS
    if roles:
        return tuple(role for role in ROLES if role in roles)
    return (OTHERS,) if words[0] == OTHERS else (WHOLE_SERVICE,)


def shown_alone(found: Sequence[PageVerdict]) -> Iterator[PageVerdict]:
    """Give what is told one by one."""
    return (each for each in found if each.verdict.outcome in LISTED)


def outcome_class(outcome: Outcome) -> str:
    """Return the class of an outcome's colour."""
    return f"o-{str(outcome).replace(' ', '-')}"
