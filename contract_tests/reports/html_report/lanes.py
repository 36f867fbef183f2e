"""The timeline of requests as swim lanes: where each event, bar and line of the picture is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from .bars import RETURNS, bars_of
from .chart import Chart, Lane, Mark
from .happenings import Happening, Requests, connections_in, happenings_of
from .spacing import ROOM, places_of, stretched, width_of

TICK = 40.0
"""The least way between two moments that are written below."""

MOST = 240
"""Events that are drawn; the text has all."""

SHAPES = {
    "begin": "tick",
    "commit": "diamond",
    "rollback": "hollow",
    "failed": "cross",
    "raised": "cross",
    "cancelled": "square",
    "client gone": "square",
    "checkout": "tick",
    "returned": "tick",
} | dict.fromkeys(RETURNS, "tick")


def chart_of(requests: Requests) -> Chart | None:
    """Return the picture of requests; None where nothing happened that could be drawn.

    The order and the moments are as they were observed; ways between events are stretched, so
    that each can be seen beside a pause of seconds. Several requests are on one clock.
    """
    connections = connections_in(requests)
    rows = {connection: len(requests) + n for n, connection in enumerate(connections)}
    found = happenings_of(requests, rows)
    if not found:
        return None
    shown = found[:MOST]
    places = stretched(places_of([(each.seconds, each.lane, each.label) for each in shown]))
    placed = [replace(each, x=x) for each, x in zip(shown, places, strict=True)]
    end = max(each.x + width_of(each.label) for each in placed)
    taken = {held.connection: held.frame for each in requests.values() for held in each.held}
    return Chart(
        width=end + ROOM,
        lanes=(*_request_lanes(requests), *(_lane(c, placed, taken) for c in connections)),
        bars=tuple(bars_of(placed, rows, end, frozenset(taken))),
        marks=tuple(map(_mark, placed)),
        ticks=tuple(sorted(_ticks(placed))),
        answers=tuple(_answers(placed)),
        left_out=len(found) - len(shown),
    )


def _request_lanes(requests: Requests) -> Iterator[Lane]:
    for request in requests.values():
        sent = f"{request.method} {request.target}".strip()
        yield Lane(f"request {request.letter}" if len(requests) > 1 else "request", sent)


def _lane(connection: int, placed: Sequence[Happening], held: Mapping[int, str]) -> Lane:
    mine = (each.event.frame for each in placed if each.event.connection == connection)
    return Lane(f"conn {connection}", next(filter(None, mine), held.get(connection, "")))


def _mark(each: Happening) -> Mark:
    event = each.event
    parts = (
        f"{each.seconds * 1000:.1f} ms",
        each.letter and f"request {each.letter}",
        f"conn {event.connection}" if event.connection is not None else "",
        each.label if event.kind != "sql" else "",
        "" if event.kind == "response start" else " ".join(event.text.split()),
        event.frame and f"at {event.frame}",
        event.task and f"in {event.task}",
        "the promise was broken here" if event.is_marked else "",
    )
    shape, words = SHAPES.get(event.kind, "dot"), " · ".join(filter(None, parts))
    number = f"{each.request}-{each.number}"
    return Mark(number, each.lane, each.x, shape, each.label, words, event.is_marked)


def _answers(placed: Sequence[Happening]) -> Iterator[tuple[float, str]]:
    for each in placed:
        if each.event.kind == "response end":
            yield each.x, f"{each.letter or 'client'} has its answer"


def _ticks(placed: Sequence[Happening]) -> Iterator[tuple[float, str]]:
    """Give the moments that have room below the lanes, those that matter first."""
    taken: list[float] = []
    broken = [each for each in placed if each.event.is_marked]
    answered = [each for each in placed if each.event.kind == "response end"]
    for each in (*broken, *answered, placed[0], *placed):
        if all(abs(each.x - other) >= TICK for other in taken):
            taken.append(each.x)
            yield each.x, f"{each.seconds * 1000:.1f}"
