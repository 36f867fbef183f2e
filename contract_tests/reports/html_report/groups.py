"""Findings that belong together: those of one rule, or all that one reason keeps undecided."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ...rules.verdict import Outcome
from ..summary import MANY
from .details import details_of
from .elements import Markup, advice, element
from .found import SIGNS, Found, listed, operations_of, outcome_class


@dataclass(frozen=True)
class Group:
    """Some findings below one title. `rules` are the ids they are about."""

    title: str
    rules: tuple[str, ...]
    members: tuple[Found, ...]

    @property
    def rank(self) -> tuple[bool, int, str]:
        """What orders groups: by their worst member, and then by rule."""
        return (*min(each.rank for each in self.members), self.rules[0])


def groups_of(found: Sequence[Found]) -> list[Group]:
    """Return the groups of all that is listed, the worst first."""
    rest = list(listed(found))
    together = list(_undecided_together(rest))
    told = {each.anchor for group in together for each in group.members}
    by_rule: dict[str, list[Found]] = {}
    for each in rest:
        if each.anchor not in told:
            by_rule.setdefault(each.verdict.rule, []).append(each)
    alone = (
        Group(members[0].verdict.title, (rule,), tuple(sorted(members, key=lambda m: m.rank)))
        for rule, members in by_rule.items()
    )
    return sorted((*together, *alone), key=lambda group: group.rank)


def _undecided_together(found: Iterable[Found]) -> Iterator[Group]:
    by_reason: dict[str, list[Found]] = {}
    for each in found:
        if each.verdict.outcome is Outcome.UNDECIDED:
            by_reason.setdefault(each.verdict.reason, []).append(each)
    for reason, members in by_reason.items():
        rules = tuple(sorted({each.verdict.rule for each in members}))
        if len(rules) >= MANY:
            title = f"{len(rules)} rules are undecided: {reason}"
            yield Group(title, rules, tuple(members))


def group_of_findings(number: int, group: Group) -> Markup:
    """Return a group as a section, its findings closed."""
    name = f"group-{number}"
    rules = [element("a", rule, href=f"#{rule}", class_="rule") for rule in group.rules]
    places = dict.fromkeys(each.verdict.place for each in group.members)
    count = len(group.members)
    told = f" · {count} findings: {_some(list(places))}" if count > 1 else ""
    levels = " and ".join(dict.fromkeys(each.verdict.level for each in group.members))
    return element(
        "section",
        element("h3", advice(group.title), id=name),
        element("p", *_spaced(rules), f" {levels}{told}", class_="about"),
        *(_finding(each) for each in group.members),
        class_="group",
        aria_labelledby=name,
    )


def _spaced(parts: Iterable[Markup]) -> Iterator[str]:
    for part in parts:
        yield part
        yield " "


SHOWN = 6
"""Places that the heading of a group names."""


def _some(names: Sequence[str]) -> str:
    more = len(names) - SHOWN
    return ", ".join(names[:SHOWN]) + (f" and {more} more" if more > 0 else "")


def _finding(found: Found) -> Markup:
    """Return a finding: one line, and all of it once it is opened.

    Browsers that run scripts keep what is in `noscript` as one text, which is made into elements
    when somebody opens it: thousands of findings cost little. Others show it as it is.
    """
    verdict = found.verdict
    return element(
        "details",
        element(
            "summary",
            element("b", SIGNS[verdict.outcome], aria_hidden="true", class_="sign"),
            element("span", f"{verdict.outcome}{_weight(found)}", class_="word"),
            element("span", verdict.case, class_="case"),
            element("span", found.label, class_="on") if found.label else None,
            element("span", found.words, class_="seen"),
        ),
        element("noscript", details_of(found)),
        class_=f"finding {outcome_class(verdict.outcome)}{' red' if found.is_red else ''}",
        id=found.anchor,
        data_rule=verdict.rule,
        data_verdict=str(verdict.outcome),
        data_level=verdict.level,
        data_area=found.area,
        data_place=" ".join(operations_of(verdict.case)),
        data_on=found.label or None,
    )


def _weight(found: Found) -> str:
    is_warning = found.verdict.outcome is Outcome.BROKEN and not found.is_red
    return ", a warning" if is_warning else ""
