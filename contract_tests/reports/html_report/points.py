"""The points of a sweep as a strip: where a promise was kept, and where it was broken."""

from __future__ import annotations

from itertools import groupby

from ...rules.verdict import BROKEN_AT, KEPT_AT
from ..summary import count
from .elements import Markup, element

WIDTH, HEIGHT, WIDEST = 480, 14, 12
MOST_NAMED = 12


def strip_of(points: str) -> Markup:
    """Return a strip with a part for each point, in their order, and the same in words."""
    step = min(WIDEST, WIDTH / len(points))
    parts, place = [], 0
    for sign, group in groupby(points):
        number = len(list(group))
        x, width = round(place * step, 1), round(number * step, 1)
        kind = "o-broken red" if sign == BROKEN_AT else "o-upheld"
        parts.append(element("rect", class_=kind, x=x, width=width, height=HEIGHT))
        place += number
    words = in_words(points)
    view = f"0 0 {round(len(points) * step, 1)} {HEIGHT}"
    drawn = element("svg", *parts, class_="points", viewBox=view, height=HEIGHT, aria_hidden="true")
    return element("div", drawn, element("span", words))


def in_words(points: str) -> str:
    """Return how many points there are, and at which of them the promise was broken."""
    broken = [number for number, sign in enumerate(points, 1) if sign == BROKEN_AT]
    if not broken:
        return f"{count(len(points), 'point')}: kept at each"
    named = ", ".join(map(str, broken[:MOST_NAMED]))
    more = f" and {len(broken) - MOST_NAMED} more" if len(broken) > MOST_NAMED else ""
    kept = points.count(KEPT_AT)
    return f"{count(len(points), 'point')}: kept at {kept}, broken at {len(broken)} ({named}{more})"
