"""The closing section of a run: one screen, with one block for each cause."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ..masking.cutting import cut
from ..rules.verdict import Outcome, Verdict
from .causes import Cause, causes
from .record import RunRecord
from .summary import closing_lines, count, late_lines, notes
from .terminal import COMMAND, message

LINES = 40
"""The lines of a screen: what does not fit is counted, and told in the report."""

WIDTH = 110
SENTENCE = re.compile(r"[.;] ")
RULES = 6
"""Ids of rules that a block names."""

BLOCK = 3
"""The lines of a cause that is told in full."""

COUNTED = (
    Outcome.UPHELD,
    Outcome.KNOWN,
    Outcome.FIXED,
    Outcome.SKIPPED,
    Outcome.OFF,
    Outcome.NOT_APPLICABLE,
    Outcome.UNDECIDED,
    Outcome.ERROR,
)
SEVERE = (Outcome.ERROR, Outcome.FIXED, Outcome.UNDECIDED)
"""The red outcomes that no cause tells of."""

MOST = 5
"""Reasons that are told of each such outcome."""


def screen_lines(run: RunRecord, *, told_in: str = "") -> Iterator[str]:
    """Give about `LINES` lines at most: counts, a block for each cause, the rest in a line each.

    `told_in` names the file that tells everything.
    """
    found = causes(run)
    red = [cause for cause in found if cause.is_red_at(run.level)]
    rest = [cause for cause in found if not cause.is_red_at(run.level)]
    after = [*_advice(rest), *_severe(run), *late_lines(run), *notes(run)]
    ending = [*closing_lines(run)]
    if told_in:
        ending.insert(0, f"report: {told_in}")
    room = LINES - 1 - len(ending)
    after = _within(after, max(room - 2 * min(len(red), BLOCK), BLOCK))
    yield counts_line(run, red)
    yield from _blocks(red, room - len(after))
    yield from map(_short, after)
    yield from ending


def counts_line(run: RunRecord, red: list[Cause]) -> str:
    """Give the number of causes and of the rules of each outcome; a rule has its worst one."""
    rules: dict[str, Outcome] = {}
    for outcome in (*COUNTED, Outcome.BROKEN):
        rules.update({verdict.rule: outcome for verdict in run.of(outcome)})
    # What is not applicable in one case is upheld in another.
    for verdict in run.of(Outcome.UPHELD):
        if rules[verdict.rule] is Outcome.NOT_APPLICABLE:
            rules[verdict.rule] = Outcome.UPHELD
    numbers = {outcome: list(rules.values()).count(outcome) for outcome in Outcome}
    parts = [f"{numbers[outcome]} {outcome}" for outcome in COUNTED if numbers[outcome]]
    broken = f"{count(numbers[Outcome.BROKEN], 'rule')} broken"
    caused = f"{count(len(red), 'cause')}, " if red else ""
    return " · ".join([caused + broken, *parts])


def _blocks(red: list[Cause], room: int) -> Iterator[str]:
    """Tell as many causes in full as there is room for, and the others in a line."""
    shown = red if len(red) <= room else red[: max(room - 1, 0)]
    full = max(0, (room - len(shown)) // (BLOCK - 1))
    for number, cause in enumerate(shown, 1):
        yield _heading(number, cause)
        if number <= full:
            yield _short(f"    {cause.shown.observed}")
            yield f"    fix: {_beginning_of(cause.fix)}"
    if len(shown) < len(red):
        yield _short(
            f"and {count(len(red) - len(shown), 'cause')} more: {_rules(red[len(shown) :])}"
        )


def _heading(number: int, cause: Cause) -> str:
    cases = f" ({count(len(cause.cases), 'case')})" if len(cause.cases) > 1 else ""
    return f"{number:>2}  {cut(cause.title, WIDTH)}: {_rules([cause])}{cases}"


def _rules(found: Iterable[Cause]) -> str:
    ids = list(dict.fromkeys(rule for cause in found for rule in cause.rules))
    return " ".join(ids[:RULES]) + (f" and {len(ids) - RULES} more" if len(ids) > RULES else "")


def _advice(rest: list[Cause]) -> Iterator[str]:
    """Give what is broken and not red: frameworks' defaults with their mending, and the ids."""
    for cause in rest:
        if cause.is_default:
            yield f"advice: {_rules([cause])}: {cause.fix}"
    others = [cause for cause in rest if not cause.is_default]
    if others:
        ids = {rule for cause in others for rule in cause.rules}
        yield (
            f"not red at this level: {count(len(ids), 'rule')} broken: {_rules(others)} "
            f"({COMMAND} report --all tells more)"
        )


def _severe(run: RunRecord) -> Iterator[str]:
    """Give the red verdicts that no cause tells of, by their reason."""
    for outcome in SEVERE:
        reasons: dict[str, list[Verdict]] = {}
        for verdict in run.of(outcome):
            if verdict.is_red_at(run.level) and not verdict.is_late:
                reasons.setdefault(message(verdict), []).append(verdict)
        for reason, verdicts in list(reasons.items())[:MOST]:
            ids = ", ".join(dict.fromkeys(verdict.rule for verdict in verdicts))
            yield f"{outcome}: {cut(ids, WIDTH // 2)}: {reason}"
        if len(reasons) > MOST:
            yield f"{outcome}: for {count(len(reasons) - MOST, 'other reason')} as well"


def _within(lines: list[str], room: int) -> list[str]:
    return (
        lines if len(lines) <= room else [*lines[: room - 1], f"and {len(lines) - room + 1} more"]
    )


def _beginning_of(text: str) -> str:
    """Return as many sentences as fit in a line, or else the beginning of the first one."""
    ends = [match.end() for match in SENTENCE.finditer(text) if match.end() < WIDTH]
    is_long = bool(ends) and len(text) > WIDTH
    return text[: ends[-1]].rstrip(" ;") if is_long else cut(text, WIDTH)


def _short(line: str) -> str:
    return cut(" ".join(line.split()) if not line.startswith(" ") else line, WIDTH)
