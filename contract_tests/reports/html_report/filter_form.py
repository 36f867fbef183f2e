"""The choices above the findings; they do something where scripts run, and are not there else."""

from __future__ import annotations

from collections.abc import Sequence

from ..summary import count
from .elements import Markup, element
from .groups import Group
from .page_verdict import COLUMNS, LISTED, PageVerdict, columns_of, shown_alone

LEVELS = ("required", "recommended", "preview")


def filter_form(found: Sequence[PageVerdict], groups: Sequence[Group]) -> Markup:
    """Return a form with one choice for each thing in which findings differ."""
    shown = list(shown_alone(found))
    rows = sum(len(group.rows) for group in groups)
    places = {place for each in shown for place in columns_of(each.verdict.case)}
    levels = {each.verdict.level for each in shown}
    outcomes = {each.verdict.outcome for each in shown}
    choices = (
        ("verdict", [str(outcome) for outcome in LISTED if outcome in outcomes]),
        ("level", [level for level in LEVELS if level in levels]),
        ("area", list(dict.fromkeys(each.area for each in shown))),
        ("place", [column for column in COLUMNS if column in places]),
        ("on", list(dict.fromkeys(each.label for each in shown if each.label))),
    )
    return element(
        "form",
        _search(),
        *(_choice(name, values) for name, values in choices if len(values) > 1),
        element("label", element("input", type="checkbox", id="f-red"), " only what is red"),
        element("button", "Clear", type="reset"),
        element("output", count(rows, "finding"), id="shown", aria_live="polite"),
        id="filters",
        class_="scripted",
        role="search",
        aria_label="Filter findings",
    )


def _search() -> Markup:
    words = "rule, case, words …"
    field = element("input", type="search", id="f-words", placeholder=words, autocomplete="off")
    return element("label", element("span", "search"), field)


NAMES = {"place": "operation"}


def _choice(name: str, values: Sequence[str]) -> Markup:
    options = (element("option", value, value=value) for value in values)
    every = element("option", "all", value="")
    chosen = element("select", every, *options, id=f"f-{name}")
    return element("label", element("span", NAMES.get(name, name)), chosen)
