"""The differences between two reports as a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ...rules import rule_of
from ..comparing import BAD, GROUPS, Change, is_regression
from ..summary import count
from .document import html_document
from .elements import Markup, advice, element, joined

MEANINGS: Mapping[str, str] = {
    "worse": "Worse than before",
    "appeared": "Appeared",
    "better": "Better than before",
    "vanished": "Vanished",
}
SIGNS = {"worse": "✗", "appeared": "+", "better": "✓", "vanished": "-"}


def changes_as_html(found: Sequence[Change], older: str, newer: str) -> str:
    """Return the page of the differences between two reports, told by their names."""
    groups = {name: [change for change in found if change.group == name] for name in GROUPS}
    there = {name: f"{name.capitalize()} ({len(mine)})" for name, mine in groups.items() if mine}
    sections = [_section(name, groups[name]) for name in there]
    main = element("main", _verdict(found), *sections, id="main")
    return html_document("What is other in", f"{newer} than in {older}", there, main)


def _verdict(found: Sequence[Change]) -> Markup:
    is_bad = is_regression(found)
    sign, word = ("✗ ", "Something got worse") if is_bad else ("✓ ", "Nothing got worse")
    bad = sum(change.group in BAD for change in found)
    told = f"{count(len(found), 'difference')}, {bad} of them for the worse"
    return element(
        "section",
        element("h2", element("b", sign, aria_hidden="true"), word),
        element("p", told if found else "no difference"),
        class_=f"banner {'bad' if is_bad else 'good'}",
        aria_label="Verdict",
    )


def _section(group: str, found: Sequence[Change]) -> Markup:
    """Return a table of the differences of a group, those of one rule together."""
    has_runs = any(change.run for change in found)
    names = ("rule", "places", "difference", *(("run",) if has_runs else ()))
    head = element("tr", *(element("th", name, scope="col") for name in names))
    same: dict[tuple[str, str, str], list[Change]] = {}
    for change in found:
        same.setdefault((change.run, change.rule, change.words), []).append(change)
    rows = (_row(changes, has_runs=has_runs) for changes in same.values())
    table = element("table", element("thead", head), element("tbody", *rows), class_="plain")
    place = {"class_": "wide", "role": "group", "aria_label": group}
    sign = element("b", f"{SIGNS[group]} ", aria_hidden="true")
    return element(
        "section",
        element("h2", sign, MEANINGS[group], id=f"{group}-title"),
        element("div", table, tabindex=0, **place),
        id=group,
        class_=f"changes {'bad' if group in BAD else 'good'}",
        aria_labelledby=f"{group}-title",
    )


def _row(same: Sequence[Change], *, has_runs: bool) -> Markup:
    first = same[0]
    return element(
        "tr",
        element("td", _rule(first.rule)),
        element("td", ", ".join(change.place for change in same), class_="case"),
        element("td", first.words),
        element("td", first.run, class_="runs") if has_runs else None,
    )


def _rule(identifier: str) -> Markup:
    name = element("b", identifier, class_="rule")
    try:
        statement = rule_of(identifier).statement
    except LookupError:
        return name  # of a team, or of another version of the kit
    return joined((name, element("span", advice(statement), class_="promise")))
