"""Two workers that start at once: hold one while it makes its schema, watch the other go on."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Any, Literal, Self

from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine, ExceptionContext

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
            self._ask({"gate": _short(statement)})


class Trace:
    """Tells when a statement begins and when it is over, so that one that waits can be seen."""

    def __init__(self, tell: Callable[[dict[str, Any]], object]) -> None:
        self._tell = tell

    def __enter__(self) -> Self:
        """Start to tell."""
        event.listen(Engine, "before_cursor_execute", self._begins)
        event.listen(Engine, "after_cursor_execute", self._ends)
        event.listen(Engine, "handle_error", self._fails)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Fall silent."""
        event.remove(Engine, "before_cursor_execute", self._begins)
        event.remove(Engine, "after_cursor_execute", self._ends)
        event.remove(Engine, "handle_error", self._fails)

    def _begins(
        self,
        conn: Connection,
        cursor: Any,
        statement: str,
        parameters: Any,
        context: Any,
        executemany: bool,  # noqa: FBT001 - SQLAlchemy's signature
    ) -> None:
        self._tell({"statement": _short(statement)})

    def _ends(
        self,
        conn: Connection,
        cursor: Any,
        statement: str,
        parameters: Any,
        context: Any,
        executemany: bool,  # noqa: FBT001 - SQLAlchemy's signature
    ) -> None:
        self._tell({"statement": ""})

    def _fails(self, exception_context: ExceptionContext) -> None:
        self._tell({"statement": ""})


def _short(statement: str) -> str:
    return " ".join(statement.split())[:80]
