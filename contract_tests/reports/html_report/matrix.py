"""Rules by operations as a table: one sign for each run, and each a link to what it stands for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...rules.verdict import Outcome
from .elements import Markup, element
from .found import COLUMNS, LISTED, SIGNS, Found, area_of, operations_of, outcome_class

Cells = dict[tuple[str, str, int], list[Found]]


def matrix_of(found: Sequence[Found], labels: Sequence[str]) -> Markup:
    """Return the table. In a cell with several cases the worst is shown, and their number."""
    cells: Cells = {}
    for each in found:
        for column in operations_of(each.verdict.case):
            cells.setdefault((each.verdict.rule, column, each.number), []).append(each)
    columns = [c for c in COLUMNS if any(c == column for _, column, _ in cells)]
    heads = (element("th", column, scope="col") for column in columns)
    table = element(
        "table",
        element("thead", element("tr", element("th", "rule", scope="col"), *heads)),
        *_bodies(found, cells, columns, labels),
        class_="matrix",
    )
    place = {"class_": "wide", "role": "region", "tabindex": 0}
    return element("div", table, aria_label="Rules by operations", **place)


def legend(found: Sequence[Found], labels: Sequence[str]) -> Markup:
    """Return what the signs mean, and in which order the runs stand in a cell."""
    there = {each.verdict.outcome for each in found}
    items = (element("li", _sign(outcome), str(outcome)) for outcome in SIGNS if outcome in there)
    parts = [element("ul", *items, class_="legend")]
    if len(labels) > 1:
        parts.append(element("p", f"In a cell, from the left: {', '.join(labels)}."))
    if any(each.verdict.outcome in LISTED for each in found):
        box = element("input", type="checkbox", id="all-rules")
        every = element("label", box, " rules without a finding, too")
        parts.append(element("p", every, class_="scripted"))
    return element("div", *parts)


def _sign(outcome: Outcome) -> Markup:
    return element("b", SIGNS[outcome], class_=f"cell {outcome_class(outcome)}", aria_hidden="true")


def _bodies(
    found: Sequence[Found], cells: Cells, columns: Sequence[str], labels: Sequence[str]
) -> Iterator[Markup]:
    titles = {each.verdict.rule: each.verdict.title for each in found}
    told = {each.verdict.rule for each in found if each.verdict.outcome in LISTED}
    areas: dict[str, list[str]] = {}
    for rule in titles:
        areas.setdefault(area_of(rule), []).append(rule)
    for area, rules in areas.items():
        head = element("th", area, scope="rowgroup", colspan=len(columns) + 1)
        is_quiet = told.isdisjoint(rules)
        rows = (
            element(
                "tr",
                element(
                    "th",
                    element("a", rule, href=f"#{rule}", title=titles[rule]),
                    scope="row",
                ),
                *(_cell(rule, column, cells, labels) for column in columns),
                class_=None if rule in told else "quiet",
            )
            for rule in sorted(rules)
        )
        kind = "quiet" if is_quiet else None
        yield element("tbody", element("tr", head, class_="area"), *rows, class_=kind)


def _cell(rule: str, column: str, cells: Cells, labels: Sequence[str]) -> Markup:
    links = (
        _link(here, column, label) if (here := cells.get((rule, column, number))) else _nothing()
        for number, label in enumerate(labels)
    )
    there = any((rule, column, number) in cells for number in range(len(labels)))
    return element("td", *links) if there else element("td")


def _nothing() -> Markup:
    return element("span", "·", class_="cell none", aria_hidden="true")


def _link(here: Sequence[Found], column: str, label: str) -> Markup:
    worst = min(here, key=lambda each: each.rank)
    verdict = worst.verdict
    goal = worst.anchor if verdict.outcome in LISTED else verdict.rule
    same = sum(each.verdict.outcome is verdict.outcome for each in here)
    count = f", {same} of {len(here)} cases" if len(here) > 1 else ""
    words = f"{verdict.rule} {column}{f' on {label}' if label else ''}: {verdict.outcome}{count}"
    sign = SIGNS[verdict.outcome]
    is_red = " red" if worst.is_red else ""
    kind = f"cell {outcome_class(verdict.outcome)}{is_red}"
    return element("a", sign, href=f"#{goal}", class_=kind, title=words, aria_label=words)
