"""Two workers that start at once: hold one while it makes its schema, watch the other go on."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any, Literal

from sqlalchemy.engine import Connection, Engine

from .instrument import Instrument
from .listening import listen

BarrierPoint = Literal["create", "commit"]
DEFINING = ("CREATE TABLE", "CREATE TYPE", "CREATE INDEX", "CREATE UNIQUE", "ALTER TABLE")


class Barrier(Instrument):
    """Calls `ask` once, before the first statement that defines schema or before its COMMIT.

    The thread that runs the statement waits for `ask` to return.
    """

    def __init__(self, before: BarrierPoint, ask: Callable[[dict[str, Any]], object]) -> None:
        self._before = before
        self._ask = ask
        self._defined = False
        self._passed = False

    def _begin(self, undo: ExitStack) -> None:
        listen(
            undo,
            (Engine, "before_cursor_execute", self._executes),
            # SQLAlchemy tells of a COMMIT before it asks the driver for it.
            (Engine, "commit", self._commits),
        )

    def _executes(self, conn: Connection, cursor: Any, statement: str, *_: Any) -> None:
        if statement.lstrip().upper().startswith(DEFINING):
            self._defined = True
            if self._before == "create":
                self._hold(statement)

    def _commits(self, conn: Connection) -> None:
        if self._defined and self._before == "commit":
            self._hold("COMMIT")

    def _hold(self, statement: str) -> None:
        if not self._passed:
            self._passed = True
            self._ask({"gate": _short(statement)})


class Trace(Instrument):
    """Tells when a statement begins and when it is over, so that one that waits can be seen."""

    def __init__(self, tell: Callable[[dict[str, Any]], object]) -> None:
        self._tell = tell

    def _begin(self, undo: ExitStack) -> None:
        listen(
            undo,
            (Engine, "before_cursor_execute", self._begins),
            (Engine, "after_cursor_execute", self._ends),
            # A statement that fails has no `after_cursor_execute`.
            (Engine, "handle_error", self._ends),
        )

    def _begins(self, conn: Connection, cursor: Any, statement: str, *_: Any) -> None:
        self._tell({"statement": _short(statement)})

    def _ends(self, *_: Any) -> None:
        self._tell({"statement": ""})


def _short(statement: str) -> str:
    return " ".join(statement.split())[:80]
