"""The waits of a team's requests in the thread of their event loop."""

from __future__ import annotations

import threading
from contextlib import ExitStack
from typing import Any

from sqlalchemy.engine import Connection, Engine

from .attribution import caller, exchange_of_team, running_task
from .blocking_calls import BlockingCalls
from .exchange import Exchange
from .instrument import Instrument
from .listening import Listening, listen_guarded
from .recorder import Recorder


class LoopWaits(Instrument):
    """Keeps in `seen` the blocking calls of requests, and their transactions of blocking drivers.

    A test itself may wait as it likes: nobody else waits for its loop. Transactions are looked
    at, and not each statement, so that it costs little.
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
        undo.enter_context(BlockingCalls(self._waited, recorder.applies))

    def _began(self, conn: Connection) -> None:
        if not conn.dialect.is_async and running_task() is not None:
            self._waited(f"{conn.dialect.driver} at {caller()}")

    def _began_within(self, conn: Connection, name: Any) -> None:
        self._began(conn)

    def _waited(self, words: str) -> None:
        exchange = exchange_of_team()
        if exchange is None or not exchange.request.method:
            return
        is_known = (exchange, words) in self.seen
        if exchange.thread == threading.get_ident() and not is_known:
            self.seen.append((exchange, words))
