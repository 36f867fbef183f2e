"""The pool recorder and the statement log: what every engine of this process did, and for whom."""

from __future__ import annotations

import asyncio
import gc
import itertools
import time
import weakref
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import sqlalchemy
from greenlet import getcurrent, greenlet
from sqlalchemy.engine import Connection, Engine, ExceptionContext
from sqlalchemy.orm import Session
from sqlalchemy.pool import Pool, PoolResetState

from ..databases.unobserved import is_observed
from .async_generators import LATE, finalizing
from .attribution import caller, exchange_of_contract, running, running_task
from .background import Background
from .checkout import Checkout
from .driver_words import driver_words
from .event_loops import EventLoops
from .exchange import Event, Exchange, Kind
from .instrument import Instrument
from .listening import Listening, listen_guarded
from .private import is_autocommit, is_garbage, is_in_commit

NUMBER = "contract_connection"

NUMBERS = itertools.count(1)
"""The numbers of connections: those of one process, since two recorders may see the same one."""


class Recorder(Instrument):
    """Class-level SQLAlchemy listeners: they see every engine, sync or async, of any library.

    Used with `with`; the listeners are gone afterwards. An error in a listener would be the
    service's failure, so it is kept in `faults` instead of raised. `has_worked` says that an engine
    asked a database, `has_served` that one did so for a request. `lost` counts, by library, the
    connections that were given back and have never arrived. `loops` knows the event loop of each.
    `cause` gives the exchange that code runs for, `applies` says if it is to be recorded.
    """

    def __init__(
        self,
        cause: Callable[[], Exchange | None] = exchange_of_contract,
        applies: Callable[[], bool] = is_observed,
    ) -> None:
        self._cause = cause
        self.applies = applies
        self.faults: list[str] = []
        self.outside: list[Event] = []
        self.background = Background()
        self.loops = EventLoops()
        self.engines: weakref.WeakSet[Engine] = weakref.WeakSet()
        self.tasks: weakref.WeakSet[asyncio.Task[Any]] = weakref.WeakSet()
        self.has_worked = self.is_async = False  # an engine may be gone with its request
        self.has_served = False
        self.lost: Counter[str] = Counter()
        self.open: dict[int, str] = {}
        self._loans: list[Checkout] = []
        self._commits: dict[int, weakref.ref[greenlet]] = {}
        self._sessions: weakref.WeakKeyDictionary[Session, Exchange] = weakref.WeakKeyDictionary()
        self._orders = itertools.count(1)
        self._start = time.perf_counter()
        self._began: dict[Exchange, float] = {}

    def _begin(self, undo: ExitStack) -> None:
        listeners: tuple[Listening, ...] = (
            (Pool, "connect", self._connected),
            (Pool, "checkout", self._checked_out),
            (Pool, "checkin", self._checked_in),
            (Pool, "reset", self._reset),
            (Pool, "invalidate", self._invalidated),
            (Pool, "close", self._closed),
            (Pool, "detach", self._detached),
            (Engine, "begin", self._began_transaction),
            (Engine, "commit", self._committed),
            (Engine, "rollback", self._rolled_back),
            (Engine, "before_cursor_execute", self._executes),
            (Engine, "handle_error", self._failed),
            (Session, "after_begin", self._session_began),
        )
        listen_guarded(undo, *listeners, faults=self.faults, applies=self.applies)

    @property
    def pools(self) -> tuple[Pool, ...]:
        """The pools of the engines it has seen; those that were derived from another share one."""
        return tuple({id(engine.pool): engine.pool for engine in list(self.engines)}.values())

    @property
    def loans(self) -> tuple[Checkout, ...]:
        """Every loan that the recorder still knows."""
        return tuple(self._loans)

    def tick(self) -> int:
        """Give a number between those of the events before and after it."""
        return next(self._orders)

    def outstanding(self, owner: Exchange | None) -> tuple[Checkout, ...]:
        """The loans of `owner` that are still out (None: those made outside any request)."""
        return tuple(loan for loan in self._loans if loan.owner is owner and loan.is_out)

    def lose(self, owner: Exchange) -> tuple[Checkout, ...]:
        """Count the loans of `owner` that it has given back and that no pool has, and return them.

        SQLAlchemy before 2.0.56 forgets one whose return is cancelled.
        """
        lost = tuple(loan for loan in self.outstanding(owner) if loan.is_given_back)
        self.lost.update({f"SQLAlchemy {sqlalchemy.__version__}": len(lost)} if lost else {})
        return lost

    def lent_to_requests(self) -> tuple[Checkout, ...]:
        """Every loan made for a request that the recorder still knows."""
        return tuple(loan for loan in self._loans if loan.owner is not None)

    def live_sessions(self) -> int:
        """The number of sessions still in memory that began a transaction for a request."""
        # A session that was closed may wait in a cycle: what counts is what the app still holds.
        gc.collect()
        return len(self._sessions)

    def forget(self, owner: Exchange) -> None:
        """Drop what is no longer needed of an exchange that is over."""
        # Those that are still out can be taken back, and their return has an owner.
        self._loans = [loan for loan in self._loans if loan.owner is not owner or loan.is_out]
        self._began.pop(owner, None)

    def unfinished(self) -> frozenset[int]:
        """The orders of the COMMITs that have begun and not ended, of asyncio drivers."""
        self._commits = {order: one for order, one in self._commits.items() if is_in_commit(one())}
        return frozenset(self._commits)

    def record(
        self, kind: Kind, connection: int | None = None, text: str = "", where: str = ""
    ) -> Event:
        """Write an event into the exchange that is under way, or into `outside`."""
        return self._write(self._cause(), kind, connection, text, where)

    def _write(
        self, owner: Exchange | None, kind: Kind, connection: int | None, text: str, where: str
    ) -> Event:
        now = time.perf_counter()
        began = self._beginning(owner, now) if owner is not None else now
        moment, order = now - began, next(self._orders)
        entry = Event(order, moment, kind, connection, text, where, running())
        (owner.events if owner is not None else self.outside).append(entry)
        if owner is None:
            self.background.note(entry)
        return entry

    def _beginning(self, owner: Exchange, now: float) -> float:
        """Return when an exchange began; its first event says so."""
        began = self._began.get(owner)
        if began is None:
            began = self._began[owner] = now
            owner.began = now - self._start
        return began

    def _connected(self, dbapi_connection: Any, connection_record: Any) -> None:
        number = _numbered(connection_record)
        self.loops.opened(number, dbapi_connection)
        self.open[number] = caller()

    def _checked_out(
        self, dbapi_connection: Any, connection_record: Any, connection_proxy: Any
    ) -> None:
        number = _numbered(connection_record)
        where, owner = caller(), self._cause()
        proxy, order = weakref.ref(connection_proxy), next(self._orders)
        self._loans.append(Checkout(number, owner, where, proxy, order, connection_record))
        self._write(owner, "checkout", number, "", where)
        self.loops.lent(number, dbapi_connection, is_for_request=owner is not None)

    def _checked_in(self, dbapi_connection: Any, connection_record: Any) -> None:
        number = connection_record.info.get(NUMBER, 0)
        for loan in self._loans:
            if loan.record is connection_record:
                # A reconnect that failed has cleared `info`, and the number in it.
                number, loan.is_returned = number or loan.connection, True
        text = "" if dbapi_connection is not None else "without its connection"
        if finalizing.get():
            gone = f"{LATE} {finalizing.get()}, an async generator that the app abandoned"
            self._write(self._owner(number), "reclaimed", number, gone, "")
        self._write(self._owner(number), "checkin", number, text, "")

    def _reset(
        self, dbapi_connection: Any, connection_record: Any, reset_state: PoolResetState
    ) -> None:
        number = connection_record.info.get(NUMBER, 0)
        if is_garbage(connection_record, reset_state):
            text = "by the garbage collector: the app never returned it"
            self._write(self._owner(number), "reclaimed", number, text, "")
            return
        for loan in self._loans:
            loan.is_given_back |= loan.record is connection_record
        if not reset_state.transaction_was_reset:
            self._write(self._owner(number), "rollback", number, "(on return to the pool)", "")

    def _invalidated(self, dbapi_connection: Any, connection_record: Any, exception: Any) -> None:
        number = connection_record.info.get(NUMBER, 0)
        # Its name alone: an exception that is kept keeps frames, and they keep cursors and locks.
        self._write(self._owner(number), "invalidated", number, type(exception).__name__, "")

    def _closed(self, dbapi_connection: Any, connection_record: Any) -> None:
        self.open.pop(connection_record.info.get(NUMBER, 0), None)

    def _detached(self, dbapi_connection: Any, connection_record: Any) -> None:
        self.open.pop(connection_record.info.get(NUMBER, 0), None)
        for loan in self._loans:
            if loan.record is connection_record:
                loan.record = None  # it stays with its borrower; the record serves others

    def _owner(self, number: int) -> Exchange | None:
        """The last borrower of a connection: garbage and teardown run in foreign contexts."""
        for loan in reversed(self._loans):
            if loan.connection == number:
                return loan.owner
        return self._cause()

    def _works(self, conn: Connection) -> None:
        self.engines.add(conn.engine)
        self.has_worked = True
        self.has_served = self.has_served or self._cause() is not None
        self.is_async |= conn.dialect.is_async
        task = running_task()
        if task is not None:
            self.tasks.add(task)

    def _began_transaction(self, conn: Connection) -> None:
        self._works(conn)
        self.record("begin", number_of(conn))

    def _committed(self, conn: Connection) -> None:
        # The event comes before the driver's call, and none comes after it: `unfinished` asks.
        begun = self.record("commit", number_of(conn), "", caller())
        # Weakly: a greenlet keeps the frames of its request.
        self._commits[begun.order] = weakref.ref(getcurrent())

    def _rolled_back(self, conn: Connection) -> None:
        self.record("rollback", number_of(conn), "", caller())

    def _executes(
        self, conn: Connection, cursor: Any, statement: str, parameters: Any, context: Any, *_: Any
    ) -> None:
        self._works(conn)
        owner, number = self._cause(), number_of(conn)
        # Adapters of asyncio drivers fetch all rows at once, unless they are streamed.
        if owner and (context.execution_options.get("stream_results") or not conn.dialect.is_async):
            owner.lazy.add(number)
        self._write(owner, "sql", number, statement, caller())
        if is_autocommit(conn):
            # The statement was one, whatever SQLAlchemy may tell of later.
            self._write(owner, "commit", number, "(autocommit)", "")

    def _failed(self, exception_context: ExceptionContext) -> None:
        self.record("failed", None, driver_words(exception_context.original_exception))

    def _session_began(self, session: Session, transaction: Any, connection: Connection) -> None:
        owner = self._cause()
        if owner is None:
            return
        first = self._sessions.setdefault(session, owner)
        if first is not owner:
            owner.shared_sessions.append(
                f"began its transaction at {caller()}; first used by "
                f"request #{first.number} {first.request}"
            )


def _numbered(connection_record: Any) -> int:
    """Give a connection its number, also one that was opened before anybody recorded."""
    # Adapters of asyncio drivers have slots: they take no attribute and no weak reference.
    info = connection_record.info
    return int(info[NUMBER] if NUMBER in info else info.setdefault(NUMBER, next(NUMBERS)))


def number_of(conn: Connection) -> int | None:
    """The recorder's number of the connection behind `conn`; None if that is gone."""
    if conn.invalidated:  # SQLAlchemy would raise, or connect anew
        return None
    number = conn.connection.info.get(NUMBER)
    return number if isinstance(number, int) else None
