"""Blocking drivers that requests wait for on an event loop."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

from sqlalchemy.engine import Connection, Engine

from .attribution import caller, exchange_of_team, running_task
from .exchange import Exchange
from .instrument import Instrument
from .listening import Listening, listen_guarded
from .recorder import Recorder


class BlockingDrivers(Instrument):
    """Keeps in `seen` the transactions of blocking drivers that requests of a team's tests began.

    A test itself may use such a driver as it likes: nobody else waits for its loop. Transactions
    are looked at, and not each statement, so that it costs little.
    """

    def __init__(self, recorder: Recorder) -> None:
        self.seen: list[tuple[Exchange, str]] = []
        self._recorder = recorder

    def _begin(self, undo: ExitStack) -> None:
        listeners: tuple[Listening, ...] = (
            (Engine, "begin", self._began),
            (Engine, "savepoint", self._began_within),
        )
        recorder = self._recorder
        listen_guarded(undo, *listeners, faults=recorder.faults, applies=recorder.applies)

    def _began(self, conn: Connection) -> None:
        if conn.dialect.is_async or running_task() is None:
            return
        exchange = exchange_of_team()
        if exchange is not None and exchange.request.method:
            self.seen.append((exchange, f"{conn.dialect.driver} at {caller()}"))

    def _began_within(self, conn: Connection, name: Any) -> None:
        self._began(conn)
