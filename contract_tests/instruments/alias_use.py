"""Statements by the address that their engine was given: the database's own, or its alias."""

from __future__ import annotations

import weakref
from contextlib import ExitStack
from typing import Any, NamedTuple

from sqlalchemy.engine import Connection, Engine

from ..databases.redirects import is_alias
from ..databases.unobserved import is_observed
from .attribution import caller
from .instrument import Instrument
from .listening import listen_guarded
from .recorder import number_of


class Statement(NamedTuple):
    """A statement: whether its engine has the alias for its address, and the app's line."""

    by_alias: bool
    text: str
    where: str


class AliasUse(Instrument):
    """Keeps the statements until they are taken, and which connections are known by an alias.

    `engines` are those that have asked anything, and whether they have the alias for an address.
    """

    def __init__(self) -> None:
        self.faults: list[str] = []
        self.numbers: dict[int | None, bool] = {}
        self.engines: weakref.WeakKeyDictionary[Engine, bool] = weakref.WeakKeyDictionary()
        self._statements: list[Statement] = []

    def _begin(self, undo: ExitStack) -> None:
        listener = (Engine, "before_cursor_execute", self._executes)
        listen_guarded(undo, listener, faults=self.faults, applies=is_observed)

    def take(self) -> list[Statement]:
        """Give what was asked since the last time."""
        taken, self._statements = self._statements, []
        return taken

    def _executes(self, conn: Connection, cursor: Any, statement: str, *_: Any) -> None:
        by_alias = is_alias(conn.engine.url)
        self.engines[conn.engine] = by_alias
        self.numbers[number_of(conn)] = by_alias
        self._statements.append(Statement(by_alias, statement, caller()))
