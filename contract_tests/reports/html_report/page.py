"""The page: one file that asks nothing of any other place."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from ... import __version__
from ..record import RunRecord
from .banner import banner
from .disturbed import disturbances
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

HERE = Path(__file__).parent
STYLES = ("page.css", "timeline.css")
SCRIPTS = ("details.js", "timeline.js", "filters.js", "page.js")

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
    body = element(
        "body",
        element("a", "Skip to the findings", href="#findings", class_="skip"),
        shapes(),
        _header(apps),
        element("main", *map(banner, runs, labels), *_sections(runs, found, labels), id="main"),
        element("footer", element("p", "pytest-crud-contract", data_version=__version__)),
        element("script", Markup(script())),
    )
    page = element("html", _head(f"Contract of {apps}"), body, lang="en")
    return f"<!doctype html>\n{page}\n"


def _head(title: str) -> Markup:
    # Whatever gets past the escaping: nothing else may run, and nothing is loaded.
    policy = (
        f"default-src 'none'; script-src '{_hash(script())}'; style-src '{_hash(style())}'; "
        "base-uri 'none'; form-action 'none'"
    )
    return element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=policy),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("meta", name="referrer", content="no-referrer"),
        element("title", title),
        element("style", Markup(style())),
    )


def _header(apps: str) -> Markup:
    links = (
        element("li", element("a", words, href=f"#{name}")) for name, words in SECTIONS.items()
    )
    button = element("button", "Dark", type="button", id="theme", aria_pressed="false")
    return element(
        "header",
        element("h1", "Contract of ", element("span", apps)),
        element("nav", element("ul", *links), aria_label="Parts of the report"),
        element("div", button, class_="scripted"),
    )


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


@cache
def style() -> str:
    """Return the styles of the page."""
    return _read(STYLES)


@cache
def script() -> str:
    """Return the script of the page: without it everything can be read, too."""
    return f'"use strict";\n{_read(SCRIPTS)}'


def _read(names: Sequence[str]) -> str:
    return "\n".join((HERE / name).read_text(encoding="utf-8") for name in names)


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"
