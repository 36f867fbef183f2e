"""The picture of requests as SVG: each event has a shape and a word, and never a colour alone."""

from __future__ import annotations

from collections.abc import Iterator

from .chart import FOOTROOM, GUIDE, HEIGHT, Bar, Chart, Mark
from .elements import Markup, Value, element, joined
from .happenings import Requests
from .lanes import chart_of
from .spacing import GUTTER

LABEL, MIDDLE, NOTE = 13.0, 25.0, 45.0
"""Below the upper edge of a lane: its words, its bar, its note."""

THICK = {"whole": 4.0, "answer": 11.0, "loan": 13.0, "held": 13.0}
THIN = 5.0

SHAPES = """
<symbol id="s-dot" viewBox="-6 -6 12 12"><circle r="3.5"/></symbol>
<symbol id="s-tick" viewBox="-6 -6 12 12"><path d="M0-6V6"/></symbol>
<symbol id="s-diamond" viewBox="-6 -6 12 12"><path d="M0-5.5 5.5 0 0 5.5-5.5 0Z"/></symbol>
<symbol id="s-hollow" viewBox="-6 -6 12 12"><path class="void" d="M0-5 5 0 0 5-5 0Z"/></symbol>
<symbol id="s-cross" viewBox="-6 -6 12 12"><path d="M-4-4 4 4M4-4-4 4"/></symbol>
<symbol id="s-square" viewBox="-6 -6 12 12"><path d="M-4-4H4V4H-4Z"/></symbol>
"""
"""The shapes of events, once for all pictures of a page."""

CAPTION = "Milliseconds. The order is exact; short pauses are drawn wider, long ones narrower."


def shapes() -> Markup:
    """Return the shapes that pictures refer to."""
    return element("svg", Markup(SHAPES), class_="defs", aria_hidden="true", width=0, height=0)


def picture_of(requests: Requests) -> Markup | None:
    """Return the swim lanes of requests, if anything can be drawn."""
    chart = chart_of(requests)
    if chart is None:
        return None
    numbers = " and ".join(f"#{request.number}" for request in requests.values())
    name = f"Swim lanes of request {numbers}"
    drawn = element(
        "svg",
        *_drawn(chart),
        role="group",
        aria_label=name,
        width=_n(chart.width),
        height=_n(chart.height),
        viewBox=f"0 0 {_n(chart.width)} {_n(chart.height)}",
    )
    place = {"role": "group", "aria_label": f"{name}, to be scrolled"}
    more = f" {chart.left_out} more events are in the text." if chart.left_out else ""
    return element(
        "div",
        element("div", drawn, class_="lanes", tabindex=0, **place),
        element("p", f"{CAPTION}{more}", class_="at"),
        class_="chart",
    )


def _drawn(chart: Chart) -> Iterator[Markup]:
    right, bottom = _n(chart.width), _n(chart.height - FOOTROOM)
    above = chart.top
    for row, lane in enumerate(chart.lanes):
        top = above + row * HEIGHT
        if row % 2 == 0:
            yield element("rect", class_="row", y=_n(top), width=right, height=_n(HEIGHT))
        if lane.note:
            yield element("text", lane.note, class_="note", x=_n(GUTTER), y=_n(top + NOTE))
    yield from _late(chart, bottom)
    yield from (_bar(bar, above) for bar in chart.bars)
    yield from _guides(chart, bottom)
    yield from (_mark(mark, above) for mark in chart.marks)
    for number, (x, words) in enumerate(chart.ticks):
        unit = "" if number else " ms"
        yield element("text", words + unit, class_="tick", x=_n(x), y=_n(chart.height - 8))
    # Above all else, since they stay in sight when the picture is scrolled.
    for row, lane in enumerate(chart.lanes):
        y = _n(above + row * HEIGHT + MIDDLE + 4)
        yield element("text", lane.name, class_="name", x=8, y=y)


def _late(chart: Chart, bottom: str) -> Iterator[Markup]:
    """Give what lies between the answer and what came too late for it."""
    if chart.late is not None:
        start, end = map(_n, chart.late)
        yield element("path", class_="late", d=f"M{start} {_n(chart.top)}H{end}V{bottom}H{start}Z")


def _guides(chart: Chart, bottom: str) -> Iterator[Markup]:
    """Give a line through all lanes where a client has its answer, and where a promise broke."""
    broken = chart.broken
    for number, (x, words) in enumerate(chart.answers):
        is_before = bool(broken) and x <= broken[0]
        yield _guide(
            "answered", x, words, ("end" if is_before else "start", GUIDE - 2 + number % 2 * GUIDE)
        )
        yield element("path", class_="answered", d=f"M{_n(x)} {_n(GUIDE + 2)}V{bottom}")
    for x in broken:
        is_before = any(x < answered for answered, _ in chart.answers)
        yield element("path", class_="moment", d=f"M{_n(x)} {_n(GUIDE + 2)}V{bottom}")
        yield _guide("moment", x, "▼ broken here", ("end" if is_before else "start", GUIDE - 2))


def _guide(kind: str, x: float, words: str, place: tuple[str, float]) -> Markup:
    anchor, y = place
    beside = x + (-5 if anchor == "end" else 5)
    return element("text", words, class_=f"guide {kind}", x=_n(beside), y=_n(y), text_anchor=anchor)


def _bar(bar: Bar, top: float) -> Markup:
    thick = THICK.get(bar.sort, THIN)
    y = top + bar.lane * HEIGHT + MIDDLE - thick / 2
    drawn = element(
        "rect",
        class_=f"bar b-{bar.sort}{' unended' if bar.is_open else ''}",
        x=_n(bar.start),
        y=_n(y),
        width=_n(max(2.0, bar.end - bar.start)),
        height=_n(thick),
        rx=2,
    )
    if bar.sort != "held":
        return drawn
    place = {"x": _n(bar.end - 4), "y": _n(y + thick + 12), "text_anchor": "end"}
    return joined((drawn, element("text", "never returned by the app", class_="never", **place)))


def _mark(mark: Mark, top: float) -> Markup:
    y = top + mark.lane * HEIGHT
    place: dict[str, Value] = {"x": _n(mark.x - 6), "width": 12}
    return element(
        "g",
        element("title", mark.words),
        element("rect", class_="hit", y=_n(y + 1), height=_n(HEIGHT - 14), rx=3, **place),
        element("use", href=f"#s-{mark.shape}", y=_n(y + MIDDLE - 6), height=12, **place),
        element("text", mark.label, x=_n(mark.x - 4), y=_n(y + LABEL)),
        class_=f"mark m-{mark.shape}{' wrong' if mark.is_marked else ''}",
        role="img",
        data_n=mark.number,
    )


def _n(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")
