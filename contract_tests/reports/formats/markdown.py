"""A short report in Markdown, for the summary of a job or a comment on a pull request."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ..app_lines import app_line_of
from ..causes import Cause, causes
from ..escaping import advice_in_markdown, fenced, in_markdown
from ..grouping import by_rule
from ..merging import label_of
from ..record import RunRecord
from ..screen import SEVERE, counts_line
from ..summary import closing_lines
from ..terminal import COMMAND, replay_command
from ..timeline import evidence_lines
from . import ReportFormat

LARGEST = 256 * 1024
"""Bytes of a report: GitHub shows 1 MiB for a step, which may run the contract more than once."""

MOST_CASES = 12
"""Cases, and lines of the app, that are named."""

MOST_EVIDENCE = 60
"""Lines of evidence for a cause, about."""


def as_markdown(runs: Sequence[RunRecord]) -> str:
    """Give the verdict, the counts, and a block for each cause, with its evidence folded away."""
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
    first, *faults = closing_lines(run)
    yield f"## Contract of {in_markdown(run.settings.app)}"
    if not is_one:
        yield in_markdown(label_of(run))
    yield f"**{in_markdown(first)}**"
    found = causes(run)
    red = [cause for cause in found if cause.is_red_at(run.level)]
    yield in_markdown(counts_line(run, red))
    if faults:
        yield "\n".join(f"- {in_markdown(fault)}" for fault in faults)
    for number, cause in enumerate(red, 1):
        yield f"### {number}. {advice_in_markdown(cause.title)}"
        yield from _block(run, cause)
    if severe := list(_severe(run)):
        yield "### Not decided, or not as the baseline says"
        yield "\n".join(severe)
    if rest := [cause for cause in found if not cause.is_red_at(run.level)]:
        yield "### Broken, and not red at this level"
        yield "\n".join(
            f"- {advice_in_markdown(cause.title)} ({', '.join(map(in_markdown, cause.rules))}). "
            f"{advice_in_markdown(cause.fix)}"
            for cause in rest
        )


def _block(run: RunRecord, cause: Cause) -> Iterator[str]:
    """Give the rules, cases and lines of a cause, and what the plainest case has shown."""
    shown = cause.shown
    places = [place for verdict in cause.verdicts if (place := app_line_of(verdict, run))]
    titles = {verdict.rule: verdict.title for verdict in cause.verdicts}
    yield "\n".join(
        (
            *(f"- {in_markdown(r)}: {advice_in_markdown(titles[r])}" for r in cause.rules),
            f"- in {_listed(cause.cases)}",
            *(f"- at {_listed(map(str, places))}" for _ in places[:1]),
        )
    )
    yield (
        f"Expected {in_markdown(shown.expected)}; observed {in_markdown(shown.observed)}\n\n"
        f"Fix: {advice_in_markdown(cause.fix)}"
    )
    lines = [
        *evidence_lines(shown.evidence, MOST_EVIDENCE),
        f"replay  {replay_command(shown, run.settings)}",
        f"more    {COMMAND} explain {shown.rule}",
    ]
    block = "\n".join(fenced(lines))
    yield f"<details><summary>Evidence, replay</summary>\n\n{block}\n\n</details>"


def _severe(run: RunRecord) -> Iterator[str]:
    for found in by_rule(v for v in run.verdicts if v.outcome in SEVERE):
        red = [verdict for verdict in found if verdict.is_red_at(run.level)]
        reasons: dict[str, list[str]] = {}
        for verdict in red:
            reason = "out of time" if verdict.is_late else verdict.reason
            reasons.setdefault(reason, []).append(verdict.case)
        for reason, cases in reasons.items():
            told = f"{in_markdown(red[0].rule)} {red[0].outcome} in {_listed(cases)}"
            yield f"- {told}: {in_markdown(reason)}"


def _listed(names: Iterable[str]) -> str:
    """Give names in a row, each once, and the number of those that are too many."""
    unique = list(dict.fromkeys(map(in_markdown, names)))
    more = [f"and {len(unique) - MOST_CASES} more"] if len(unique) > MOST_CASES else []
    return ", ".join(unique[:MOST_CASES] + more)


REPORT = ReportFormat("a short summary for a job or a pull request, as Markdown", as_markdown)
