"""The terminal's text, made from the record of a run alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from shlex import quote
from typing import Any

from ..rules import AREAS
from ..rules.extent import Extent, added_up
from ..rules.verdict import Outcome, Verdict
from ..service.budget import duration, roughly
from .record import RunRecord, Settings
from .timeline import evidence_lines

# A copy of the kit inside a project has a package name of its own.
COMMAND = f"python -m {__package__.rpartition('.')[0]}"
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

INTERFACE = frozenset(rule.id for rule in AREAS["interface"])

MANY = 5
"""Rules that are undecided for the same reason, from which on they are told together."""

MOST_WORK = 5
"""Lines of background work that the summary shows."""

EXISTING = "existing, used with permission; rows are put back at the end"


def header_lines(facts: Mapping[str, Any]) -> Iterator[str]:
    """Give what was found out, as the lines above the tests."""
    if not facts:
        return
    service, database = facts["service"], facts["database"]
    libraries = ", ".join(f"{name} {number}" for name, number in service["libraries"].items())
    made = "made for this run" if database["owned"] else EXISTING
    edition = f" · edition {facts['edition']}" if "edition" in facts else ""
    if database["seen"]:
        yield f"contract of {service['app']} on {database['name']}{edition}"
        yield f"  database  {database['name']} {database['version']}, {database['driver']}, {made}"
    else:
        yield f"contract of {service['app']}{edition}"
        yield "  database  seen by the service alone"
    yield from (f"  {line}" for line in _resource_lines(facts["resource"]))
    if service.get("unseen"):
        yield f"  unseen    {service['unseen']}: rules on them do not apply"
    if facts.get("unread"):
        yield f"  unread    {facts['unread']}"
    if libraries:
        yield f"  with      Python {service['python']}, {libraries}"
    if times := facts.get("time"):
        about, budget = roughly(times["estimate"]), duration(times["budget"])
        yield f"  time      about {about} of a budget of {budget}"


def _resource_lines(resource: Mapping[str, Any]) -> Iterator[str]:
    offers = ", ".join(_offered(operation) for operation in resource["operations"])
    envelope = ".".join(resource["envelope"])
    rows = f"under {envelope!r}" if envelope else "a bare list"
    paging = " and ".join(resource["paging"]) or "nothing"
    yield f"resource  {resource['name']}, found by {resource['found']}"
    yield f"offers    {offers}"
    if resource.get("chosen"):
        yield f"chosen    {resource['chosen']}"
    yield f"rows      {rows}, id {resource['id']!r} ({resource['id_kind']}), paged by {paging}"
    if resource["derived"]:
        derived = ", ".join(resource["derived"])
        yield f"derived   {derived}: not shown as sent, on purpose, so not compared"
    if resource["left_out"]:
        yield f"left out  {', '.join(resource['left_out'])}: a create with it does not succeed"


def _offered(operation: Mapping[str, Any]) -> str:
    statuses = "/".join(str(status) for status in operation["success"])
    # Without a document no status is declared.
    return f"{operation['role']} {operation['method']} {statuses}".rstrip()


def message(verdict: Verdict) -> str:
    """Give what a verdict says, as one line."""
    if verdict.outcome is Outcome.BROKEN:
        return f"expected {verdict.expected}; observed {verdict.observed}"
    return verdict.reason


def failure_text(verdict: Verdict, settings: Settings, *, again: bool) -> str:
    """Give a failure for a stranger at night: the promise, expected, observed, evidence, fix.

    A rule that was told about before gets only what is new.
    """
    replay = replay_command(verdict, settings)
    if again:
        told = f"{verdict.rule} again: {message(verdict)}"
        return f"{told}\n  replay    {replay}" if verdict.replay else told
    return "\n".join((*verdict_lines(verdict), f"  replay    {replay}", more_line(verdict.rule)))


def verdict_lines(verdict: Verdict) -> list[str]:
    """Give the promise, what was expected and observed, the evidence, and the fix."""
    lines = [f"{verdict.rule} ({verdict.level}) {verdict.title}"]
    if verdict.outcome is Outcome.BROKEN:
        lines += [f"  expected  {verdict.expected}", f"  observed  {verdict.observed}"]
    else:
        lines += [f"  {verdict.verdict}: {verdict.reason}"]
    if verdict.evidence:
        lines += ["  evidence", *(f"    {line}" for line in evidence_lines(verdict.evidence))]
    if verdict.outcome is Outcome.BROKEN:
        lines += [f"  baseline  {verdict.reason}"] * bool(verdict.reason)
        lines += [f"  fix       {verdict.fix}"]
    return lines


def more_line(rule: str) -> str:
    """Name the command that tells more about a rule."""
    return f"  more      {COMMAND} explain {rule}"


def failure_texts(run: RunRecord) -> Iterator[str]:
    """Give the text of each red verdict, in their order, as the tests show them."""
    told: set[tuple[str, Outcome]] = set()
    for verdict in run.verdicts:
        if verdict.is_red_at(run.level) and verdict.outcome is not Outcome.ERROR:
            again = (verdict.rule, verdict.outcome) in told
            yield failure_text(verdict, run.settings, again=again)
            told.add((verdict.rule, verdict.outcome))


def replay_command(verdict: Verdict, settings: Settings) -> str:
    """Give the command that judges just this again, on the same app and database."""
    database = f" --contract-database {settings.database}" if settings.database else ""
    which = f"--contract-rule {verdict.rule}"
    if settings.allow_existing_database:
        which += " --contract-allow-existing-database"
    if settings.interface and verdict.rule in INTERFACE:
        which += f" --contract-interface {settings.interface}"
    for name, given in (("operation", settings.operation), ("migrations", settings.migrations)):
        if given:
            which += f" --contract-{name} {quote(given)}"
    if verdict.replay:
        which += f" --contract-replay {verdict.replay}"
    return f"{COMMAND} run {settings.app} {which}{database}"


def summary_lines(run: RunRecord) -> Iterator[str]:
    """Give the lines of the closing section."""
    red = [verdict for verdict in run.verdicts if verdict.is_red_at(run.level)]
    rest = [verdict for verdict in run.verdicts if not verdict.is_red_at(run.level)]
    for verdicts in (red, rest):
        for outcome in TOLD:
            yield from _by_rule(verdicts, outcome)
    yield from _late(run)
    absent = sorted({verdict.rule for verdict in run.of(Outcome.NOT_APPLICABLE)})
    decided = {verdict.rule for verdict in run.decided}
    # A rule with several cases may apply in one and not in another.
    if set(absent) - decided:
        yield f"not applicable: {', '.join(rule for rule in absent if rule not in decided)}"
    yield from (f"level changed: {switch}" for switch in run.settings.levels)
    yield from _totals(run)
    yield from _agreed(run)
    yield from _edited(run)
    yield _closing(run, decided)
    if run.missing:
        yield f"NOT conformant: {run.missing} of {_count(run.expected, 'test')} gave no verdict"
    yield from (f"NOT conformant: {fault}" for fault in run.faults)


def _late(run: RunRecord) -> Iterator[str]:
    """Give in one line what was not reached in time, and in one what was seen only in part."""
    late = [verdict for verdict in run.verdicts if verdict.is_late]
    budget = duration(run.settings.budget)
    if late:
        rules = {verdict.rule for verdict in late}
        yield (
            f"undecided: out of time: {_count(len(late), 'test')} of {_count(len(rules), 'rule')} "
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
        f"library: {library} lost {_count(number, 'connection')} that the app had given back; "
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
    told = [f"{line} ({_count(number, 'statement')})" for line, number in most[:MOST_WORK]]
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
        f"{word} at level {run.level}: {_count(len(decided), 'rule')} decided by "
        f"{_count(len(run.decided), 'judgement')}, {len(broken)} broken, "
        f"{f'{len(known)} known, ' if known else ''}{f'{len(off)} off, ' if off else ''}"
        f"{len(red)} red"
    )


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' * (number != 1)}"
