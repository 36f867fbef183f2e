"""Hold a start-up at a chosen point of making its schema, so that another can overtake it."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Any, Literal, Self

from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine

Point = Literal["create", "commit"]
DEFINING = ("CREATE TABLE", "CREATE TYPE", "CREATE INDEX", "CREATE UNIQUE", "ALTER TABLE")


class Gate:
    """Calls `ask` once, before the first statement that defines schema or before its COMMIT.

    The thread that runs the statement waits for `ask` to return.
    """

    def __init__(self, before: Point, ask: Callable[[dict[str, Any]], object]) -> None:
        self._before = before
        self._ask = ask
        self._defined = False
        self._passed = False

    def __enter__(self) -> Self:
        """Stand in the way."""
        event.listen(Engine, "before_cursor_execute", self._executes)
        event.listen(Engine, "commit", self._commits)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Get out of the way."""
        event.remove(Engine, "before_cursor_execute", self._executes)
        event.remove(Engine, "commit", self._commits)

    def _executes(
        self,
        conn: Connection,
        cursor: Any,
        statement: str,
        parameters: Any,
        context: Any,
        executemany: bool,  # noqa: FBT001 - SQLAlchemy's signature
    ) -> None:
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
            self._ask({"gate": " ".join(statement.split())[:80]})
