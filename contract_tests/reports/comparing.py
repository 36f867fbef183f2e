"""Two reports beside each other: what got worse, appeared, got better, vanished."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ..rules.verdict import Outcome, Verdict
from .baseline import without_baseline
from .merging import label_of
from .record import RunRecord

RANKS = {
    Outcome.UPHELD: 0,
    Outcome.FIXED: 0,
    Outcome.UNDECIDED: 1,
    Outcome.KNOWN: 2,
    Outcome.BROKEN: 2,
    Outcome.ERROR: 2,
}
"""The outcomes that say something, the worse the higher."""

GROUPS = ("worse", "appeared", "better", "vanished")
BAD = GROUPS[:2]

Key = tuple[str, str, str]


@dataclass(frozen=True)
class State:
    """The worst outcome of a rule at a place, and what was found there."""

    outcome: Outcome
    level: str
    findings: frozenset[str] = frozenset()

    @property
    def rank(self) -> int:
        """The place of the outcome among all: the worse, the higher."""
        return RANKS[self.outcome]


@dataclass(frozen=True)
class Change:
    """One difference: its group, the run, the rule, the place, and both states in words."""

    group: str
    run: str
    rule: str
    place: str
    words: str


def changes_between(old: Sequence[RunRecord], new: Sequence[RunRecord]) -> list[Change]:
    """Return the differences, by group and rule. Runs are paired by database, Python and profile.

    Where each side is one run, the two are paired whatever they ran on.
    """
    is_plain = len(old) == len(new) == 1
    before, after = (_states(runs, is_plain=is_plain) for runs in (old, new))
    keys = sorted({*before, *after})
    found = [change for key in keys for change in _compared(key, before.get(key), after.get(key))]
    return sorted(found, key=lambda change: GROUPS.index(change.group))


def _states(runs: Iterable[RunRecord], *, is_plain: bool) -> Mapping[Key, State]:
    states: dict[Key, State] = {}
    for run in runs:
        for verdict in without_baseline(run).verdicts:
            key = ("" if is_plain else label_of(run), verdict.rule, verdict.place)
            if verdict.outcome in RANKS and not verdict.is_late:
                states[key] = _worse(states.get(key), _state(verdict))
    return states


def _state(verdict: Verdict) -> State:
    return State(verdict.outcome, verdict.level, frozenset(verdict.findings))


def _worse(one: State | None, other: State) -> State:
    if one is None or one.rank < other.rank:
        return other
    is_same = one.rank == other.rank
    return State(one.outcome, one.level, one.findings | other.findings if is_same else one.findings)


def _compared(key: Key, before: State | None, after: State | None) -> Iterator[Change]:
    if before is None or after is None:
        one = before or after
        if one is not None and one.rank:
            group = "appeared" if before is None else "vanished"
            yield Change(group, *key, f"{one.outcome} ({one.level}){_named(one.findings)}")
        return
    if before.rank != after.rank:
        group = "worse" if before.rank < after.rank else "better"
        found = _named(after.findings or before.findings)
        yield Change(group, *key, f"{before.outcome} -> {after.outcome} ({after.level}){found}")
        return
    for group, findings in (
        ("appeared", after.findings - before.findings),
        ("vanished", before.findings - after.findings),
    ):
        if findings:
            yield Change(group, *key, f"{after.outcome} ({after.level}){_named(findings)}")


def _named(findings: Iterable[str]) -> str:
    return "".join(f': "{finding}"' for finding in sorted(findings)[:1]) + (
        f" and {len(rest)} more" if (rest := sorted(findings)[1:]) else ""
    )


def change_lines(found: Sequence[Change]) -> Iterator[str]:
    """Give the differences in words, places of one rule that say the same in one line."""
    for group in GROUPS:
        mine = [change for change in found if change.group == group]
        if mine:
            yield f"{group}: {len(mine)}"
        places: dict[tuple[str, str, str], list[str]] = {}
        for change in mine:
            places.setdefault((change.run, change.rule, change.words), []).append(change.place)
        for (run, rule, words), where in places.items():
            yield f"  {rule}  {', '.join(where)}: {words}{f' [{run}]' if run else ''}"
    if not found:
        yield "no difference"


def is_regression(found: Iterable[Change]) -> bool:
    """Return whether something got worse or appeared."""
    return any(change.group in BAD for change in found)
