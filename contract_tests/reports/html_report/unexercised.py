"""The verdicts that say nothing about the service, by their reasons."""

from __future__ import annotations

from collections.abc import Sequence

from ...rules.verdict import Outcome
from .elements import Markup, element
from .page_verdict import SIGNS, PageVerdict, outcome_class

UNEXERCISED = (Outcome.UNDECIDED, Outcome.NOT_APPLICABLE, Outcome.SKIPPED, Outcome.OFF)


def unexercised(found: Sequence[PageVerdict]) -> Markup:
    """Return a table of reasons: the verdict, the rules, and the runs where there are several."""
    reasons: dict[tuple[Outcome, str], list[PageVerdict]] = {}
    for outcome in UNEXERCISED:
        for each in found:
            if each.verdict.outcome is outcome:
                reasons.setdefault((outcome, _reason(each)), []).append(each)
    if not reasons:
        return element("p", "Every case of every rule was exercised.")
    is_many = any(each.label for each in found)
    names = ("verdict", "reason", "rules", *(("on",) if is_many else ()))
    head = element("thead", element("tr", *(element("th", name, scope="col") for name in names)))
    rows = (
        element(
            "tr",
            element("td", _outcome(outcome), class_="o"),
            element("td", reason or "no reason was given"),
            element("td", *_rules(members)),
            element("td", _labels(members), class_="runs") if is_many else None,
        )
        for (outcome, reason), members in sorted(reasons.items(), key=_weight)
    )
    table = element("table", head, element("tbody", *rows), class_="plain")
    return element(
        "div", table, class_="wide", role="group", tabindex=0, aria_label="Not exercised"
    )


def _reason(each: PageVerdict) -> str:
    """Give the reason; one that begins with its case is the same for every case."""
    reason, beginning = each.verdict.reason, f"{each.verdict.case} "
    return f"… {reason.removeprefix(beginning)}" if reason.startswith(beginning) else reason


def _labels(members: Sequence[PageVerdict]) -> str:
    return ", ".join(dict.fromkeys(each.label for each in members))


def _weight(reason: tuple[tuple[Outcome, str], list[PageVerdict]]) -> tuple[int, int]:
    (outcome, _), members = reason
    return UNEXERCISED.index(outcome), -len(members)


def _outcome(outcome: Outcome) -> Markup:
    sign = element("b", SIGNS[outcome], class_=f"cell {outcome_class(outcome)}", aria_hidden="true")
    return element("span", sign, f" {outcome}")


def _rules(members: Sequence[PageVerdict]) -> list[str]:
    cases: dict[str, set[str]] = {}
    for each in members:
        cases.setdefault(each.verdict.rule, set()).add(each.verdict.case)
    parts: list[str] = []
    for rule, names in sorted(cases.items()):
        number = f" ({len(names)} cases) " if len(names) > 1 else " "
        parts += [element("a", rule, href=f"#{rule}"), number]
    return parts
