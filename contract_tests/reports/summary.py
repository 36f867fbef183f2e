"""The summary of a run, rule by rule, made from its record alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ..rules.extent import Extent, added_up
from ..rules.verdict import Outcome, Verdict
from ..service.budget import duration
from .record import RunRecord
from .terminal import INTERFACE, message

TOLD = (
    Outcome.ERROR,
    Outcome.BROKEN,
    Outcome.FIXED,
    Outcome.UNDECIDED,
    Outcome.KNOWN,
    Outcome.SKIPPED,
    Outcome.OFF,
)
"""The outcomes that the summary names rule by rule, in its order."""

MANY = 5
"""Rules that are undecided for the same reason, from which on they are told together."""

MOST_WORK = 5
"""Lines of background work that the summary shows."""


def summary_lines(run: RunRecord) -> Iterator[str]:
    """Give what the report says of each rule that is not upheld, and of the run."""
    red = [verdict for verdict in run.verdicts if verdict.is_red_at(run.level)]
    rest = [verdict for verdict in run.verdicts if not verdict.is_red_at(run.level)]
    for verdicts in (red, rest):
        for outcome in TOLD:
            yield from _by_rule(verdicts, outcome)
    yield from late_lines(run)
    absent = sorted({verdict.rule for verdict in run.of(Outcome.NOT_APPLICABLE)})
    decided = {verdict.rule for verdict in run.decided}
    # A rule with several cases may apply in one and not in another.
    if set(absent) - decided:
        yield f"not applicable: {', '.join(rule for rule in absent if rule not in decided)}"
    yield from notes(run)
    yield from closing_lines(run)


def notes(run: RunRecord) -> Iterator[str]:
    """Give what has to be known beside the rules: changed levels, totals, edited files."""
    yield from (f"switched off: {switch}" for switch in run.settings.off)
    yield from (f"level changed: {switch}" for switch in run.settings.levels)
    yield from _totals(run)
    yield from _agreed(run)
    yield from _edited(run)


def closing_lines(run: RunRecord) -> Iterator[str]:
    """Give the verdict on the run, and what is held against it beside the rules."""
    yield _closing(run, {verdict.rule for verdict in run.decided})
    if run.missing:
        yield f"NOT conformant: {run.missing} of {count(run.expected, 'test')} gave no verdict"
    yield from (f"NOT conformant: {fault}" for fault in run.faults)


def late_lines(run: RunRecord) -> Iterator[str]:
    """Give in one line what was not reached in time, and in one what was seen only in part."""
    late = [verdict for verdict in run.verdicts if verdict.is_late]
    budget = duration(run.settings.budget)
    if late:
        rules = {verdict.rule for verdict in late}
        yield (
            f"undecided: out of time: {count(len(late), 'test')} of {count(len(rules), 'rule')} "
            f"not reached, or not to the end, within {budget} (--contract-budget gives more)"
        )
    parts = [f"{rule} ({words})" for rule, words in _seen_in_part(run)]
    if parts:
        yield f"seen in part, to end within {budget}: {', '.join(parts)}"


def _seen_in_part(run: RunRecord) -> Iterator[tuple[str, str]]:
    """Give each rule of whose space something was left out, and how much of it was seen."""
    extents: dict[str, list[Extent]] = {}
    for verdict in run.verdicts:
        extents.setdefault(verdict.rule, []).extend(verdict.extents)
    for rule, found in sorted(extents.items()):
        parts = [extent for extent in added_up(found) if not extent.is_whole]
        if parts:
            yield rule, ", ".join(map(str, parts))


def _by_rule(verdicts: Sequence[Verdict], outcome: Outcome) -> Iterator[str]:
    rows: dict[str, list[Verdict]] = {}
    for verdict in verdicts:
        if verdict.outcome is outcome and not verdict.is_late:
            rows.setdefault(verdict.rule, []).append(verdict)
    if outcome is Outcome.UNDECIDED:
        yield from _together(rows)
    for rule, found in sorted(rows.items()):
        first = found[0]
        word = f"{outcome} ({first.level})"
        yield f"{rule}  {word:<24} {first.title}"
        yield f"        {', '.join(verdict.case for verdict in found)}"
        yield f"        {message(first)}"


def _together(rows: dict[str, list[Verdict]]) -> Iterator[str]:
    """Take the rules out that are undecided for one reason that many have, and tell it once."""
    by_reason: dict[str, list[str]] = {}
    for rule, found in sorted(rows.items()):
        by_reason.setdefault(found[0].reason, []).append(rule)
    for reason, rules in by_reason.items():
        if len(rules) >= MANY:
            word = f"{Outcome.UNDECIDED} ({rows[rules[0]][0].level})"
            yield f"{len(rules)} rules {word}: {', '.join(rules)}"
            yield f"        {reason}"
            for rule in rules:
                del rows[rule]


def _totals(run: RunRecord) -> Iterator[str]:
    """Give how many requests were disturbed, made from the document, and played in programs."""
    totals = run.totals
    if totals.disturbed:
        areas: dict[str, int] = {}
        for sweep, points in totals.disturbed.items():
            area = sweep.partition(":")[0]
            areas[area] = areas.get(area, 0) + points
        parts = ", ".join(f"{points} by {area}" for area, points in areas.items() if points)
        yield f"requests disturbed: {parts or 'none'}"
    if totals.generated:
        settings, total = run.settings, sum(totals.generated.values())
        rounds = max(totals.rounds.values(), default=1)
        drawn = f" in up to {rounds} rounds" if settings.is_endless else ""
        how = f"profile {settings.profile}, seed {settings.seed}"
        yield f"requests made from the document: {total}{drawn} ({how})"
    if totals.background:
        yield f"background work, charged to no request: {_works(totals.background)}"
    if totals.left_out:
        yield f"left out: {', '.join(totals.left_out)}, which ended the credentials of the run"
    yield from (
        f"library: {library} lost {count(number, 'connection')} that the app had given back; "
        "raise it to a version that returns them (2.0.58, 2.1.9)"
        for library, number in totals.lost.items()
    )
    if totals.played:
        yield f"programs played: {', '.join(f'{n} {sort}' for sort, n in totals.played.items())}"


def _edited(run: RunRecord) -> Iterator[str]:
    """Name the rules whose code is not the kit's, in a copy that was edited."""
    edited = run.facts.get("edited", {})
    parts = [f"{', '.join(rules)} ({name})" for name, rules in edited.items()]
    if parts:
        yield f"edited here: {'; '.join(parts)}"


def _works(background: Mapping[str, int]) -> str:
    most = sorted(background.items(), key=lambda work: -work[1])
    told = [f"{line} ({count(number, 'statement')})" for line, number in most[:MOST_WORK]]
    return "; ".join(told + [f"{len(most) - MOST_WORK} more"] * (len(most) > MOST_WORK))


def _agreed(run: RunRecord) -> Iterator[str]:
    """Tell whether the service is the one that was pinned, and what of that was not judged."""
    title = run.facts.get("interface")
    upheld, drift = (
        {each.rule for each in run.of(outcome)} & INTERFACE
        for outcome in (Outcome.UPHELD, Outcome.BROKEN)
    )
    if title and drift:
        yield f"differs from {title}: {', '.join(sorted(drift))}"
    elif title and upheld:
        rest = ", ".join(sorted(INTERFACE - upheld))
        yield f"conforms to {title}{f'; not judged: {rest}' if rest else ''}"


def _closing(run: RunRecord, decided: set[str]) -> str:
    broken = {verdict.rule for verdict in run.of(Outcome.BROKEN)}
    red = {verdict.rule for verdict in run.verdicts if verdict.is_red_at(run.level)}
    known = {verdict.rule for verdict in run.of(Outcome.KNOWN)}
    off = {verdict.rule for verdict in run.of(Outcome.OFF)}
    word = "conformant" if run.is_conformant else "NOT conformant"
    if not decided:
        return f"{word}: not one rule was decided, so nothing is known about this service"
    return (
        f"{word} at level {run.level}: {count(len(decided), 'rule')} decided by "
        f"{count(len(run.decided), 'judgement')}, {len(broken)} broken, "
        f"{f'{len(known)} known, ' if known else ''}{f'{len(off)} off, ' if off else ''}"
        f"{len(red)} red"
    )


def count(number: int, noun: str) -> str:
    """Return a number with its noun, which gets an s unless there is one."""
    return f"{number} {noun}{'s' * (number != 1)}"
