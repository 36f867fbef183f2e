"""The picture of a request as SVG: each event has a shape and a word, and never a colour alone."""

from __future__ import annotations

from collections.abc import Iterator

from ...rules.evidence import RequestRecord
from .elements import Markup, element, joined
from .lanes import FOOTROOM, GUTTER, HEADROOM, HEIGHT, Bar, Chart, Mark, chart_of

LABEL, MIDDLE, NOTE = 11.0, 22.0, 41.0
"""Below the upper edge of a lane: its words, its bar, its note."""

THICK = {"whole": 4.0, "answer": 10.0, "loan": 12.0, "held": 12.0}
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


def shapes() -> Markup:
    """Return the shapes that pictures refer to."""
    return element("svg", Markup(SHAPES), class_="defs", aria_hidden="true", width=0, height=0)


def picture_of(request: RequestRecord) -> Markup | None:
    """Return the swim lanes of a request, if anything can be drawn."""
    chart = chart_of(request)
    if chart is None:
        return None
    more = f"{chart.left_out} more events are in the text below." if chart.left_out else None
    sent = f"{request.method} {request.target}".strip()
    drawn = element(
        "svg",
        *_drawn(chart),
        role="group",
        aria_label=f"Swim lanes of {sent}",
        width=_n(chart.width),
        height=_n(chart.height),
        viewBox=f"0 0 {_n(chart.width)} {_n(chart.height)}",
    )
    scroller = element(
        "div", drawn, class_="lanes", tabindex=0, role="region", aria_label=f"Timeline of {sent}"
    )
    caption = element("p", "Milliseconds; ways are stretched, the order is exact.", class_="at")
    return element("div", scroller, caption, more and element("p", more), class_="chart")


def _drawn(chart: Chart) -> Iterator[Markup]:
    right, bottom = _n(chart.width), _n(chart.height - FOOTROOM)
    for row, lane in enumerate(chart.lanes):
        top = HEADROOM + row * HEIGHT
        if row % 2 == 0:
            yield element("rect", class_="row", y=_n(top), width=right, height=_n(HEIGHT))
        yield element("text", lane.name, class_="name", x=8, y=_n(top + MIDDLE + 4))
        if lane.note:
            yield element("text", lane.note, class_="note", x=_n(GUTTER), y=_n(top + NOTE))
    if chart.answered is not None:
        x = _n(chart.answered)
        yield element("path", class_="answered", d=f"M{x} 16V{bottom}")
        yield element("text", "answer complete", class_="guide", x=x, y=11, text_anchor="middle")
    yield from (_broken(mark, bottom) for mark in chart.marks if mark.is_marked)
    yield from (_bar(bar) for bar in chart.bars)
    yield from (_mark(number, mark) for number, mark in enumerate(chart.marks))
    for x, words in chart.ticks:
        yield element("text", words, class_="tick", x=_n(x), y=_n(chart.height - 7))


def _bar(bar: Bar) -> Markup:
    thick = THICK.get(bar.sort, THIN)
    y = HEADROOM + bar.lane * HEIGHT + MIDDLE - thick / 2
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
    place = {"x": _n(bar.end - 4), "y": _n(y + thick + 11), "text_anchor": "end"}
    return joined((drawn, element("text", "never returned", class_="never", **place)))


def _mark(number: int, mark: Mark) -> Markup:
    y = HEADROOM + mark.lane * HEIGHT
    return element(
        "g",
        element("title", mark.words),
        element("rect", class_="hit", x=_n(mark.x - 6), y=_n(y), width=14, height=_n(HEIGHT - 8)),
        element("use", href=f"#s-{mark.shape}", x=_n(mark.x - 6), y=_n(y + MIDDLE - 6), **_SIZE),
        element("text", mark.label, x=_n(mark.x - 3), y=_n(y + LABEL)),
        class_=f"mark m-{mark.shape}{' wrong' if mark.is_marked else ''}",
        role="img",
        data_n=number,
    )


def _broken(mark: Mark, bottom: str) -> Markup:
    """Return what draws the eye to the moment at which the promise was broken."""
    x, words = _n(mark.x), "broken here"
    return joined(
        (
            element("path", class_="moment", d=f"M{x} 28V{bottom}"),
            element("text", words, class_="moment", x=x, y=25, text_anchor="middle"),
        )
    )


_SIZE = {"width": 12, "height": 12}


def _n(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")
