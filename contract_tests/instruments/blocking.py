"""Blocking drivers that requests wait for on an event loop."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

from sqlalchemy.engine import Connection, Engine

from .attribution import exchange_of_team, running_task
from .exchange import Event, Exchange
from .instrument import Instrument
from .listening import Listening, listen_guarded
from .recorder import Recorder


class BlockingDrivers(Instrument):
    """Keeps in `seen` the statements of blocking drivers that requests of a team's tests made.

    A test itself may use such a driver as it likes: nobody else waits for its loop.
    """

    def __init__(self, recorder: Recorder) -> None:
        self.seen: list[tuple[Exchange, Event, str]] = []
        self._recorder = recorder

    def _begin(self, undo: ExitStack) -> None:
        listener: Listening = (Engine, "after_cursor_execute", self._executed)
        recorder = self._recorder
        listen_guarded(undo, listener, faults=recorder.faults, applies=recorder.applies)

    def _executed(self, conn: Connection, *_: Any) -> None:
        if conn.dialect.is_async or running_task() is None:
            return
        exchange = exchange_of_team()
        if exchange is not None and exchange.request.method and exchange.of("sql"):
            self.seen.append((exchange, exchange.of("sql")[-1], conn.dialect.driver))
