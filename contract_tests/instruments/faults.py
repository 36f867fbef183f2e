"""Let a chosen database call of a request fail, as the database itself would fail it."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from types import TracebackType
from typing import Any, Literal, Protocol, Self

from sqlalchemy import event
from sqlalchemy.engine import Connection, Dialect, Engine
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import PoolProxiedConnection, SingletonThreadPool, StaticPool

from ..databases.redirects import Redirect
from ..databases.sabotage import has_transaction, refuse_commit, refuse_statement
from .attribution import caller, current, is_observed
from .exchange import Event
from .ledger import Ledger, is_autocommit

Point = Literal["statement", "write", "commit"]
Commit = Callable[[Any, PoolProxiedConnection], None]
IN_ONE_CONNECTION = (StaticPool, SingletonThreadPool)


class Fault(Protocol):
    """What a disturbance tells: how often it struck."""

    fired: int
    idle: int

    def __enter__(self) -> Self:
        """Begin to disturb."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Leave nothing behind."""


class Faults:
    """Fails the `k`-th database call at a `point` of the requests inside the block, once.

    "statement" counts every SQL, "write" that which changes rows, "commit" each COMMIT of changed
    rows. The error is the driver's and rises inside SQLAlchemy's own call, so that wrapping it and
    cleaning up are SQLAlchemy's. `seen` counts the calls at the point that came through, `fired`
    the faults, `idle` the COMMITs that had nothing to do; `where` is the app's line that asked.
    Warm the app up first: what it says on a new connection counts too.

        with Faults("commit") as faults:
            exchange = service.create()
        assert faults.fired
    """

    def __init__(self, point: Point, k: int = 1) -> None:
        self.point = point
        self.k = k
        self.seen = 0
        self.fired = 0
        self.idle = 0
        self.where = ""
        self._wrote: set[int] = set()
        self._undo = ExitStack()

    def __enter__(self) -> Self:
        """Stand between SQLAlchemy and the drivers."""
        with ExitStack() as undo:
            _listen(undo, "do_execute", self._executes)
            _listen(undo, "do_executemany", self._executes)
            _listen(undo, "do_execute_no_params", self._executes_alone)
            _listen(undo, "begin", self._begins)
            # There is no event inside SQLAlchemy's own handling of a COMMIT that fails.
            for kind in _committing(DefaultDialect):
                original = vars(kind)["do_commit"]
                undo.callback(setattr, kind, "do_commit", original)
                kind.do_commit = self._instead_of(original)
            self._undo = undo.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Get out of the way."""
        self._undo.close()

    def _begins(self, conn: Connection) -> None:
        self._wrote.discard(_key(conn.connection))

    def _executes_alone(self, cursor: Any, statement: str, context: Any) -> None:
        self._executes(cursor, statement, None, context)

    def _executes(self, cursor: Any, statement: str, parameters: Any, context: Any) -> None:
        if not _serves_a_request():
            return
        asking: Connection = context.root_connection
        writes = Event(order=0, moment=0.0, kind="sql", text=statement).writes
        if writes and not is_autocommit(asking):
            self._wrote.add(_key(asking.connection))
        if self.point == "statement" or (self.point == "write" and writes):
            self._count(asking.dialect, asking.connection, refuse_statement)

    def _instead_of(self, original: Commit) -> Commit:
        def do_commit(dialect: Dialect, connection: PoolProxiedConnection) -> None:
            # A subclass may call its parent's: whoever is asked first takes the mark away.
            if _serves_a_request() and _key(connection) in self._wrote:
                self._wrote.discard(_key(connection))
                if self.point == "commit" and not has_transaction(connection):
                    self.idle += 1
                elif self.point == "commit":
                    self._count(dialect, connection, refuse_commit)
            original(dialect, connection)

        return do_commit

    def _count(
        self,
        dialect: Dialect,
        connection: PoolProxiedConnection,
        refuse: Callable[[Dialect, PoolProxiedConnection], None],
    ) -> None:
        self.seen += 1
        if self.seen == self.k:
            self.fired += 1
            self.where = caller()
            refuse(dialect, connection)


class Unreachable:
    """Lets the requests inside the block find no database: their connections are led astray.

    Pooled connections are discarded when a request takes them, and new ones go where `lead` sends
    them, which should be where nothing answers. Engines that keep one connection for
    ever are spared, since a database may live in it. `fired` counts the attempts to connect.
    """

    def __init__(self, ledger: Ledger, lead: Redirect) -> None:
        self._ledger = ledger
        self._lead = lead
        self.fired = 0
        self.idle = 0
        self._discarded: weakref.WeakSet[PoolProxiedConnection] = weakref.WeakSet()
        self._undo = ExitStack()

    def __enter__(self) -> Self:
        """Lead astray."""
        with ExitStack() as undo:
            _listen(undo, "do_connect", self._connects)
            for engine in list(self._ledger.engines):
                if not isinstance(engine.pool, IN_ONE_CONNECTION):
                    event.listen(engine.pool, "checkout", self._discard)
                    undo.callback(event.remove, engine.pool, "checkout", self._discard)
            self._undo = undo.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Let connections go where they ask."""
        self._undo.close()

    def _connects(
        self, dialect: Dialect, conn_rec: Any, cargs: list[Any], cparams: dict[str, Any]
    ) -> None:
        if _serves_a_request() and self._lead(dialect.name, cargs, cparams):
            self.fired += 1

    def _discard(
        self, dbapi_connection: Any, connection_record: Any, connection_proxy: PoolProxiedConnection
    ) -> None:
        """Make the pool connect anew, and let what comes of it pass."""
        if _serves_a_request() and connection_proxy not in self._discarded:
            self._discarded.add(connection_proxy)
            raise DisconnectionError


def _serves_a_request() -> bool:
    return is_observed() and current.get() is not None


def _key(connection: PoolProxiedConnection) -> int:
    """What tells a connection from others that are open; drivers' own objects allow no more."""
    return id(connection.dbapi_connection)


def _listen(undo: ExitStack, name: str, listener: Callable[..., None]) -> None:
    event.listen(Engine, name, listener)
    undo.callback(event.remove, Engine, name, listener)


def _committing(kind: type[Any]) -> Iterator[type[Any]]:
    """The dialect classes, of whatever driver is loaded now, that say how to commit."""
    if "do_commit" in vars(kind):
        yield kind
    for narrower in kind.__subclasses__():
        yield from _committing(narrower)
