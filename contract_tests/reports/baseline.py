"""Findings that a team knows of: a list in a file, and what it makes of the verdicts of a run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import Enum

from ..rules.profile import WHOLE
from ..rules.verdict import Outcome, Verdict
from .record import RunRecord, circumstances_of

USUAL_NAME = "contract-baseline.toml"
FAULT = "the baseline: "
"""The beginning of the faults of a run that are a baseline's."""

SHOWN = {Outcome.BROKEN, Outcome.KNOWN, Outcome.UNDECIDED}
"""The outcomes of a verdict whose findings were seen."""


class Standing(Enum):
    """The relation of an entry to what a run has seen at one of its cases."""

    MATCHED = "matched"
    FIXED = "fixed"
    ABSENT = "never matched"
    UNSEEN = "not looked at"


@dataclass(frozen=True)
class KnownFinding:
    """One known finding of a rule: the cases in which it shows, and why it is there.

    `condition` has the values of `database`, `python` and `profile` for which it is known; what is
    not named there may be anything. One that is not `strict` may be seen or not.
    """

    rule: str
    finding: str
    cases: tuple[str, ...]
    reason: str
    issue: str = ""
    expires: date | None = None
    condition: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    strict: bool = True

    def __str__(self) -> str:
        """The entry as a line names it."""
        return f'{self.rule} "{self.finding}"'

    @property
    def words(self) -> str:
        """The reason, with the issue if there is one."""
        return f"{self.issue}: {self.reason}" if self.issue else self.reason

    def applies(self, circumstances: Mapping[str, str]) -> bool:
        """Return whether the entry is about a run on this database, Python and profile."""
        return all(circumstances.get(name, "") in values for name, values in self.condition.items())

    def has_expired(self, today: date) -> bool:
        """Return whether its last day is over."""
        return self.expires is not None and self.expires < today


@dataclass(frozen=True)
class Baseline:
    """The entries of a file on one day."""

    entries: tuple[KnownFinding, ...]
    today: date

    def listed(self, verdict: Verdict, circumstances: Mapping[str, str]) -> Verdict:
        """Return a verdict as known if each of its findings is listed, or with what is missing."""
        is_bad = verdict.outcome in {Outcome.BROKEN, Outcome.UNDECIDED}
        if not self.entries or not is_bad or verdict.is_late:
            return verdict
        mine = [e for e in self.entries if e.rule == verdict.rule and e.applies(circumstances)]
        found = [self._entry(mine, finding, verdict.place) for finding in verdict.findings]
        entries = [entry for entry in found if entry is not None]
        if found and len(entries) == len(found):
            return _known(verdict, "; ".join(dict.fromkeys(entry.words for entry in entries)))
        if verdict.outcome is Outcome.UNDECIDED:
            return verdict
        news = (f for f, entry in zip(verdict.findings, found, strict=True) if entry is None)
        return replace(verdict, reason="; ".join(self._missing(mine, each) for each in news))

    def _entry(self, mine: Iterable[KnownFinding], finding: str, place: str) -> KnownFinding | None:
        valid = (entry for entry in mine if not entry.has_expired(self.today))
        return next((e for e in valid if e.finding == finding and place in e.cases), None)

    def _missing(self, mine: Iterable[KnownFinding], finding: str) -> str:
        """Say why a finding is not known."""
        for entry in mine:
            if entry.finding == finding and entry.has_expired(self.today):
                return f'expired on {entry.expires}: "{finding}"'
            if entry.finding == finding:
                return f'worse: "{finding}" is listed for {", ".join(entry.cases)} only'
        return f'not listed: "{finding}"'

    def settled(self, run: RunRecord) -> RunRecord:
        """Return a run with what is fixed, and with the faults of entries that are to go."""
        verdicts = list(run.verdicts)
        faults = list(run.faults)
        for entry, standings in self.standings(run):
            fixed = {case for case, standing in standings.items() if standing is Standing.FIXED}
            verdicts = [_fixed(verdict, entry, fixed) for verdict in verdicts]
            if {*standings.values()} == {Standing.ABSENT}:
                faults.append(f"{FAULT}{entry} has never matched; `baseline prune` takes it out")
        faults += [f"{FAULT}{entry} has expired on {entry.expires}" for entry in self.expired(run)]
        return replace(run, verdicts=tuple(verdicts), faults=tuple(faults))

    def expired(self, run: RunRecord) -> list[KnownFinding]:
        """Return the entries whose last day is over, of the rules that were judged."""
        judged = {verdict.rule for verdict in run.verdicts}
        mine = (e for e in self.entries if e.applies(circumstances_of(run)) and e.rule in judged)
        return [entry for entry in mine if entry.has_expired(self.today)]

    def standings(self, run: RunRecord) -> Iterator[tuple[KnownFinding, dict[str, Standing]]]:
        """Give each strict entry that applies, with what a run has seen at each of its cases.

        A run that is not whole may have left out the very test that would have met one.
        """
        settings = run.settings
        if not settings.is_whole or settings.shard != str(WHOLE) or run.missing:
            return
        places: dict[tuple[str, str], list[Verdict]] = {}
        for verdict in run.verdicts:
            places.setdefault((verdict.rule, verdict.place), []).append(verdict)
        decided = {verdict.rule for verdict in run.decided}
        for entry in self.entries:
            if entry.strict and entry.applies(circumstances_of(run)):
                seen = {case: places.get((entry.rule, case), []) for case in entry.cases}
                unmet = Standing.ABSENT if entry.rule in decided else Standing.UNSEEN
                yield entry, {c: _standing(entry, v) if v else unmet for c, v in seen.items()}


def _known(verdict: Verdict, words: str) -> Verdict:
    if verdict.outcome is Outcome.UNDECIDED:
        return replace(verdict, is_listed=True)
    return replace(verdict, verdict=Outcome.KNOWN, reason=words, is_listed=True)


def _fixed(verdict: Verdict, entry: KnownFinding, cases: set[str]) -> Verdict:
    is_meant = verdict.rule == entry.rule and verdict.place in cases
    if not is_meant or verdict.outcome is not Outcome.UPHELD:
        return verdict
    reason = f'"{entry.finding}" is listed, and the promise is kept: `baseline prune` takes it out'
    return replace(verdict, verdict=Outcome.FIXED, reason=reason, is_listed=True)


def _standing(entry: KnownFinding, verdicts: list[Verdict]) -> Standing:
    if any(entry.finding in v.findings and v.outcome in SHOWN for v in verdicts):
        return Standing.MATCHED
    looked = [v for v in verdicts if v.outcome is not Outcome.NOT_APPLICABLE]
    is_whole = all(extent.is_whole for verdict in looked for extent in verdict.extents)
    if not looked or not is_whole or not all(v.outcome.is_decided for v in looked):
        return Standing.UNSEEN
    kept = {Outcome.UPHELD, Outcome.FIXED}
    return Standing.FIXED if all(v.outcome in kept for v in looked) else Standing.ABSENT


def without_baseline(run: RunRecord) -> RunRecord:
    """Return a run as it is without any baseline."""
    faults = tuple(fault for fault in run.faults if not fault.startswith(FAULT))
    return replace(run, verdicts=tuple(map(_bare, run.verdicts)), faults=faults)


def _bare(verdict: Verdict) -> Verdict:
    if not verdict.is_listed:
        return verdict
    was = {Outcome.KNOWN: Outcome.BROKEN, Outcome.FIXED: Outcome.UPHELD}
    reason = verdict.reason if verdict.outcome is Outcome.UNDECIDED else ""
    return replace(
        verdict,
        verdict=was.get(verdict.outcome, verdict.outcome),
        reason=reason,
        is_listed=False,
    )


def judged_by(baseline: Baseline, run: RunRecord) -> RunRecord:
    """Return a run as this baseline would have made it."""
    bare, circumstances = without_baseline(run), circumstances_of(run)
    verdicts = tuple(baseline.listed(verdict, circumstances) for verdict in bare.verdicts)
    return baseline.settled(replace(bare, verdicts=verdicts))
