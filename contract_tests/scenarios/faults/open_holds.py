"""Connections and transactions that a request holds at a moment."""

from __future__ import annotations

from collections.abc import Iterable

from ...instruments.exchange import Event, Exchange

RETURNING = frozenset({"checkin", "invalidated", "reclaimed"})
ENDING = RETURNING | {"commit", "rollback"}


def lent_before(exchange: Exchange, order: int) -> tuple[Event, ...]:
    """The checkouts of the connections that were out just before the event of this order."""
    out: dict[int | None, Event] = {}
    for event in exchange.events:
        if event.order >= order:
            break
        if event.kind == "checkout":
            out[event.connection] = event
        elif event.kind in RETURNING:
            out.pop(event.connection, None)
    return tuple(out.values())


def open_after(events: Iterable[Event]) -> tuple[Event, ...]:
    """The first statement of each transaction that is open when these events have happened."""
    first: dict[int | None, Event] = {}
    for event in events:
        if event.kind == "sql":
            first.setdefault(event.connection, event)
        elif event.kind in ENDING:
            first.pop(event.connection, None)
    return tuple(first.values())


def uncommitted(exchange: Exchange) -> tuple[Event, ...]:
    """The last write of each transaction that ended well, but without COMMIT.

    After a statement that failed, or a rollback to a savepoint, nothing before it counts, nor
    does a write that was committed by another try.
    """
    pending: dict[int | None, Event] = {}
    lost: list[Event] = []
    stored: set[str] = set()
    for event in exchange.events:
        if event.writes:
            pending[event.connection] = event
        elif event.kind == "failed":
            pending.clear()
        elif event.text.startswith("ROLLBACK TO"):
            pending.pop(event.connection, None)
        elif event.kind in ENDING and event.connection in pending:
            write = pending.pop(event.connection)
            stored |= {write.text} if event.kind == "commit" else set()
            lost += [] if event.kind == "commit" else [write]
    return tuple(write for write in (*lost, *pending.values()) if write.text not in stored)
