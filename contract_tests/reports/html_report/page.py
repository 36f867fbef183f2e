"""The page of a report: verdict, findings, matrix, and all that they rest on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..record import RunRecord
from .banner import banner
from .disturbed import disturbances
from .document import html_document
from .drawing import shapes
from .elements import Markup, element, joined
from .filter_form import filter_form
from .groups import groups_of
from .listing import group_of_findings
from .matrix import legend, matrix_of
from .page_verdict import PageVerdict, labels_of, page_verdicts
from .rule_cards import rule_cards
from .surroundings import surroundings
from .unexercised import unexercised

SECTIONS = {
    "findings": "Findings",
    "matrix": "Matrix",
    "disturbances": "Requests sent",
    "unexercised": "Not exercised",
    "rules": "Rules",
    "run": "The run",
}
"""The parts of the page by their ids, in order."""


def as_html(runs: Sequence[RunRecord]) -> str:
    """Return the page of a run, or of the runs of a merged report beside each other."""
    found, labels = page_verdicts(runs), labels_of(runs)
    apps = ", ".join(dict.fromkeys(run.settings.app for run in runs))
    banners = map(banner, runs, labels)
    main = element("main", shapes(), *banners, *_sections(runs, found, labels), id="main")
    return html_document("Contract of", apps, SECTIONS, main)


def _sections(
    runs: Sequence[RunRecord], found: Sequence[PageVerdict], labels: Sequence[str]
) -> Iterator[Markup]:
    contents = {
        "findings": _findings(found),
        "matrix": joined((legend(found, labels), matrix_of(found, labels))),
        "disturbances": disturbances(runs, labels),
        "unexercised": unexercised(found),
        "rules": rule_cards(found),
        "run": surroundings(runs, labels),
    }
    for name, words in SECTIONS.items():
        head = element("h2", words, id=f"{name}-title")
        yield element("section", head, contents[name], id=name, aria_labelledby=f"{name}-title")


def _findings(found: Sequence[PageVerdict]) -> Markup:
    groups = groups_of(found)
    if not groups:
        return element("p", "Nothing is broken, and nothing was left undecided.")
    sections = (group_of_findings(number, group) for number, group in enumerate(groups, 1))
    return joined((filter_form(found, groups), *sections))
