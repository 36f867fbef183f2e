"""Findings that belong together: those of one cause, of one rule, or undecided for one reason."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ...rules.verdict import Outcome
from ..causes import Cause, causes
from ..summary import MANY
from .elements import Markup, advice, escaped
from .page_verdict import PageVerdict, shown_alone


@dataclass(frozen=True)
class Group:
    """Some findings below one title. `rules` are the ids they are about, `fix` mends them all."""

    title: Markup
    rules: tuple[str, ...]
    members: tuple[PageVerdict, ...]
    fix: str = ""
    is_default: bool = False

    @property
    def rows(self) -> list[tuple[PageVerdict, ...]]:
        """The members, those together that are the same finding in several runs."""
        same: dict[tuple[str, ...], list[PageVerdict]] = {}
        for each in self.members:
            verdict = each.verdict
            key = (verdict.rule, verdict.case, verdict.verdict, verdict.level, *verdict.findings)
            # Without a name, two are the same only if they say the same.
            same.setdefault(key if verdict.findings else (*key, each.words), []).append(each)
        return [tuple(found) for found in same.values()]

    @property
    def is_red(self) -> bool:
        """Return whether one of them fails its run."""
        return any(each.is_red for each in self.members)


def groups_of(found: Sequence[PageVerdict]) -> list[Group]:
    """Return the groups of all that is listed, those first that fail a run."""
    broken, rest = list(_by_cause(found)), list[Group]()
    told = {each.anchor for group in broken for each in group.members}
    rest.extend(_undecided_together(shown_alone(found)))
    told |= {each.anchor for group in rest for each in group.members}
    rest.extend(_by_rule(each for each in shown_alone(found) if each.anchor not in told))
    rest.sort(key=lambda group: min(each.rank for each in group.members))
    return sorted((*broken, *rest), key=lambda group: not group.is_red)


def _by_cause(found: Sequence[PageVerdict]) -> Iterator[Group]:
    """Give the causes of broken rules; one that several runs have is one."""
    by_verdict = {(each.number, id(each.verdict)): each for each in found}
    members: dict[tuple[str, str], list[PageVerdict]] = {}
    there: dict[tuple[str, str], Cause] = {}
    for number, run in {each.number: each.run for each in found}.items():
        for cause in causes(run):
            key = (cause.title, cause.fix)
            there.setdefault(key, cause)
            mine = members.setdefault(key, [])
            mine.extend(by_verdict[number, id(verdict)] for verdict in cause.verdicts)
    for key, cause in there.items():
        rules = tuple(dict.fromkeys(each.verdict.rule for each in members[key]))
        yield Group(advice(cause.title), rules, tuple(members[key]), cause.fix, cause.is_default)


def _undecided_together(found: Iterable[PageVerdict]) -> Iterator[Group]:
    by_reason: dict[str, list[PageVerdict]] = {}
    for each in found:
        if each.verdict.outcome is Outcome.UNDECIDED:
            by_reason.setdefault(each.verdict.reason, []).append(each)
    for reason, members in by_reason.items():
        rules = tuple(sorted({each.verdict.rule for each in members}))
        if len(rules) >= MANY:
            title = escaped(f"{len(rules)} rules are undecided: {reason}")
            yield Group(title, rules, tuple(members))


def _by_rule(found: Iterable[PageVerdict]) -> Iterator[Group]:
    by_rule: dict[str, list[PageVerdict]] = {}
    for each in found:
        by_rule.setdefault(each.verdict.rule, []).append(each)
    for rule, members in by_rule.items():
        yield Group(
            advice(members[0].verdict.title), (rule,), tuple(sorted(members, key=lambda m: m.rank))
        )
