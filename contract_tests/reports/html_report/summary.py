"""The top of the page: the verdict on each run, and how many rules have each outcome."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...rules.verdict import Outcome
from ..record import RunRecord
from ..summary import closing_line, count
from ..terminal import header_lines
from .elements import Markup, element
from .found import SIGNS, outcome_class

BAR, THICKNESS = 600, 8


def banner(run: RunRecord, label: str) -> Markup:
    """Return the verdict on a run, and what stood in the way of a better one."""
    word, _, numbers = closing_line(run).partition(": ")
    troubles = [*run.faults]
    if run.missing:
        troubles.insert(0, f"{run.missing} of {run.expected} tests gave no verdict")
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
    counts = [(outcome, len(run.of(outcome))) for outcome in SIGNS]
    whole = len(run.verdicts) or 1
    parts: list[Markup] = []
    items: list[Markup] = []
    x = 0.0
    for outcome, count in counts:
        if count:
            kind, width = outcome_class(outcome), max(2.0, BAR * count / whole)
            parts.append(
                element("rect", class_=kind, x=round(x, 1), width=round(width, 1), height=THICKNESS)
            )
            items.append(_item(outcome, count, len({v.rule for v in run.of(outcome)})))
            x += width
    view = f"0 0 {round(max(x, 1.0), 1)} {THICKNESS}"
    place = {"preserveAspectRatio": "none", "aria_hidden": "true"}
    bar = element("svg", *parts, class_="proportions", viewBox=view, **place)
    return element("div", bar, element("ul", *items, class_="counts"))


def _item(outcome: Outcome, count: int, rules: int) -> Markup:
    sign = element("b", SIGNS[outcome], class_=f"cell {outcome_class(outcome)}", aria_hidden="true")
    number = element("strong", str(count))
    cases = f" {outcome} {'cases' if count != 1 else 'case'} of {rules} rule{'s' * (rules != 1)}"
    return element("li", sign, " ", number, cases)


def surroundings(runs: Sequence[RunRecord], labels: Sequence[str]) -> Markup:
    """Return what was found out about service and database, and what the run was asked for."""
    return element("div", *(part for each in zip(runs, labels, strict=True) for part in _of(*each)))


def _of(run: RunRecord, label: str) -> Iterator[Markup]:
    if label:
        yield element("h3", label)
    lines = list(header_lines(run.facts))[1:]
    if lines:
        yield element("h4", "Service and database")
        # The terminal's lines begin with a word in a column of ten letters.
        pairs = ((line[:12].strip(), line[12:]) for line in lines)
        yield element("dl", *(part for pair in pairs for part in _pair(*pair)))
    if capabilities := run.facts.get("capabilities"):
        yield element("dl", *_pair("can", ", ".join(capabilities)))
    yield element("h4", "Settings")
    yield element("dl", *(part for pair in _settings(run) for part in _pair(*pair)))


def _settings(run: RunRecord) -> Iterator[tuple[str, str]]:
    """Give each setting that says something, in words."""
    for name, value in vars(run.settings).items():
        words = name.removeprefix("is_").replace("_", " ")
        if isinstance(value, bool):
            yield words, "yes" if value else "no"
        elif isinstance(value, tuple):
            yield words, "; ".join(map(str, value)) or "none"
        elif name == "budget":
            yield words, f"{value:g} s"
        else:
            yield words, str(value) or "not set"


def _pair(name: str, value: str) -> tuple[Markup, Markup]:
    return element("dt", name), element("dd", value)
