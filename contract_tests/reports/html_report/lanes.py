"""The timeline of requests as swim lanes: where each event, bar and line of the picture is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ...rules.evidence import EventRecord, RequestRecord
from .spacing import ROOM, places_of, stretched, width_of

HEIGHT, FOOTROOM = 52.0, 24.0
"""The heights of each lane, and below them."""

HEADROOM, GUIDE = 8.0, 14.0
"""The heights above the lanes, and of each row of words there."""

TICK = 56.0
"""The least way between two moments that are written below."""

MOST = 240
"""Events that are drawn; the text has all."""

RETURNS = frozenset({"checkin", "reclaimed", "invalidated"})
ENDS = frozenset({"commit", "rollback"})
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

BY_THE_KIT = "by the kit"
"""The beginning of what is said of an event that is a disturbance."""

Requests = Mapping[int, RequestRecord]
"""The requests of one picture, by their numbers within the evidence."""


@dataclass(frozen=True)
class Lane:
    """A row of the picture: a request, or one connection and the line that took it first."""

    name: str
    note: str = ""


@dataclass(frozen=True)
class Bar:
    """Something that lasts: `sort` is its class, and one that `is_open` has no end."""

    lane: int
    sort: str
    start: float
    end: float
    is_open: bool = False


@dataclass(frozen=True)
class Mark:
    """An event: its number, its place, its shape, a word beside it, and all of it in words."""

    number: str
    lane: int
    x: float
    shape: str
    label: str
    words: str
    is_marked: bool = False


@dataclass(frozen=True)
class Chart:
    """The whole picture. `answers` are the places where a client has the whole answer, by name."""

    width: float
    lanes: tuple[Lane, ...]
    bars: tuple[Bar, ...]
    marks: tuple[Mark, ...]
    ticks: tuple[tuple[float, str], ...]
    answers: tuple[tuple[float, str], ...] = ()
    left_out: int = 0

    @property
    def height(self) -> float:
        """The height of all lanes, and what is above and below."""
        return self.top + HEIGHT * len(self.lanes) + FOOTROOM

    @property
    def top(self) -> float:
        """The height above the lanes: less if nothing is written there."""
        is_broken = any(mark.is_marked for mark in self.marks)
        return HEADROOM + GUIDE * min(2, max(len(self.answers), int(is_broken)))

    @property
    def late(self) -> tuple[float, float] | None:
        """What lies between the answer and a broken moment behind it."""
        broken = [mark.x for mark in self.marks if mark.is_marked]
        if len(self.answers) != 1 or not broken or broken[-1] <= self.answers[0][0]:
            return None
        return self.answers[0][0], broken[-1]


@dataclass(frozen=True)
class Happening:
    """An event of one of the requests, its place within it, its moment, and where it is drawn."""

    event: EventRecord
    request: int
    number: int
    letter: str
    seconds: float
    lane: int
    x: float = 0.0

    @property
    def label(self) -> str:
        """The word beside it: the verb of a statement, the status of an answer."""
        kind, text = self.event.kind, self.event.text
        if kind == "sql":
            return (text.lstrip("( \n\t").split() or ["SQL"])[0].upper()[:12]
        if kind == "response start":
            return f"response {text}".rstrip()[:16]
        if kind == "checkout" and self.letter:
            return f"checkout by {self.letter}"
        if text.startswith(BY_THE_KIT):
            return f"{kind} {BY_THE_KIT}"
        return kind.upper() if kind in {"begin", *ENDS} else kind


def chart_of(requests: Requests) -> Chart | None:
    """Return the picture of requests; None where nothing happened that could be drawn.

    The order and the moments are as they were observed; ways between events are stretched, so
    that each can be seen beside a pause of seconds. Several requests are on one clock.
    """
    connections = _connections(requests)
    rows = {connection: len(requests) + n for n, connection in enumerate(connections)}
    found = sorted(_happenings(requests, rows), key=lambda each: each.seconds)
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
        bars=(*_of_requests(placed, end), *_of_connections(placed, rows, end, frozenset(taken))),
        marks=tuple(map(_mark, placed)),
        ticks=tuple(sorted(_ticks(placed))),
        answers=tuple(_answers(placed)),
        left_out=len(found) - len(shown),
    )


def _connections(requests: Requests) -> list[int]:
    """Give every connection of the requests once, in the order of their first use."""
    used = [
        (each.began + event.seconds, event.connection)
        for each in requests.values()
        for event in each.events
        if event.connection is not None
    ]
    held = [held.connection for each in requests.values() for held in each.held]
    return list(dict.fromkeys([c for _, c in sorted(used, key=lambda use: use[0])] + held))


def _happenings(requests: Requests, rows: Mapping[int, int]) -> Iterator[Happening]:
    first = min((request.began for request in requests.values()), default=0.0)
    for lane, (number, request) in enumerate(requests.items()):
        letter = request.letter if len(requests) > 1 else ""
        for n, event in enumerate(request.events):
            row = lane if event.connection is None else rows[event.connection]
            seconds = request.began - first + event.seconds
            yield Happening(event, number, n, letter, seconds, row)


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


def _of_requests(placed: Sequence[Happening], end: float) -> Iterator[Bar]:
    """Give the length of each request, and of its answer."""
    for request in dict.fromkeys(each.request for each in placed):
        mine = [each for each in placed if each.request == request]
        own = [each for each in mine if each.event.connection is None]
        lane = own[0].lane if own else 0
        yield Bar(lane, "whole", mine[0].x, _last(own, {"returned", "raised"}, end))
        begun = [each.x for each in own if each.event.kind == "response start"]
        if begun:
            is_open = all(each.event.kind != "response end" for each in own)
            yield Bar(lane, "answer", begun[0], _last(own, {"response end"}, end), is_open)


def _last(own: Sequence[Happening], kinds: set[str], end: float) -> float:
    return next((each.x for each in reversed(own) if each.event.kind in kinds), end)


def _of_connections(
    placed: Sequence[Happening], rows: Mapping[int, int], end: float, held: frozenset[int]
) -> Iterator[Bar]:
    """Give each loan of a connection, and each transaction on it."""
    for connection, row in rows.items():
        mine = [each for each in placed if each.event.connection == connection]
        yield from _loans(mine, row, placed[0].x, end, is_held=connection in held)
        yield from _transactions(mine, row, end)


def _loans(
    mine: Sequence[Happening], row: int, first: float, end: float, *, is_held: bool
) -> Iterator[Bar]:
    # Of one that is out already when the request begins, nobody has seen the checkout.
    is_out = not mine or mine[0].event.kind != "checkout"
    start = (mine[0].x if mine else first) if is_out else None
    for each in mine:
        kind = each.event.kind
        if kind == "checkout" and start is None:
            start = each.x
        elif kind in RETURNS and start is not None:
            yield Bar(row, "held" if kind == "reclaimed" else "loan", start, each.x)
            start = None
    if start is not None:
        yield Bar(row, "held" if is_held else "loan", start, end, is_open=True)


def _transactions(mine: Sequence[Happening], row: int, end: float) -> Iterator[Bar]:
    start: float | None = None
    for each in mine:
        kind = each.event.kind
        if kind == "begin" and start is None:
            start = each.x
        elif kind in ENDS | RETURNS and start is not None:
            yield Bar(row, kind if kind in ENDS else "open", start, each.x, kind not in ENDS)
            start = None
    if start is not None:
        yield Bar(row, "open", start, end, is_open=True)


def _answers(placed: Sequence[Happening]) -> Iterator[tuple[float, str]]:
    for each in placed:
        if each.event.kind == "response end":
            yield each.x, f"{each.letter or 'client'} has its answer"


def _ticks(placed: Sequence[Happening]) -> Iterator[tuple[float, str]]:
    """Give the moments that have room below the lanes, those that matter first."""
    taken: list[float] = []
    matter = [each for each in placed if each.event.is_marked or each.event.kind == "response end"]
    for each in (*matter, placed[0], *placed):
        if all(abs(each.x - other) >= TICK for other in taken):
            taken.append(each.x)
            yield each.x, f"{each.seconds * 1000:.1f}"
