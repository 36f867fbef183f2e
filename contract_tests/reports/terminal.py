"""The text of a run's header and failures, made from its record alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from shlex import quote
from typing import Any

from ..rules import AREAS
from ..rules.findings import is_generated
from ..rules.openapi import API_03
from ..rules.verdict import Outcome, Verdict
from ..service.budget import duration, roughly
from .escaping import visible
from .record import RunRecord, Settings
from .timeline import evidence_lines

# A copy of the kit inside a project has a package name of its own.
COMMAND = f"python -m {__package__.rpartition('.')[0]}"
INTERFACE = frozenset(rule.id for rule in AREAS["interface"])

EVIDENCE = 15
"""Lines of evidence about which a failure shows, so that all of it fits a screen."""

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


def failure_text(
    verdict: Verdict, settings: Settings, *, again: bool, is_whole: bool = False
) -> str:
    """Give a failure for a stranger at night: the promise, expected, observed, evidence, fix.

    A rule that was told about before gets only what is new. The evidence is shortened, unless it
    is to be told whole.
    """
    replay = replay_command(verdict, settings)
    if again:
        told = visible(f"{verdict.rule} again: {message(verdict)}")
        return f"{told}\n  replay    {replay}" if verdict.replay else told
    lines = verdict_lines(verdict, None if is_whole else EVIDENCE)
    return visible("\n".join((*lines, f"  replay    {replay}", more_line(verdict.rule))))


def verdict_lines(verdict: Verdict, most: int | None = EVIDENCE) -> list[str]:
    """Give the promise, what was expected and observed, `most` lines of evidence, and the fix."""
    lines = [f"{verdict.rule} ({verdict.level}) {verdict.title}"]
    if verdict.outcome is Outcome.BROKEN:
        lines += [f"  expected  {verdict.expected}", f"  observed  {verdict.observed}"]
    else:
        lines += [f"  {verdict.verdict}: {verdict.reason}"]
    if verdict.evidence:
        lines += ["  evidence", *(f"    {line}" for line in evidence_lines(verdict.evidence, most))]
    if verdict.outcome is Outcome.BROKEN:
        lines += [f"  baseline  {verdict.reason}"] * bool(verdict.reason)
        lines += [f"  fix       {verdict.fix}"]
    return lines


def more_line(rule: str) -> str:
    """Name the command that tells more about a rule."""
    return f"  more      {COMMAND} explain {rule}"


def failure_texts(run: RunRecord, *, is_whole: bool = False) -> Iterator[str]:
    """Give the text of each red verdict, in their order, as the tests show them."""
    told: set[tuple[str, Outcome]] = set()
    for verdict in run.verdicts:
        if verdict.is_red_at(run.level) and verdict.outcome is not Outcome.ERROR:
            again = (verdict.rule, verdict.outcome) in told
            yield failure_text(verdict, run.settings, again=again, is_whole=is_whole)
            told.add((verdict.rule, verdict.outcome))


def replay_command(verdict: Verdict, settings: Settings) -> str:
    """Give the command that judges just this again, on the same app and database.

    A secret stands there as a variable with its name: whoever repeats it sets that before.
    """
    database = f" --contract-database {settings.database}" if settings.database else ""
    # Generated requests are sent for the rules on the document.
    sending = f",{API_03.id}" if is_generated(verdict.case) else ""
    which = f"--contract-rule {verdict.rule}{sending}"
    if settings.allow_existing_database:
        which += " --contract-allow-existing-database"
    if settings.interface and verdict.rule in INTERFACE:
        which += f" --contract-interface {quote(settings.interface)}"
    for name, given in (("operation", settings.operation), ("migrations", settings.migrations)):
        if given:
            which += f" --contract-{name} {quote(given)}"
    if verdict.replay:
        which += f" --contract-replay {verdict.replay}"
    given = f" {settings.repeated}" if settings.repeated else ""
    secrets = "".join(f'{name}="${name}" ' for name in settings.variables.split())
    return f"{secrets}{COMMAND} run {quote(settings.app)} {which}{database}{given}"
