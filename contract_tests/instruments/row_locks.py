"""Row locks that a service asks for, and that its database does not have."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

from sqlalchemy.engine import Connection, Engine

from .attribution import serves_a_request
from .instrument import Instrument
from .listening import listen_guarded
from .private import asks_for_lock

LOCKING = (" FOR ", "LOCK")
"""Words of statements that lock rows; without them a dialect has left the lock out."""


class IgnoredLocks(Instrument):
    """Notes statements of requests that were to lock rows and do not say so to the database.

    SQLAlchemy leaves `with_for_update()` out where a dialect knows no such lock. `statement` is the
    first of them.
    """

    def __init__(self) -> None:
        self.statement = ""
        self.faults: list[str] = []

    def _begin(self, undo: ExitStack) -> None:
        executing = (Engine, "before_cursor_execute", self._executes)
        listen_guarded(undo, executing, faults=self.faults, applies=serves_a_request)

    def _executes(
        self, conn: Connection, cursor: Any, statement: str, parameters: Any, context: Any, *_: Any
    ) -> None:
        says_it = any(word in statement.upper() for word in LOCKING)
        if asks_for_lock(context) and not says_it:
            self.statement = self.statement or statement
