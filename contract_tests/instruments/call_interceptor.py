"""The one place that every database call passes, whatever engine, dialect and driver it is of."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import greenlet
from sqlalchemy.engine import Dialect
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.pool import PoolProxiedConnection

from .attribution import serves_a_request
from .exchange import Event
from .instrument import Instrument

CallKind = Literal["connect", "statement", "commit", "rollback"]
NAMES: dict[str, CallKind] = {
    "connect": "connect",
    "do_execute": "statement",
    "do_executemany": "statement",
    "do_execute_no_params": "statement",
    "do_commit": "commit",
    "do_rollback": "rollback",
}
"""SQLAlchemy's documented interface of a dialect: all that an engine asks of a driver goes here.

Inside its own error handling, which the events of the same names are not.
"""


@dataclass(frozen=True)
class Call:
    """A database call that is about to be made for a request.

    `connection` and `root` are None for a connect, `arguments` are the driver's for a connect
    alone. `root` is SQLAlchemy's connection, which a COMMIT and a ROLLBACK do not know.
    """

    kind: CallKind
    dialect: Dialect
    connection: PoolProxiedConnection | None = None
    root: Any = None
    text: str = ""
    arguments: tuple[list[Any], dict[str, Any]] = ([], {})

    @property
    def writes(self) -> bool:
        """Return whether this is SQL that changes rows."""
        return Event(order=0, moment=0.0, kind="sql", text=self.text).writes

    def __str__(self) -> str:
        """The call as words of a timeline."""
        return " ".join(self.text.split())[:80] if self.text else self.kind.upper()


class Visitor(Protocol):
    """Stands before a call: `proceed` makes it, and may be left out."""

    def __call__(self, call: Call, proceed: Callable[[], Any]) -> Any:
        """Give what the call gives, or raise what it would raise."""


class CallInterceptor(Instrument):
    """Lets `visit` stand before each database call of every request, inside the block.

    Holds for dialects whose drivers are loaded when the block begins. Blocks may be nested: the
    inner one is asked first. `applies` says whose calls it stands before, if not requests'.
    """

    def __init__(self, visit: Visitor, applies: Callable[[], bool] = serves_a_request) -> None:
        self._visit = visit
        self._applies = applies
        self._inside: set[int] = set()

    def _begin(self, undo: ExitStack) -> None:
        for kind in _dialects(DefaultDialect):
            # Not what it inherits: put back on this class, that would stay there as its own.
            for name in NAMES.keys() & vars(kind).keys():
                original = vars(kind)[name]
                undo.callback(setattr, kind, name, original)
                setattr(kind, name, self._instead_of(original, NAMES[name]))

    def _instead_of(self, original: Callable[..., Any], kind: CallKind) -> Callable[..., Any]:
        @functools.wraps(original)
        def asked(dialect: Dialect, *given: Any, **named: Any) -> Any:
            # A subclass may call its parent's method: that is the same call.
            # By greenlet: requests of one loop share a thread, and await inside their calls.
            strand = id(greenlet.getcurrent())
            if strand in self._inside or not self._applies():
                return original(dialect, *given, **named)
            self._inside.add(strand)
            try:
                return self._ask(original, kind, dialect, given, named)
            finally:
                self._inside.discard(strand)

        return asked

    def _ask(
        self,
        original: Callable[..., Any],
        kind: CallKind,
        dialect: Dialect,
        given: tuple[Any, ...],
        named: dict[str, Any],
    ) -> Any:
        if kind == "connect":
            arguments = [*given], named
            call = Call(kind, dialect, arguments=arguments)
            return self._visit(call, lambda: original(dialect, *arguments[0], **arguments[1]))
        if kind == "statement":
            # SQLAlchemy gives it last in all three methods; a dialect may hand it on by its name.
            context = named.get("context") or given[-1]
            root = getattr(context, "root_connection", None)
            if root is None:  # SQLAlchemy speaks to the driver for itself
                return original(dialect, *given, **named)
            call = Call(kind, dialect, root.connection, root, str(given[1]))
        else:
            call = Call(kind, dialect, given[0])
        return self._visit(call, lambda: original(dialect, *given, **named))


def _dialects(kind: type[Any]) -> Iterator[type[Any]]:
    yield kind
    for narrower in kind.__subclasses__():
        yield from _dialects(narrower)
