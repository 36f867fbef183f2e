"""The requests that a run has sent: disturbed and generated ones, and what was seen in part."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ..record import RunRecord
from ..summary import late_lines, notes
from .elements import Markup, element

NOTE = (
    "A report counts the disturbed requests. A finding shows at which of them its rule was broken, "
    "and the evidence of the first of these."
)


def disturbances(runs: Sequence[RunRecord], labels: Sequence[str]) -> Markup:
    """Return the tables of each run, with a bar behind each number."""
    return element("div", *(part for each in zip(runs, labels, strict=True) for part in _of(*each)))


def _of(run: RunRecord, label: str) -> Iterator[Markup]:
    if label:
        yield element("h3", label)
    disturbed = [
        _table(f"Requests disturbed: {area}", rows) for area, rows in _by_area(run).items()
    ]
    if disturbed:
        yield element("p", NOTE, class_="about")
    generated: dict[str, dict[str, int]] = {}
    for name, number in run.totals.generated.items():
        subject, _, phase = name.rpartition("-")
        generated.setdefault(subject, {})[phase] = number
    tables = disturbed + (
        [_table("Requests made from the document", generated)] if generated else []
    )
    lines = [element("li", line) for line in (*late_lines(run), *notes(run))]
    yield element("div", *tables, class_="beside")
    yield element("ul", *lines) if lines else element("p", "Nothing was disturbed or generated.")


def _by_area(run: RunRecord) -> dict[str, dict[str, dict[str, int]]]:
    areas: dict[str, dict[str, dict[str, int]]] = {}
    for name, number in run.totals.disturbed.items():
        area, subject, way = (*name.split(":"), "", "")[:3]
        areas.setdefault(area, {}).setdefault(subject, {})[way] = number
    return areas


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
    return element("div", table, class_="wide", role="group", tabindex=0, aria_label=title)


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
