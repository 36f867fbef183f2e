"""How much a run has sent: disturbed requests, generated ones, and what was seen in part."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ...rules.extent import added_up
from ..record import RunRecord
from ..summary import notes
from .elements import Markup, element

NOTE = (
    "A report counts the disturbed requests and keeps the evidence of the first at which a rule "
    "was broken; the outcome of each of the others is not in it."
)


def disturbances(runs: Sequence[RunRecord], labels: Sequence[str]) -> Markup:
    """Return the tables of each run, with a bar behind each number."""
    return element("div", *(part for each in zip(runs, labels, strict=True) for part in _of(*each)))


def _of(run: RunRecord, label: str) -> Iterator[Markup]:
    if label:
        yield element("h3", label)
    areas: dict[str, dict[str, dict[str, int]]] = {}
    for name, number in run.totals.disturbed.items():
        area, subject, way = (*name.split(":"), "", "")[:3]
        areas.setdefault(area, {}).setdefault(subject, {})[way] = number
    if areas:
        yield element("p", NOTE, class_="about")
    for area, rows in areas.items():
        yield _table(f"Requests disturbed: {area}", rows)
    generated: dict[str, dict[str, int]] = {}
    for name, number in run.totals.generated.items():
        subject, _, phase = name.rpartition("-")
        generated.setdefault(subject, {})[phase] = number
    if generated:
        yield _table("Requests made from the document", generated)
    lines = [line for line in notes(run) if line.startswith(TOLD)]
    if lines:
        yield element("ul", *(element("li", line) for line in lines))
    if not (areas or generated or lines):
        yield element("p", "Nothing was disturbed, and nothing generated.")


TOLD = ("seen in part", "background work", "left out", "library:", "programs played")
"""The beginnings of the lines of the terminal's summary that tell more of it."""


def _table(title: str, rows: Mapping[str, Mapping[str, int]]) -> Markup:
    columns = list(dict.fromkeys(column for row in rows.values() for column in row))
    most = max((number for row in rows.values() for number in row.values()), default=0) or 1
    head = element("tr", element("td"), *(element("th", column, scope="col") for column in columns))
    body = (
        element(
            "tr",
            element("th", subject, scope="row"),
            *(_number(row.get(column), most) for column in columns),
        )
        for subject, row in rows.items()
    )
    table = element(
        "table",
        element("caption", title),
        element("thead", head),
        element("tbody", *body),
        class_="numbers",
    )
    return element("div", table, class_="wide", role="region", tabindex=0, aria_label=title)


def _number(number: int | None, most: int) -> Markup:
    if number is None:
        return element("td")
    bar = element(
        "svg",
        element("rect", width=round(number / most * 60, 1), height=5, rx=2),
        class_="amount",
        width=60,
        height=5,
        aria_hidden="true",
    )
    return element("td", str(number), bar)


def extents_of(run: RunRecord, rule: str) -> str:
    """Return in words how much was seen of what a rule is about."""
    verdicts = (verdict for verdict in run.verdicts if verdict.rule == rule)
    return ", ".join(map(str, added_up(extent for v in verdicts for extent in v.extents)))
