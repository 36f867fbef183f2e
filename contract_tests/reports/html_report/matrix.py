"""Rules by operations as a table: one sign for each run, and each a link to what it stands for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ...rules.verdict import Outcome
from .elements import Markup, Value, advice, element
from .page_verdict import (
    COLUMNS,
    LISTED,
    SIGNS,
    PageVerdict,
    area_name,
    area_place,
    columns_of,
    outcome_class,
)


@dataclass(frozen=True)
class _Matrix:
    """The verdicts behind the cells, by rule, column and number of the run."""

    cells: dict[tuple[str, str, int], list[PageVerdict]]
    columns: tuple[str, ...]
    labels: tuple[str, ...]


def matrix_of(found: Sequence[PageVerdict], labels: Sequence[str]) -> Markup:
    """Return the table. Of several cases in a cell the worst is shown, and their number told."""
    cells: dict[tuple[str, str, int], list[PageVerdict]] = {}
    for each in found:
        for column in columns_of(each.verdict.case):
            cells.setdefault((each.verdict.rule, column, each.number), []).append(each)
    columns = tuple(c for c in COLUMNS if any(c == column for _, column, _ in cells))
    heads = (element("th", column, scope="col") for column in ("rule", *columns))
    promise = element("th", "promise", scope="col", class_="promise")
    table = element(
        "table",
        element("thead", element("tr", *heads, promise)),
        *_bodies(found, _Matrix(cells, columns, tuple(labels))),
        class_="matrix",
    )
    place: dict[str, Value] = {"class_": "wide", "role": "group", "tabindex": 0}
    return element("div", table, aria_label="Rules by operations", **place)


def legend(found: Sequence[PageVerdict], labels: Sequence[str]) -> Markup:
    """Return what the signs mean, and in which order the runs stand in a cell."""
    signs = dict.fromkeys(
        (each.verdict.outcome, each.is_red) for each in sorted(found, key=lambda each: each.rank)
    )
    items = (
        element("li", _sign(outcome, is_red=is_red), _meaning(outcome, is_red=is_red))
        for outcome, is_red in signs
    )
    parts = [element("ul", *items, class_="legend")]
    if len(labels) > 1:
        parts.append(element("p", f"In a cell, from the left: {', '.join(labels)}."))
    if any(each.verdict.outcome in LISTED for each in found):
        box = element("input", type="checkbox", id="all-rules")
        every = element("label", box, " rules without a finding, too")
        parts.append(element("p", every, class_="scripted"))
    return element("div", *parts)


def _meaning(outcome: Outcome, *, is_red: bool) -> str:
    return f"{outcome}, and the run is red" if is_red else str(outcome)


def _kind(outcome: Outcome, *, is_red: bool) -> str:
    return f"cell {outcome_class(outcome)}{' red' if is_red else ''}"


def _sign(outcome: Outcome, *, is_red: bool) -> Markup:
    kind = _kind(outcome, is_red=is_red)
    return element("b", SIGNS[outcome], class_=kind, aria_hidden="true")


def _bodies(found: Sequence[PageVerdict], matrix: _Matrix) -> Iterator[Markup]:
    titles = {each.verdict.rule: each.verdict.title for each in found}
    told = {each.verdict.rule for each in found if each.verdict.outcome in LISTED}
    areas: dict[str, list[str]] = {}
    for rule in sorted(titles):
        areas.setdefault(area_name(rule), []).append(rule)
    for area in sorted(areas, key=area_place):
        width = len(matrix.columns) + 2
        head = element("tr", element("th", area, scope="rowgroup", colspan=width), class_="area")
        rows = (
            _row(rule, titles[rule], matrix, None if rule in told else "quiet")
            for rule in areas[area]
        )
        yield element(
            "tbody", head, *rows, class_="quiet" if told.isdisjoint(areas[area]) else None
        )


def _row(rule: str, title: str, matrix: _Matrix, kind: str | None) -> Markup:
    name = element("th", element("a", rule, href=f"#{rule}"), scope="row")
    cells = (_cell(rule, column, matrix) for column in matrix.columns)
    return element("tr", name, *cells, element("td", advice(title), class_="promise"), class_=kind)


def _cell(rule: str, column: str, matrix: _Matrix) -> Markup:
    here = [matrix.cells.get((rule, column, n)) for n in range(len(matrix.labels))]
    links = (
        _link(found, column, label) if found else _nothing()
        for found, label in zip(here, matrix.labels, strict=True)
    )
    return element("td", *links) if any(here) else element("td")


def _nothing() -> Markup:
    return element("span", "·", class_="cell none", aria_hidden="true")


def _link(here: Sequence[PageVerdict], column: str, label: str) -> Markup:
    worst = min(here, key=lambda each: each.rank)
    verdict = worst.verdict
    goal = worst.anchor if verdict.outcome in LISTED else verdict.rule
    same = sum(each.verdict.outcome is verdict.outcome for each in here)
    count = f", {same} of {len(here)} cases" if len(here) > 1 else ""
    words = f"{verdict.rule} {column}{f' on {label}' if label else ''}: {verdict.outcome}{count}"
    return element(
        "a",
        SIGNS[verdict.outcome],
        href=f"#{goal}",
        class_=_kind(verdict.outcome, is_red=worst.is_red),
        title=words,
        aria_label=words,
    )
