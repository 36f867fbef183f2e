"""A finding opened: expected, observed, fix, commands, and its timeline as picture and text."""

from __future__ import annotations

from collections.abc import Iterator

from ...rules.evidence import Evidence, RequestRecord
from ...rules.verdict import Outcome
from ..terminal import more_line, replay_command
from ..timeline import evidence_lines
from .drawing import picture_of
from .elements import Markup, advice, element, joined
from .page_verdict import PageVerdict
from .points import strip_of

TOLD_BROKEN = frozenset({Outcome.BROKEN, Outcome.KNOWN})

MOST_TOGETHER = 6
"""Requests that are drawn in one picture."""


def details_of(found: PageVerdict) -> Markup:
    """Return all that is known of a finding."""
    rows = [row for name, value in _facts(found) if value for row in _row(name, value)]
    rows += _row("points", strip_of(found.verdict.points)) if _is_swept(found) else ()
    commands = [row for name, line in _commands(found) for row in _command(name, line)]
    return joined((element("dl", *rows, *commands), *_evidence(found.verdict.evidence)))


def _facts(found: PageVerdict) -> Iterator[tuple[str, str]]:
    verdict = found.verdict
    is_broken = verdict.outcome in TOLD_BROKEN
    yield "expected", verdict.expected
    yield "observed", verdict.observed
    yield ("baseline" if is_broken else str(verdict.outcome)), verdict.reason
    yield "fix", advice(verdict.fix) if is_broken else ""
    yield "seen", ", ".join(map(str, verdict.extents))


def _is_swept(found: PageVerdict) -> bool:
    return found.verdict.outcome in TOLD_BROKEN and bool(found.verdict.points)


def _row(name: str, value: str) -> Iterator[Markup]:
    yield element("dt", name)
    yield element("dd", value)


def _commands(found: PageVerdict) -> Iterator[tuple[str, str]]:
    yield "replay", replay_command(found.verdict, found.run.settings)
    yield "explain", more_line(found.verdict.rule).partition("more")[2].strip()


def _command(name: str, line: str) -> Iterator[Markup]:
    yield element("dt", name)
    yield element("dd", element("code", line), class_="command")


def _evidence(evidence: Evidence) -> Iterator[Markup]:
    """Give each part as text, and the requests as pictures: one for those sent together."""
    requests = {n: part for n, part in enumerate(evidence) if isinstance(part, RequestRecord)}
    is_one_clock = all(request.letter and request.began for request in requests.values())
    together = requests if is_one_clock and 1 < len(requests) <= MOST_TOGETHER else {}
    if together and (picture := picture_of(together)) is not None:
        letters = ", ".join(request.letter for request in together.values())
        yield element("h4", f"Requests {letters} on one clock")
        yield picture
    for number, part in enumerate(evidence):
        if isinstance(part, RequestRecord):
            yield from _request(number, part, is_drawn=number not in together)
        else:
            yield element("pre", "\n".join(evidence_lines((part,))), class_="text", tabindex=0)


def _request(number: int, request: RequestRecord, *, is_drawn: bool) -> Iterator[Markup]:
    head, *lines = evidence_lines((request,))
    yield element("h4", head)
    if is_drawn and (picture := picture_of({number: request})) is not None:
        yield picture
    # The lines of events come first, so that their numbers are those of the marks.
    spans = (
        element("span", f"{line}\n", data_n=f"{number}-{place}") for place, line in enumerate(lines)
    )
    yield element("pre", *spans, class_="text", tabindex=0)
