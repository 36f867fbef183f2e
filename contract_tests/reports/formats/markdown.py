"""A short report in Markdown, for the summary of a job or a comment on a pull request."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...rules.verdict import Outcome, Verdict
from ..escaping import advice_in_markdown, fenced, in_markdown
from ..grouping import by_rule, cases_of
from ..merging import label_of
from ..record import RunRecord
from ..summary import closing_line
from ..terminal import COMMAND, message, replay_command
from ..timeline import evidence_lines
from . import ReportFormat

LARGEST = 256 * 1024
"""Bytes of a report: GitHub shows 1 MiB for a step, which may run the contract more than once."""

MOST_CASES = 12
"""Cases of a rule that are named."""

MOST_EVIDENCE = 60
"""Lines of evidence for a rule."""


def as_markdown(runs: Sequence[RunRecord]) -> str:
    """Give the verdict, the counts, and each rule that is red or broken, with its evidence."""
    parts = [part for run in runs for part in _parts(run, is_one=len(runs) == 1)]
    room, kept = LARGEST, list[str]()
    for part in parts:
        room -= len(part.encode(errors="backslashreplace")) + 2
        if room < 0:
            kept.append("The rest is left out here: `contract-tests report` shows all of it.")
            break
        kept.append(part)
    return "\n\n".join(kept) + "\n"


def _parts(run: RunRecord, *, is_one: bool) -> Iterator[str]:
    yield f"## Contract of {in_markdown(run.settings.app)}"
    if not is_one:
        yield in_markdown(label_of(run))
    yield f"**{in_markdown(closing_line(run))}**"
    yield _counts(run)
    troubles = [*run.faults]
    if run.missing:
        troubles.insert(0, f"{run.missing} of {run.expected} tests gave no verdict")
    if troubles:
        yield "\n".join(f"- {in_markdown(trouble)}" for trouble in troubles)
    red = [verdict for verdict in run.verdicts if verdict.is_red_at(run.level)]
    for found in by_rule(red):
        yield from _block(run, found)
    rest = [v for v in run.of(Outcome.BROKEN) if not v.is_red_at(run.level)]
    if rest:
        yield "### Broken, and not red"
        yield "\n".join(_row(found) for found in by_rule(rest))


def _counts(run: RunRecord) -> str:
    """Give a table of how many rules have each outcome."""
    rules = {o: {verdict.rule for verdict in run.of(o)} for o in Outcome}
    found = [(str(outcome), len(ids)) for outcome, ids in rules.items() if ids]
    names, numbers = zip(*found, strict=True) if found else (("rules",), (0,))
    cells = (names, ["---:"] * len(names), map(str, numbers))
    return "\n".join(f"| {' | '.join(row)} |" for row in cells)


def _block(run: RunRecord, found: Sequence[Verdict]) -> Iterator[str]:
    first = found[0]
    yield f"### {_heading(first)}"
    yield f"{first.outcome}: {_cases(found)}"
    if first.outcome is Outcome.BROKEN:
        yield f"- expected {in_markdown(first.expected)}\n- observed {in_markdown(first.observed)}"
        yield f"Fix: {advice_in_markdown(first.fix)}"
    elif first.reason:
        yield in_markdown(first.reason)
    replay = [f"replay  {replay_command(first, run.settings)}"] if first.replay else []
    told = [f"more    {COMMAND} explain {first.rule}"]
    lines = [line for each in evidence_lines(first.evidence) for line in each.splitlines()]
    if len(lines) > MOST_EVIDENCE:
        lines[MOST_EVIDENCE:] = [f"({len(lines) - MOST_EVIDENCE} more lines)"]
    block = "\n".join(fenced([*lines, *replay, *told]))
    yield f"<details><summary>Evidence</summary>\n\n{block}\n\n</details>"


def _heading(verdict: Verdict) -> str:
    return f"{in_markdown(verdict.rule)} ({verdict.level}) {advice_in_markdown(verdict.title)}"


def _cases(found: Sequence[Verdict]) -> str:
    return ", ".join(map(in_markdown, cases_of(found, MOST_CASES)))


def _row(found: Sequence[Verdict]) -> str:
    return f"- {_heading(found[0])}: {_cases(found)}; {in_markdown(message(found[0]))}"


REPORT = ReportFormat("a short summary for a job or a pull request, as Markdown,", as_markdown)
