"""The timeline of a request as swim lanes: where each event, bar and line of the picture is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import log2

from ...rules.evidence import EventRecord, RequestRecord

GUTTER = 84.0
"""The width of the names of the lanes."""

HEADROOM, HEIGHT, FOOTROOM = 34.0, 46.0, 22.0
"""The heights above the lanes, of each lane, and below them."""

LETTER, GAP, ROOM = 6.1, 9.0, 10.0
"""The width of a letter, the least way between two events, and the room behind a label."""

STRETCH, LONGEST_WAY = 7.0, 130.0
"""How the way between two events grows with the time between them, and the longest one."""

TICK = 52.0
"""The least way between two moments that are written below."""

MOST = 200
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


@dataclass(frozen=True)
class Lane:
    """A row of the picture: the request itself, or one connection and the line that took it."""

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
    """An event: its place, its shape, a word beside it, and all of it in words."""

    lane: int
    x: float
    shape: str
    label: str
    words: str
    is_marked: bool = False


@dataclass(frozen=True)
class Chart:
    """The whole picture of one request. `answered` is where the client has the whole answer."""

    width: float
    lanes: tuple[Lane, ...]
    bars: tuple[Bar, ...]
    marks: tuple[Mark, ...]
    ticks: tuple[tuple[float, str], ...]
    answered: float | None = None
    left_out: int = 0

    @property
    def height(self) -> float:
        """The height of all lanes, and what is above and below."""
        return HEADROOM + HEIGHT * len(self.lanes) + FOOTROOM


def chart_of(request: RequestRecord) -> Chart | None:
    """Return the picture of a request; None where nothing happened that could be drawn.

    The order and the moments are as they were observed; ways between events are stretched, so
    that each can be seen beside a pause of seconds.
    """
    events = request.events[:MOST]
    if not events:
        return None
    connections = list(dict.fromkeys([e.connection for e in events if e.connection is not None]))
    connections += [h.connection for h in request.held if h.connection not in connections]
    rows = {None: 0} | {connection: row for row, connection in enumerate(connections, 1)}
    places = tuple(_places(events, rows))
    end = max(x + _width(label_of(e)) for e, x in zip(events, places, strict=True))
    placed = list(zip(events, places, strict=True))
    held = {each.connection: each.frame for each in request.held}
    answered = [x for event, x in placed if event.kind == "response end"]
    return Chart(
        width=end + ROOM,
        lanes=(Lane("request"), *(_lane(c, events, held) for c in connections)),
        bars=tuple(_bars(placed, rows, end, frozenset(held))),
        marks=tuple(_mark(event, x, rows[event.connection]) for event, x in placed),
        ticks=tuple(_ticks(placed)),
        answered=answered[-1] if answered else None,
        left_out=len(request.events) - len(events),
    )


def _places(events: Sequence[EventRecord], rows: dict[int | None, int]) -> Iterator[float]:
    """Give the place of each event: behind the one before, and behind the label beside it."""
    x, before = GUTTER, 0.0
    free: dict[int, float] = {}
    for number, event in enumerate(events):
        row = rows[event.connection]
        way = GAP + STRETCH * log2(1 + max(0.0, event.seconds - before) * 4000)
        x = max(x + (min(way, LONGEST_WAY) if number else ROOM), free.get(row, 0.0))
        free[row] = x + _width(label_of(event))
        before = event.seconds
        yield x


def _width(label: str) -> float:
    return len(label) * LETTER + ROOM


def label_of(event: EventRecord) -> str:
    """Return the word beside an event: the verb of a statement, the status of an answer."""
    if event.kind == "sql":
        return (event.text.lstrip("( \n\t").split() or ["SQL"])[0].upper()[:12]
    if event.kind == "response start":
        return f"response {event.text}".rstrip()[:16]
    return event.kind.upper() if event.kind in {"begin", *ENDS} else event.kind


def _lane(connection: int, events: Iterable[EventRecord], held: dict[int, str]) -> Lane:
    taken = next((e.frame for e in events if e.connection == connection and e.frame), "")
    return Lane(f"conn {connection}", taken or held.get(connection, ""))


def _mark(event: EventRecord, x: float, row: int) -> Mark:
    connection = f"conn {event.connection}" if event.connection is not None else ""
    parts = (
        f"{event.seconds * 1000:.1f} ms",
        connection,
        label_of(event) if event.kind != "sql" else "",
        "" if event.kind == "response start" else " ".join(event.text.split()),
        f"at {event.frame}" if event.frame else "",
        f"in {event.task}" if event.task else "",
        "the promise was broken here" if event.is_marked else "",
    )
    words = " · ".join(part for part in parts if part)
    return Mark(row, x, SHAPES.get(event.kind, "dot"), label_of(event), words, event.is_marked)


def _bars(
    placed: Sequence[tuple[EventRecord, float]],
    rows: dict[int | None, int],
    end: float,
    held: frozenset[int],
) -> Iterator[Bar]:
    """Give what lasts: the request, its answer, each loan of a connection and transaction."""
    yield Bar(0, "whole", placed[0][1], _last(placed, {"returned", "raised"}, end))
    begun = [x for event, x in placed if event.kind == "response start"]
    if begun:
        is_open = all(event.kind != "response end" for event, _ in placed)
        yield Bar(0, "answer", begun[0], _last(placed, {"response end"}, end), is_open)
    for connection, row in rows.items():
        if connection is not None:
            mine = [(event, x) for event, x in placed if event.connection == connection]
            # Of one that is out already when the request begins, nobody has seen the checkout.
            mine = mine or [(EventRecord(0.0, "checkout"), placed[0][1])]
            out = "held" if connection in held else "loan"
            yield from _spans(mine, row, end, ("checkout", RETURNS, out))
            yield from _spans(mine, row, end, ("begin", ENDS, "open"))


def _last(placed: Sequence[tuple[EventRecord, float]], kinds: set[str], end: float) -> float:
    return next((x for event, x in reversed(placed) if event.kind in kinds), end)


def _spans(
    mine: Sequence[tuple[EventRecord, float]],
    row: int,
    end: float,
    span: tuple[str, frozenset[str], str],
) -> Iterator[Bar]:
    """Give a bar from each beginning to its end; the last one may have none."""
    begins, ends, unended = span
    is_loan = begins == "checkout"
    start = mine[0][1] if is_loan and mine[0][0].kind != begins else None
    for event, x in mine:
        if event.kind == begins:
            start = x if start is None else start
        elif event.kind in ends and start is not None:
            yield Bar(row, "loan" if is_loan else event.kind, start, x)
            start = None
    if start is not None:
        yield Bar(row, unended, start, end, is_open=True)


def _ticks(placed: Sequence[tuple[EventRecord, float]]) -> Iterator[tuple[float, str]]:
    """Give the moments that have room below the lanes, in milliseconds."""
    free = 0.0
    for event, x in placed:
        if x >= free:
            yield x, f"{event.seconds * 1000:.1f}"
            free = x + TICK
