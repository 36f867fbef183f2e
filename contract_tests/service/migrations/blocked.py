"""Statements of a migration that read a table while they keep others from writing to it."""

from __future__ import annotations

import re
from contextlib import ExitStack, suppress
from typing import Any, NamedTuple

from sqlalchemy.engine import Connection, Engine

from ...databases import registry
from ...instruments.instrument import Instrument
from ...instruments.listening import listen

DEFINING = re.compile(r"\s*(?:CREATE|ALTER|REINDEX|CLUSTER)\b", re.IGNORECASE)
"""Statements that can be made in another way; one that changes rows reads those alone."""


class TableUse(NamedTuple):
    """The rows of a table that a transaction has read, and whether it keeps others from writing."""

    read: int
    is_blocked: bool


class BlockedWriters(Instrument):
    """Asks the database, before and after each statement that defines something.

    `found` has the tables and the statements that blocked their writers; `is_seen` tells whether
    the database could be asked at all.
    """

    def __init__(self) -> None:
        self.found: list[tuple[str, str]] = []
        self.is_seen = False
        self._before: dict[str, TableUse] = {}

    def _begin(self, undo: ExitStack) -> None:
        listen(
            undo,
            (Engine, "before_cursor_execute", self._executes),
            (Engine, "after_cursor_execute", self._executed),
        )

    def _executes(self, conn: Connection, cursor: Any, statement: str, *_: Any) -> None:
        self._before = _uses(conn) if DEFINING.match(statement) else {}

    def _executed(self, conn: Connection, cursor: Any, statement: str, *_: Any) -> None:
        self.is_seen |= bool(registry.of(conn.dialect.name).table_use)
        if not self._before:
            return
        for table, use in _uses(conn).items():
            if use.is_blocked and use.read > self._before.get(table, use).read:
                self.found.append((table, statement))


def _uses(conn: Connection) -> dict[str, TableUse]:
    """Ask on the very connection, past the events of its engine."""
    question = registry.of(conn.dialect.name).table_use
    if not question:
        return {}
    with suppress(Exception):  # each driver has errors of its own for a transaction that failed
        cursor = conn.connection.cursor()
        try:
            cursor.execute(question)
            return {table: TableUse(read, held) for table, read, held in cursor.fetchall()}
        finally:
            cursor.close()
    return {}
