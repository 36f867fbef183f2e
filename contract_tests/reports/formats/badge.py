"""A badge with the verdict: a picture for a README, or the JSON that shields.io makes one of."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from ...rules.verdict import Outcome
from ..record import RunRecord
from ..summary import count
from . import ReportFormat

LABEL = "contract"
LETTER = 6.5
"""The width that a letter gets. `textLength` fits the text into it, whatever the font."""

PADDING = 6.0
BADGE = """\
<svg xmlns="http://www.w3.org/2000/svg" width="{whole}" height="20" role="img" aria-label="{title}">
  <title>{title}</title>
  <clipPath id="r"><rect width="{whole}" height="20" rx="3"/></clipPath>
  <g clip-path="url(#r)">
    <rect width="{left}" height="20" fill="#444"/>
    <rect x="{left}" width="{right}" height="20" fill="{paint}"/>
  </g>
  <g fill="#fff" text-anchor="middle" font-family="Verdana,Geneva,DejaVu Sans,sans-serif" \
font-size="11">
    <text x="{label_at}" y="14" textLength="{label_width}" \
lengthAdjust="spacingAndGlyphs">{label}</text>
    <text x="{words_at}" y="14" textLength="{words_width}" \
lengthAdjust="spacingAndGlyphs">{words}</text>
  </g>
</svg>
"""


@dataclass(frozen=True)
class _Paint:
    """A colour, dark enough for white letters, and the name that shields.io has for its like."""

    code: str
    name: str


GREEN, RED, GREY = (
    _Paint("#2e7d32", "brightgreen"),
    _Paint("#c62828", "red"),
    _Paint("#666", "grey"),
)


def as_badge(runs: Sequence[RunRecord]) -> str:
    """Give the verdict as SVG. Nothing in it is a service's text."""
    words, paint = _verdict(runs)
    label_width, words_width = LETTER * len(LABEL), LETTER * len(words)
    left, right = label_width + 2 * PADDING, words_width + 2 * PADDING
    return BADGE.format(
        title=f"{LABEL}: {words}",
        label=LABEL,
        words=words,
        paint=paint.code,
        whole=left + right,
        left=left,
        right=right,
        label_at=left / 2,
        words_at=left + right / 2,
        label_width=label_width,
        words_width=words_width,
    )


def as_badge_endpoint(runs: Sequence[RunRecord]) -> str:
    """Give the verdict as JSON for https://shields.io/badges/endpoint-badge."""
    words, paint = _verdict(runs)
    shown = {"schemaVersion": 1, "label": LABEL, "message": words, "color": paint.name}
    return json.dumps(shown, indent=1) + "\n"


def _verdict(runs: Sequence[RunRecord]) -> tuple[str, _Paint]:
    """Give the words, and their colour: of several runs, the rules that are red in any."""
    red = {(v.rule, v.outcome) for run in runs for v in run.verdicts if v.is_red_at(run.level)}
    broken = len({rule for rule, outcome in red if outcome is Outcome.BROKEN})
    if not any(run.decided for run in runs):
        return "nothing decided", GREY
    if all(run.is_conformant for run in runs):
        decided = count(len({v.rule for run in runs for v in run.decided}), "rule")
        editions = ", ".join(sorted({run.settings.edition for run in runs}))
        is_whole = all(run.settings.is_whole for run in runs)
        return (f"conformant {editions} ({decided})" if is_whole else f"{decided} kept"), GREEN
    return (f"{count(broken, 'rule')} broken" if broken else "not conformant"), RED


REPORT = ReportFormat(
    "a badge with the verdict, as SVG, or as JSON for shields.io if its name ends so",
    as_badge,
    {".svg": as_badge, ".json": as_badge_endpoint},
)
