"""Each rule that was judged: its promise, why it matters, its fix, and all its cases."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress

from ...rules import rule_of
from ...rules.extent import added_up
from ...rules.verdict import Outcome
from ..terminal import more_line
from .elements import Markup, advice, element
from .page_verdict import LISTED, SIGNS, PageVerdict, area_name, area_place, outcome_class


def rule_cards(found: Sequence[PageVerdict]) -> Markup:
    """Return the cards by area, each under its rule's id."""
    areas: dict[str, dict[str, list[PageVerdict]]] = {}
    for each in found:
        areas.setdefault(each.area, {}).setdefault(each.verdict.rule, []).append(each)
    return element("div", *(_area(area, areas[area]) for area in sorted(areas, key=area_place)))


def _area(area: str, rules: Mapping[str, Sequence[PageVerdict]]) -> Markup:
    cards = (_card(*rule) for rule in sorted(rules.items()))
    return element("section", element("h3", area), *cards)


def _card(rule: str, found: Sequence[PageVerdict]) -> Markup:
    first = found[0].verdict
    counts = {o: sum(each.verdict.outcome is o for each in found) for o in SIGNS}
    red = " red" if any(each.is_red for each in found) else ""
    tally = (
        element("span", f"{SIGNS[o]} {n} {o}", class_=f"tally {outcome_class(o)}{red}")
        for o, n in counts.items()
        if n
    )
    return element(
        "details",
        element(
            "summary",
            element("b", rule, class_="rule"),
            element("span", advice(first.title), class_="seen"),
            *tally,
        ),
        element("dl", *_facts(rule, found)),
        class_="card",
        id=rule,
        data_area=area_name(rule),
    )


def _facts(rule: str, found: Sequence[PageVerdict]) -> Iterator[Markup]:
    first = found[0].verdict
    yield from _pair("level", first.level)
    with suppress(LookupError):  # a rule of a team, or of another version of the kit
        yield from _pair("why", advice(rule_of(rule).rationale))
    yield from _pair("fix", advice(first.fix))
    yield from _pair("explain", element("code", more_line(rule).partition("more")[2].strip()))
    extents = ", ".join(map(str, added_up(e for each in found for e in each.verdict.extents)))
    if extents:
        yield from _pair("seen", extents)
    for outcome in SIGNS:
        members = [each for each in found if each.verdict.outcome is outcome]
        if members:
            yield from _pair(str(outcome), *_cases(outcome, members))


def _pair(name: str, *value: str) -> tuple[Markup, Markup]:
    return element("dt", name), element("dd", *value)


def _cases(outcome: Outcome, members: Sequence[PageVerdict]) -> Iterator[str]:
    for number, each in enumerate(members):
        words = f"{each.verdict.case}{f' on {each.label}' if each.label else ''}"
        yield ", " if number else ""
        yield element("a", words, href=f"#{each.anchor}") if outcome in LISTED else words
