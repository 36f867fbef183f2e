"""A finding opened: expected, observed, fix, commands, and its timeline as picture and text."""

from __future__ import annotations

from collections.abc import Iterator

from ...rules.evidence import Part, RequestRecord
from ...rules.verdict import Outcome
from ..terminal import more_line, replay_command
from ..timeline import evidence_lines
from .drawing import picture_of
from .elements import Markup, advice, element, joined
from .found import Found

TOLD_BROKEN = frozenset({Outcome.BROKEN, Outcome.KNOWN})


def details_of(found: Found) -> Markup:
    """Return all that is known of a finding."""
    rows = [row for name, value in _facts(found) if value for row in _row(name, value)]
    commands = [row for name, line in _commands(found) for row in _command(name, line)]
    parts = (part for each in found.verdict.evidence for part in _part(each))
    return joined((element("dl", *rows, *commands), *parts))


def _facts(found: Found) -> Iterator[tuple[str, str]]:
    verdict = found.verdict
    is_broken = verdict.outcome in TOLD_BROKEN
    yield "expected", verdict.expected
    yield "observed", verdict.observed
    yield ("baseline" if is_broken else str(verdict.outcome)), verdict.reason
    yield "fix", advice(verdict.fix) if is_broken else ""
    yield "seen", ", ".join(map(str, verdict.extents))
    yield "level", verdict.level
    yield "on", found.label


def _row(name: str, value: str) -> Iterator[Markup]:
    yield element("dt", name)
    yield element("dd", value)


def _commands(found: Found) -> Iterator[tuple[str, str]]:
    yield "replay", replay_command(found.verdict, found.run.settings)
    yield "explain", more_line(found.verdict.rule).partition("more")[2].strip()


def _command(name: str, line: str) -> Iterator[Markup]:
    yield element("dt", name)
    yield element("dd", element("code", line), class_="command")


def _part(part: Part) -> Iterator[Markup]:
    lines = list(evidence_lines((part,)))
    if isinstance(part, RequestRecord):
        yield element("h4", lines[0])
        if (picture := picture_of(part)) is not None:
            yield picture
        # The lines of events come first, so that their numbers are those of the marks.
        spans = (element("span", f"{line}\n", data_n=n) for n, line in enumerate(lines[1:]))
        yield element("pre", *spans, class_="text", tabindex=0)
    else:
        yield element("pre", "\n".join(lines), class_="text", tabindex=0)
