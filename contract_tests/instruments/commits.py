"""The COMMIT of what an exchange has written: before its answer was complete, or after it."""

from __future__ import annotations

from contextlib import ExitStack
from inspect import CO_ASYNC_GENERATOR, CO_GENERATOR
from weakref import WeakSet

from sqlalchemy.engine import Connection, Engine
from sqlalchemy.orm import Session

from . import app_calls
from .attribution import caller, exchange_of_team, frames, is_app, is_installed
from .exchange import Event, Exchange
from .instrument import Instrument
from .listening import Listening, listen_guarded
from .private import connections_of
from .recorder import Recorder, number_of

WITHIN = "(of the session; the transaction around it stays open)"
"""The words for a COMMIT that the database does not see."""


class Commits(Instrument):
    """Sees of the commits of a team's tests what their order does not tell.

    A fixture may begin a transaction on the connection that it gives to a session: the COMMIT of
    the service then is a released savepoint, or nothing at all, and is recorded here.
    `after_yield` are the exchanges that were committed, after their answer, by a dependency: a
    task in the background commits late as well, and on purpose.
    """

    def __init__(self, recorder: Recorder) -> None:
        self.after_yield: WeakSet[Exchange] = WeakSet()
        self._recorder = recorder

    def _begin(self, undo: ExitStack) -> None:
        recorder = self._recorder
        listeners: tuple[Listening, ...] = (
            (Session, "after_commit", self._session_committed),
            (Engine, "commit", self._committed),
        )
        listen_guarded(undo, *listeners, faults=recorder.faults, applies=recorder.applies)

    def _session_committed(self, session: Session) -> None:
        if session.get_nested_transaction() is not None:
            return  # a savepoint of the service's own
        for connection in connections_of(session):
            if connection.in_transaction():
                self._recorder.record("commit", number_of(connection), WITHIN, caller())
                self._committed(connection)

    def _committed(self, conn: Connection) -> None:
        exchange = exchange_of_team()
        if exchange is not None and exchange.complete and _is_in_dependency():
            self.after_yield.add(exchange)


def write_before_answer(exchange: Exchange) -> Event | None:
    """Give the last write before the answer, or of all if there was none; None without a write.

    Behind the answer come tasks in the background, and of a GET no others count.
    """
    answered = _answered(exchange)
    early = [write for write in exchange.writes if write.order < answered]
    late = exchange.writes if exchange.request.method != "GET" else ()
    return next(reversed(early or late), None)


def commit_of(write: Event, exchange: Exchange) -> Event | None:
    """Give the first COMMIT after a write on its connection; None if there is none."""
    commits = exchange.of("commit")
    later = (c for c in commits if c.order > write.order and c.connection == write.connection)
    return next(later, None)


def lateness(commit: Event, exchange: Exchange) -> str:
    """Say that a COMMIT came, or ended, only after the answer; an empty text if it did not."""
    if commit.order in exchange.unfinished:
        return "ended only after the answer had been sent"
    return "" if commit.order < _answered(exchange) else "came only after the answer had been sent"


def _is_in_dependency() -> bool:
    """Return whether this runs in a generator of the app that its framework goes on with.

    One that the app goes on with itself is a context manager, such as a task in the background has.
    """
    is_generator = False
    for frame in frames(until=app_calls.__file__):
        code = frame.f_code
        if is_app(code.co_filename):
            is_generator = bool(code.co_flags & (CO_GENERATOR | CO_ASYNC_GENERATOR))
        elif is_generator and is_installed(code.co_filename):
            return True
    return False


def _answered(exchange: Exchange) -> int:
    return next((event.order for event in exchange.of("response end")), 0)
