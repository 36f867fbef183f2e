"""Findings on the page: a section for each group, and a line for each finding, which opens."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ...rules.verdict import Outcome
from ..summary import count
from .details import details_of
from .elements import Markup, advice, element
from .groups import Group
from .page_verdict import SIGNS, PageVerdict, columns_of, outcome_class

FIRST = 4
"""Findings of a group that are there at once: the groups themselves should be seen."""

SHOWN = 6
"""Places that the heading of a group names."""


def group_of_findings(number: int, group: Group) -> Markup:
    """Return a group as a section, its findings closed."""
    name, rows = f"group-{number}", group.rows
    rules = [element("a", rule, href=f"#{rule}", class_="rule") for rule in group.rules]
    levels = " and ".join(dict.fromkeys(each.verdict.level for each in group.members))
    places = dict.fromkeys(each.verdict.place for each in group.members)
    told = f" · {len(rows)} findings: {_some(list(places))}" if len(rows) > 1 else ""
    default = " · what a framework does unless told otherwise" if group.is_default else ""
    fix = element("p", element("b", "Fix "), advice(group.fix), class_="fix") if group.fix else None
    return element(
        "section",
        element("h3", group.title, id=name),
        element("p", *_spaced(rules), f" {levels}{told}{default}", class_="about"),
        fix,
        *_listed(rows),
        class_="group",
        aria_labelledby=name,
    )


def _listed(rows: Sequence[Sequence[PageVerdict]]) -> Iterator[Markup]:
    """Give the first findings, and the others where one asks for them."""
    first = FIRST if len(rows) > FIRST + 1 else len(rows)
    yield from map(_finding, rows[:first])
    if rest := rows[first:]:
        more = element("summary", f"{count(len(rest), 'finding')} more")
        yield element("details", more, *map(_finding, rest), class_="rest")


def _spaced(parts: Iterable[Markup]) -> Iterator[str]:
    for part in parts:
        yield part
        yield " "


def _some(names: Sequence[str]) -> str:
    more = len(names) - SHOWN
    return ", ".join(names[:SHOWN]) + (f" and {more} more" if more > 0 else "")


def _finding(same: Sequence[PageVerdict]) -> Markup:
    """Return a finding: one line, and all of it once it is opened.

    Browsers that run scripts keep what is in `noscript` as one text, which is made into elements
    when somebody opens it: thousands of findings cost little. Others show it as it is. The same
    finding of several runs is told once, with the details of each.
    """
    found = same[0]
    verdict = found.verdict
    labels = [each.label for each in same if each.label]
    return element(
        "details",
        element(
            "summary",
            element("b", SIGNS[verdict.outcome], aria_hidden="true", class_="sign"),
            element("span", f"{verdict.outcome}{_weight(found)}", class_="word"),
            element("span", verdict.rule, class_="rule"),
            element("span", verdict.case, class_="case"),
            element("span", ", ".join(labels), class_="on") if labels else None,
            element("span", found.words, class_="seen"),
        ),
        # Links to each of them open the one line.
        *(element("span", id=each.anchor) for each in same[1:]),
        element("noscript", *(_of_run(each) for each in same)),
        class_=f"finding {outcome_class(verdict.outcome)}{' red' if found.is_red else ''}",
        id=found.anchor,
        data_rule=verdict.rule,
        data_verdict=str(verdict.outcome),
        data_level=verdict.level,
        data_area=found.area,
        data_place=" ".join(columns_of(verdict.case)),
        data_on="\n".join(labels) or None,
    )


def _of_run(found: PageVerdict) -> Markup:
    label = element("p", found.label, class_="run") if found.label else None
    return element("div", label, details_of(found), class_="details")


def _weight(found: PageVerdict) -> str:
    is_warning = found.verdict.outcome is Outcome.BROKEN and not found.is_red
    return ", a warning" if is_warning else ""
