"""Verdicts together that say the same."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..rules.verdict import Outcome, Verdict


def by_rule(verdicts: Iterable[Verdict]) -> list[list[Verdict]]:
    """Return the verdicts on each rule of each outcome, in the order of their ids."""
    groups: dict[tuple[str, Outcome], list[Verdict]] = {}
    for verdict in verdicts:
        groups.setdefault((verdict.rule, verdict.outcome), []).append(verdict)
    return [groups[key] for key in sorted(groups)]


def by_finding(verdicts: Iterable[Verdict]) -> dict[tuple[str, str], list[Verdict]]:
    """Return the verdicts in which each finding of a rule was seen; without a name it is empty."""
    groups: dict[tuple[str, str], list[Verdict]] = {}
    for verdict in verdicts:
        for finding in verdict.findings or ("",):
            groups.setdefault((verdict.rule, finding), []).append(verdict)
    return dict(sorted(groups.items()))


def cases_of(verdicts: Sequence[Verdict], most: int) -> list[str]:
    """Return the cases of verdicts, with the number of those that are too many to name."""
    names = list(dict.fromkeys(verdict.case for verdict in verdicts))
    return names[:most] + [f"and {len(names) - most} more"] * (len(names) > most)
