"""Background work: what a service does in its database when no request asked for it."""

from __future__ import annotations

import re
from collections import Counter

from .exchange import Event

TARGET = re.compile(
    r"\b(?:INSERT(?:\s+OR\s+\w+)?(?:\s+IGNORE)?\s+INTO|REPLACE\s+INTO|MERGE\s+INTO|UPDATE"
    r"|DELETE\s+FROM)\s+(?:ONLY\s+)?([\w.\"`\[\]]+)",
    re.IGNORECASE,
)
"""The table that a statement changes."""

ENDING = frozenset({"commit", "rollback", "checkin", "invalidated", "reclaimed"})

Busy = frozenset[tuple[int | None, int]]
"""Transactions: the connection of each, and the order of its last statement."""


class Background:
    """The tables written outside of any request, and the transactions that are open there.

    `is_serving` is true between start-up and shutdown: what these write is no background work.
    `statements` counts what it asks the database by the line of the app, or else by the task or
    thread; a task that the start-up left running is there before it has asked.
    """

    def __init__(self) -> None:
        self.is_serving = False
        self.written: frozenset[str] = frozenset()
        self.statements: Counter[str] = Counter()
        self._busy: dict[int | None, int] = {}

    @property
    def busy(self) -> Busy:
        """The transactions that are open outside of any request."""
        # A copy is made in one go: threads of the app may add to it meanwhile.
        return frozenset(self._busy.copy().items())

    def note(self, event: Event) -> None:
        """Take note of an event that belongs to no request."""
        if event.kind == "sql":
            self._busy[event.connection] = event.order
        elif event.kind in ENDING:
            self._busy.pop(event.connection, None)
        if event.kind == "sql" and self.is_serving:
            self.statements[event.where or event.task] += 1
        if event.writes and self.is_serving:
            # A new set, never a changed one: threads of the app come here while others read it.
            self.written |= tables_in(event.text)


def tables_in(statement: str) -> frozenset[str]:
    """Name the tables that a statement changes, in small letters, without schema and quotes."""
    found = TARGET.findall(statement)
    plain = (re.sub(r"[\"`\[\]]", "", name).casefold() for name in found)
    return frozenset(name.rpartition(".")[2] for name in plain)
