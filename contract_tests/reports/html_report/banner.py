"""The top of the page: the verdict on a run, and how many cases have each outcome."""

from __future__ import annotations

from ...rules.verdict import Outcome
from ..record import RunRecord
from ..summary import closing_lines, count
from .elements import Markup, element
from .page_verdict import SIGNS, outcome_class

BAR, THICKNESS = 600, 8


def banner(run: RunRecord, label: str) -> Markup:
    """Return the verdict on a run, and what is held against it beside the rules."""
    verdict, *troubles = closing_lines(run)
    word, _, numbers = verdict.partition(": ")
    is_good = run.is_conformant
    return element(
        "section",
        element("h2", element("b", "✓ " if is_good else "✗ ", aria_hidden="true"), word),
        element("p", f"{label}: {numbers}" if label else numbers),
        element("ul", *(element("li", each) for each in troubles)) if troubles else None,
        _proportions(run),
        class_=f"banner {'good' if is_good else 'bad'}",
        aria_label=f"Verdict{f' on {label}' if label else ''}",
    )


def _proportions(run: RunRecord) -> Markup:
    """Return a bar of the judgements of each outcome, and their numbers as words."""
    numbers = [(outcome, len(run.of(outcome))) for outcome in SIGNS]
    whole = len(run.verdicts) or 1
    parts: list[Markup] = []
    items: list[Markup] = []
    x = 0.0
    for outcome, number in numbers:
        if number:
            kind, width = outcome_class(outcome), max(2.0, BAR * number / whole)
            parts.append(
                element("rect", class_=kind, x=round(x, 1), width=round(width, 1), height=THICKNESS)
            )
            items.append(_item(outcome, number, {verdict.rule for verdict in run.of(outcome)}))
            x += width
    view = f"0 0 {round(max(x, 1.0), 1)} {THICKNESS}"
    place = {"preserveAspectRatio": "none", "aria_hidden": "true"}
    bar = element("svg", *parts, class_="proportions", viewBox=view, **place)
    return element("div", bar, element("ul", *items, class_="counts"))


def _item(outcome: Outcome, number: int, rules: set[str]) -> Markup:
    sign = element("b", SIGNS[outcome], class_=f"cell {outcome_class(outcome)}", aria_hidden="true")
    cases, noun = element("strong", str(number)), "case" if number == 1 else "cases"
    return element("li", sign, " ", cases, f" {outcome} {noun} of {count(len(rules), 'rule')}")
