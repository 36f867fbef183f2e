"""The outcome as text: what is broken first, then what could not be looked at, then the rest."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from ..rules.rule import Rule
from ..rules.verdict import Outcome, Verdict
from ..runner.options import Options
from .run import Run

COMMAND = f"python -m {__package__.rpartition('.')[0]}"


def broken_text(verdict: Verdict, rule: Rule, replay: str, *, again: bool) -> str:
    """A failure for a stranger at night: the promise, expected, observed, evidence, fix.

    A rule that was told about before gets only what is new.
    """
    if again:
        told = f"{rule.id} again: {verdict.message}"
        return f"{told}\n  replay    {replay}" if verdict.replay else told
    expected, found, observed = verdict.message.partition("; observed ")
    lines = [f"{rule.id} ({rule.level}) {rule.statement}"]
    if found:
        lines += [expected.replace("expected ", "  expected  ", 1), f"  observed  {observed}"]
    else:
        lines += [f"  {verdict.verdict}: {verdict.message}"]
    if verdict.evidence:
        lines += ["  evidence", *(f"    {line}" for line in verdict.evidence.splitlines())]
    if verdict.outcome is Outcome.BROKEN:
        lines += [f"  fix       {rule.fix}"]
    lines += [f"  replay    {replay}", f"  more      {COMMAND} explain {rule.id}"]
    return "\n".join(lines)


def replay_of(verdict: Verdict, options: Options) -> str:
    """The command that judges just this again, on the same app and database.

    A password in the database's address is left out.
    """
    address = re.sub(r"(://[^:/@]*):[^@]*@", r"\1:***@", options.database)
    database = "" if address == "sqlite" else f" --contract-database {address}"
    which = f"--contract-rule {verdict.rule}"
    if options.allow_existing_database:
        which += " --contract-allow-existing-database"
    if verdict.replay:
        which += f" --contract-replay {verdict.replay}"
    return f"{COMMAND} run {options.app} {which}{database}"


def summary_lines(run: Run) -> Iterator[str]:
    """The lines of the closing section."""
    red = [verdict for verdict in run.verdicts if verdict.is_red_at(run.options.level)]
    rest = [verdict for verdict in run.verdicts if not verdict.is_red_at(run.options.level)]
    for verdicts in (red, rest):
        for outcome in (Outcome.ERROR, Outcome.BROKEN, Outcome.UNDECIDED):
            yield from _by_rule(verdicts, outcome)
    absent = sorted({v.rule for v in run.verdicts if v.outcome is Outcome.NOT_APPLICABLE})
    decided = {v.rule for v in run.verdicts if v.outcome.is_decided}
    if set(absent) - decided:
        yield f"not applicable: {', '.join(rule for rule in absent if rule not in decided)}"
    if run.disturbed:
        yield _disturbed(run.disturbed)
    if run.generated:
        yield _generated(run)
    if run.played:
        yield f"programs played: {', '.join(f'{n} {sort}' for sort, n in run.played.items())}"
    yield _closing(run, decided)


def _by_rule(verdicts: Sequence[Verdict], outcome: Outcome) -> Iterator[str]:
    rows: dict[str, list[Verdict]] = {}
    for verdict in verdicts:
        if verdict.outcome is outcome:
            rows.setdefault(verdict.rule, []).append(verdict)
    for rule, found in sorted(rows.items()):
        first = found[0]
        word = f"{outcome} ({first.level})"
        yield f"{rule}  {word:<24} {first.title}"
        yield f"        {', '.join(verdict.finding for verdict in found)}"
        yield f"        {first.message}"


def _disturbed(sizes: Mapping[str, int]) -> str:
    """How many requests were disturbed, by area."""
    areas: dict[str, int] = {}
    for sweep, points in sizes.items():
        area = sweep.partition(":")[0]
        areas[area] = areas.get(area, 0) + points
    parts = ", ".join(f"{points} by {area}" for area, points in areas.items() if points)
    return f"requests disturbed: {parts or 'none'}"


def _generated(run: Run) -> str:
    """How many requests were made from the document, in how many rounds, and of what seed."""
    effort, seed = run.options.profile, run.options.seed
    total = sum(requests for requests, _ in run.generated.values())
    rounds = max(rounds for _, rounds in run.generated.values())
    drawn = f" in up to {rounds} rounds" if effort.is_endless else ""
    return f"requests made from the document: {total}{drawn} (profile {effort.name}, seed {seed})"


def _closing(run: Run, decided: set[str]) -> str:
    broken = {v.rule for v in run.verdicts if v.outcome is Outcome.BROKEN}
    red = {v.rule for v in run.verdicts if v.is_red_at(run.options.level)}
    word = "conformant" if run.is_conformant else "NOT conformant"
    if not decided:
        return f"{word}: not one rule was decided, so nothing is known about this service"
    return (
        f"{word} at level {run.options.level}: {len(decided)} rules decided by "
        f"{sum(v.outcome.is_decided for v in run.verdicts)} judgements, {len(broken)} broken, "
        f"{len(red)} red"
    )
