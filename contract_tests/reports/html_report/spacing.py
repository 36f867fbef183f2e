"""Places of events, from the left: in their order, and none upon the label of another."""

from __future__ import annotations

from collections.abc import Sequence
from math import log2

GUTTER = 84.0
"""The width of the names of the lanes."""

LETTER, GAP, ROOM = 6.6, 9.0, 12.0
"""The width of a letter, the least way between two events, and the room behind a label."""

STRETCH, LONGEST_WAY, UNIT = 7.0, 130.0, 4000.0
"""The growth of the way between two events with the time between them, and the longest one."""

WIDE, MOST_STRETCHED = 1040.0, 1.8
"""The width that a small picture is stretched to, and by how much at most."""


def places_of(events: Sequence[tuple[float, int, str]]) -> list[float]:
    """Return the place of each event, given as its moment in seconds, its lane and its label."""
    x, before = GUTTER, events[0][0]
    free: dict[int, float] = {}
    places: list[float] = []
    for seconds, lane, label in events:
        way = min(GAP + STRETCH * log2(1 + max(0.0, seconds - before) * UNIT), LONGEST_WAY)
        x = max(x + (way if places else ROOM), free.get(lane, 0.0))
        free[lane] = x + width_of(label)
        before = seconds
        places.append(x)
    return places


def stretched(places: Sequence[float]) -> list[float]:
    """Return the places of a small picture further apart."""
    factor = min(max(1.0, (WIDE - GUTTER) / (places[-1] + ROOM - GUTTER)), MOST_STRETCHED)
    return [GUTTER + (x - GUTTER) * factor for x in places]


def width_of(label: str) -> float:
    """Return the room that a label needs."""
    return len(label) * LETTER + ROOM
