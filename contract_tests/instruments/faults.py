"""Let a chosen database call of a request fail, as the database itself would fail it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from types import TracebackType
from typing import Any, Literal, Protocol, Self

from sqlalchemy.engine import Connection, Dialect, Engine
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import Pool, PoolProxiedConnection, SingletonThreadPool, StaticPool

from ..databases.driver_errors import (
    has_transaction,
    lose_answer,
    refuse_commit,
    refuse_statement,
    refusing_commit,
    sever,
    why_commit_is_safe,
)
from ..databases.redirects import Redirect, nowhere
from .attribution import caller, serves_a_request
from .call_interceptor import Call, CallInterceptor
from .instrument import Instrument
from .listening import listen
from .private import is_autocommit, pool_of

FaultPoint = Literal["statement", "write", "commit", "call", "connect"]
Strike = Literal["error", "disconnect", "lost", "refused", "busy"]
Proceed = Callable[[], Any]
SAVEPOINTS = ("SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK TO")
"""No server refuses these, and what comes of it if one did is no service's fault."""

IN_ONE_CONNECTION = (StaticPool, SingletonThreadPool)


class Fault(Protocol):
    """The record of a disturbance: how often it struck, the call and the app's line."""

    seen: int
    fired: int
    idle: int
    what: str
    where: str

    def __enter__(self) -> Self:
        """Begin to disturb."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop disturbing and remove every listener."""


class Faults(Instrument):
    """Fails the `k`-th database call at a `place` of the requests inside the block, once.

    `place`: "statement" counts every SQL, "write" that which changes rows, "commit" each COMMIT
    of changed rows, "call" all of these and each ROLLBACK that has something to undo, "connect"
    each new connection. `strike` is what happens there:

    - "error": the server refuses the call; a transaction whose COMMIT it refuses is over;
    - "disconnect": the connection breaks, then the call is made (only over a network);
    - "lost": the COMMIT is carried out, and the connection breaks before it is acknowledged;
    - "refused": the connection is led to where nothing answers;
    - "busy": the COMMIT is refused and its transaction stays open (only where that can be).

    The error is the driver's and rises inside SQLAlchemy's own call, so that wrapping it and
    cleaning up are SQLAlchemy's. `seen` counts the calls at the place that came through, `fired`
    the faults, `idle` the COMMITs that had nothing to do; `what` is the call that failed and
    `where` the app's line that asked. Warm the app up first: what it says on a new connection
    counts too. Calls that `applies` denies are neither counted nor struck.

        with Faults("commit") as faults:
            exchange = service.create()
        assert faults.fired
    """

    def __init__(
        self,
        place: FaultPoint,
        k: int = 1,
        strike: Strike = "error",
        lead: Redirect = nowhere,
        applies: Callable[[], bool] = lambda: True,
    ) -> None:
        self.place = place
        self.k = k
        self.seen = 0
        self.fired = 0
        self.idle = 0
        self.what = ""
        self.where = ""
        self._strike = strike
        self._lead = lead
        self._applies = applies
        self._wrote: set[int] = set()
        self._interceptor = CallInterceptor(self._visit)

    def _begin(self, undo: ExitStack) -> None:
        listen(undo, (Engine, "begin", self._begins))
        undo.enter_context(self._interceptor)

    def _begins(self, conn: Connection) -> None:
        # A connection that broke had no COMMIT to clear its key, and a new one may have the same.
        self._wrote.discard(_key(conn.connection))

    def _visit(self, call: Call, proceed: Proceed) -> Any:
        if not (self._counts(call) and self._applies()):
            return proceed()
        self.seen += 1
        if self.seen != self.k:
            return proceed()
        self.fired += 1
        self.what = str(call)
        self.where = caller()
        return strike(self._strike, call, proceed, self._lead)

    def _counts(self, call: Call) -> bool:
        """Return whether this call is at the place; notes what has been written on the way."""
        if call.connection is None:
            return self.place == "connect"
        if call.kind == "statement":
            if self._strike == "error" and call.text.upper().startswith(SAVEPOINTS):
                return False
            # In autocommit mode no COMMIT follows that could be struck.
            if call.writes and not is_autocommit(call.root):
                self._wrote.add(_key(call.connection))
            return self.place in {"statement", "call"} or (self.place == "write" and call.writes)
        wrote = _key(call.connection) in self._wrote
        self._wrote.discard(_key(call.connection))
        if call.kind == "rollback":
            # No server refuses a ROLLBACK; only a connection that breaks is in its way.
            return self.place == "call" and self._strike == "disconnect" and has_work_to_undo(call)
        if not wrote or self.place not in {"commit", "call"}:
            return False
        # SQLAlchemy commits also where the driver has begun nothing: no message is sent then.
        is_idle = not has_transaction(call.connection) or self._is_safe(call)
        self.idle += is_idle
        return not is_idle

    def _is_safe(self, call: Call) -> bool:
        if self._strike != "busy" or call.connection is None:
            return False
        return bool(why_commit_is_safe(call.dialect, call.connection))


def has_work_to_undo(call: Call) -> bool:
    """Return whether a ROLLBACK would have anything to do, as far as the driver tells."""
    return call.connection is not None and has_transaction(call.connection)


def strike(kind: Strike, call: Call, proceed: Proceed, lead: Redirect) -> Any:
    """Let this call fail in the way of `kind`."""
    if kind == "refused" or call.connection is None:
        # Changes the arguments in place: `proceed` hands on the same objects.
        lead(call.dialect.name, *call.arguments)
        return proceed()
    if kind == "lost":
        done = proceed()
        lose_answer(call.connection)
        return done
    if kind == "disconnect":
        sever(call.connection)
        return proceed()
    if kind == "busy":
        with refusing_commit(call.dialect, call.connection):
            return proceed()
    if call.kind == "commit":
        refuse_commit(call.dialect, call.connection)
    refuse_statement(call.dialect, call.connection)
    return None


class Cold(Instrument):
    """Makes requests inside the block connect anew, whatever their pool holds.

    Pools that keep one connection for ever are spared, since a database may live in it.
    """

    def __init__(self) -> None:
        self._new: set[int] = set()

    def _begin(self, undo: ExitStack) -> None:
        listen(undo, (Pool, "connect", self._connected), (Pool, "checkout", self._discard))

    def _connected(self, dbapi_connection: Any, connection_record: Any) -> None:
        self._new.add(id(dbapi_connection))

    def _discard(
        self, dbapi_connection: Any, connection_record: Any, connection_proxy: PoolProxiedConnection
    ) -> None:
        """Make the pool connect anew, and let what comes of it pass."""
        is_spared = isinstance(pool_of(connection_proxy), IN_ONE_CONNECTION)
        if serves_a_request() and not is_spared and id(dbapi_connection) not in self._new:
            # The pool connects once more and asks again. Raised for the new connection as well,
            # this would end in an InvalidRequestError that no database has caused.
            raise DisconnectionError


class Unreachable(Instrument):
    """Redirects the connections of requests inside the block to an address without a database.

    Pooled connections are discarded when a request takes them, and new ones go where `lead` sends
    them, which should be where nothing answers. `fired` counts the attempts to connect.
    """

    def __init__(self, lead: Redirect) -> None:
        self._lead = lead
        self.seen = 0
        self.fired = 0
        self.idle = 0
        self.what = "CONNECT"
        self.where = ""

    def _begin(self, undo: ExitStack) -> None:
        listen(undo, (Engine, "do_connect", self._connects))
        undo.enter_context(Cold())

    def _connects(
        self, dialect: Dialect, conn_rec: Any, cargs: list[Any], cparams: dict[str, Any]
    ) -> None:
        self.seen += serves_a_request()
        if serves_a_request() and self._lead(dialect.name, cargs, cparams):
            self.fired += 1
            self.where = caller()


def _key(connection: PoolProxiedConnection) -> int:
    """Return a key of a connection among the open ones; drivers' own objects allow no more."""
    return id(connection.dbapi_connection)
