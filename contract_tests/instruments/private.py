"""Access to private parts of SQLAlchemy, one function for each."""

from __future__ import annotations

from typing import Any

from greenlet import greenlet
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session
from sqlalchemy.pool import Pool, PoolProxiedConnection, PoolResetState, QueuePool


def is_autocommit(conn: Connection) -> bool:
    """Return whether each statement commits itself.

    Without `Connection._is_autocommit_isolation` only the option of the connection is seen.
    """
    private = getattr(conn, "_is_autocommit_isolation", None)
    if private is not None:
        return bool(private())
    return conn.get_execution_options().get("isolation_level") == "AUTOCOMMIT"


def is_garbage(connection_record: Any, reset_state: PoolResetState) -> bool:
    """Return whether the pool got this connection from the garbage collector.

    A sync pool says so by the record's `needs_gc` (2.1), or by `fairy_ref`, the borrower it had;
    an asyncio one by refusing I/O, which is public.
    """
    if not reset_state.asyncio_safe:
        return True
    if hasattr(connection_record, "needs_gc"):
        return bool(connection_record.needs_gc)
    borrower = getattr(connection_record, "fairy_ref", None)
    return borrower is not None and borrower() is None


def is_in_commit(strand: greenlet | None) -> bool:
    """Return whether a greenlet waits, right now, for a COMMIT to be done.

    No event tells that one has ended: `do_commit` of the dialect is looked for on its stack.
    """
    frame = strand.gr_frame if strand is not None else None
    while frame is not None and frame.f_code.co_name != "do_commit":
        frame = frame.f_back
    return frame is not None


def connections_of(session: Session) -> tuple[Connection, ...]:
    """Return the connections that the outermost transaction of a session has taken so far.

    They are in `SessionTransaction._connections`, each under itself and under its engine.
    """
    found = getattr(session.get_transaction(), "_connections", {})
    return tuple({id(entry[0]): entry[0] for entry in found.values()}.values())


def overflow_limit(pool: QueuePool) -> int:
    """Return the number of connections a pool makes beyond its size; -1 if there is no limit.

    A pool tells its size and how many are lent, but not this: it is in `QueuePool._max_overflow`.
    """
    if not hasattr(pool, "_max_overflow"):
        raise LookupError(f"{type(pool).__name__} no longer has '_max_overflow': see {__name__}")
    return pool._max_overflow  # noqa: SLF001


def longest_use(pool: Pool) -> int:
    """Return the seconds after which a pool makes a connection anew; -1 for never.

    It is given to a pool when it is made, and kept in `Pool._recycle`.
    """
    if not hasattr(pool, "_recycle"):
        raise LookupError(f"{type(pool).__name__} no longer has '_recycle': see {__name__}")
    return pool._recycle  # noqa: SLF001


def is_bounded(pool: Pool | None) -> bool:
    """Return whether a pool lends so many connections at once and no more."""
    return isinstance(pool, QueuePool) and overflow_limit(pool) >= 0


def set_wait(pool: QueuePool, seconds: float) -> None:
    """Let a pool wait this long for a connection from now on.

    It is given to a pool when it is made, and kept in `QueuePool._timeout`.
    """
    if not hasattr(pool, "_timeout"):
        raise LookupError(f"{type(pool).__name__} no longer has '_timeout': see {__name__}")
    pool._timeout = seconds  # noqa: SLF001


def pool_of(proxy: PoolProxiedConnection) -> Pool | None:
    """The pool that lent a connection: `_ConnectionFairy._pool`; None where that is gone."""
    pool = getattr(proxy, "_pool", None)
    return pool if isinstance(pool, Pool) else None


def asks_for_lock(context: Any) -> bool:
    """Return whether a statement was made by `with_for_update()`.

    It is kept in `Select._for_update_arg`, whether the dialect writes it or leaves it out.
    """
    statement = getattr(getattr(context, "compiled", None), "statement", None)
    return getattr(statement, "_for_update_arg", None) is not None
