"""Misuse of connections by running requests: two at once, on the event loop, in two tasks."""

from __future__ import annotations

import asyncio
import threading
from contextlib import ExitStack
from typing import Any

from sqlalchemy.engine import Connection, Engine
from sqlalchemy.pool import Pool

from .attribution import caller, current, running_task, serves_a_request
from .blocking_calls import BlockingCalls
from .exchange import Exchange
from .instrument import Instrument
from .listening import listen_guarded
from .private import is_bounded, pool_of
from .recorder import number_of


class Usage(Instrument):
    """Listens, while it is entered, to what the requests of this process do with connections.

    Each list has a line for everything that was seen: `doubled` are connections taken while
    another of the same bounded pool was out, `blocking` what was waited for in the thread of an
    event loop, `overlapping` the statements begun on a connection while another task's ran on it.
    Errors of the kit are kept in `faults`.
    """

    def __init__(self) -> None:
        self.doubled: list[str] = []
        self.blocking: list[str] = []
        self.overlapping: list[str] = []
        self.faults: list[str] = []
        self._out: dict[int, tuple[Exchange, Pool, str]] = {}
        self._running: dict[int, tuple[object, str]] = {}

    def _begin(self, undo: ExitStack) -> None:
        # Before the listeners, so undone after them: nothing is added any more.
        undo.callback(self._running.clear)
        undo.callback(self._out.clear)
        listeners = (
            (Pool, "checkout", self._checked_out),
            (Pool, "checkin", self._given_up),
            (Pool, "detach", self._given_up),
            (Engine, "before_cursor_execute", self._begins),
            (Engine, "after_cursor_execute", self._ends),
            (Engine, "handle_error", self._ends),
        )
        undo.enter_context(BlockingCalls(self._waited, serves_a_request))
        listen_guarded(undo, *listeners, faults=self.faults, applies=serves_a_request)

    def _checked_out(
        self, dbapi_connection: Any, connection_record: Any, connection_proxy: Any
    ) -> None:
        owner, pool, where = current.get(), pool_of(connection_proxy), caller()
        if owner is None or pool is None or not is_bounded(pool):
            return  # a pool without a bound never lets a request wait
        for other, its_pool, its_where in self._out.values():
            if other is owner and its_pool is pool:
                self.doubled.append(f"taken at {where} while one taken at {its_where} was out")
        self._out[id(connection_record)] = (owner, pool, where)

    def _given_up(self, dbapi_connection: Any, connection_record: Any) -> None:
        self._out.pop(id(connection_record), None)

    def _begins(self, conn: Connection, cursor: Any, statement: str, *_: Any) -> None:
        where, strand, number = caller(), _strand(), number_of(conn)
        words = f"{' '.join(statement.split())[:60]!r} at {where}"
        if not conn.dialect.is_async and isinstance(strand, asyncio.Task):
            self.blocking.append(f"{words} by {conn.dialect.driver}")
        if number is None:
            return
        running, its_words = self._running.setdefault(number, (strand, words))
        if running != strand:
            self.overlapping.append(f"{words} while {its_words} ran on conn {number}")

    def _waited(self, words: str) -> None:
        if words not in self.blocking:  # a client reads its answer in many parts
            self.blocking.append(words)

    def _ends(self, *_: Any) -> None:
        strand = _strand()
        # By what runs it: not every error that SQLAlchemy tells of has a connection.
        self._running = {n: seen for n, seen in self._running.items() if seen[0] != strand}


def _strand() -> object:
    """Return what runs this code: a task of an event loop, or else a thread."""
    return running_task() or threading.get_ident()
