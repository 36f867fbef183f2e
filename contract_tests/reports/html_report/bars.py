"""Bars for all that lasts: a request, its answer, the loan of a connection, a transaction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from .chart import Bar
from .happenings import ENDS, Happening

RETURNS = frozenset({"checkin", "reclaimed", "invalidated"})
"""The kinds of events with which a connection is out no more."""


def bars_of(
    placed: Sequence[Happening], rows: Mapping[int, int], end: float, held: frozenset[int]
) -> Iterator[Bar]:
    """Give all bars up to the end; `rows` are the lanes of connections, some of them held."""
    yield from _of_requests(placed, end)
    for connection, row in rows.items():
        mine = [each for each in placed if each.event.connection == connection]
        yield from _loans(mine, row, (placed[0].x, end), is_held=connection in held)
        yield from _transactions(mine, row, end)


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


def _loans(
    mine: Sequence[Happening], row: int, whole: tuple[float, float], *, is_held: bool
) -> Iterator[Bar]:
    # Of one that is out already when the request begins, nobody has seen the checkout.
    is_out = not mine or mine[0].event.kind != "checkout"
    start = (mine[0].x if mine else whole[0]) if is_out else None
    for each in mine:
        kind = each.event.kind
        if kind == "checkout" and start is None:
            start = each.x
        elif kind in RETURNS and start is not None:
            yield Bar(row, "held" if kind == "reclaimed" else "loan", start, each.x)
            start = None
    if start is not None:
        yield Bar(row, "held" if is_held else "loan", start, whole[1], is_open=True)


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
