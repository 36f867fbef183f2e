"""Refuse what is asked of every database or pool of this process, as long as a block lasts."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import Pool, QueuePool

from ..databases.driver_errors import has_transaction, refuse_call, refuse_commit
from ..databases.unobserved import is_observed
from .call_interceptor import Call, CallInterceptor
from .instrument import Instrument
from .interception import Interception
from .joined_commits import JoinedCommits
from .private import overflow_limit


class Refusals(Instrument):
    """An instrument that counts in `refused` what it has refused; `spared` says why it has not."""

    def __init__(self) -> None:
        self.refused = 0
        self.spared: set[str] = set()


class CommitRefusals(Refusals):
    """Refuses each COMMIT inside the block; its transaction is over.

    Where a session is given a connection with a transaction around it, its COMMIT is a savepoint
    that is released: then that is refused.

        with CommitRefusals() as refusals:
            response = await client.post("/orders")
        assert refusals.refused
    """

    def __init__(self) -> None:
        super().__init__()
        self._joined = JoinedCommits()

    def _begin(self, undo: ExitStack) -> None:
        undo.enter_context(self._joined)
        undo.enter_context(CallInterceptor(self._visit, is_observed))

    def _visit(self, call: Call, proceed: Callable[[], Any]) -> Any:
        if self._joined.ends_with(call):
            self.refused += 1
            self._joined.refuse(call)
        if call.kind == "commit" and call.connection and has_transaction(call.connection):
            self.refused += 1
            refuse_commit(call.dialect, call.connection)
        return proceed()


class CallRefusals(Refusals):
    """Refuses each call of every database inside the block but ROLLBACK: it cannot be reached.

    with CallRefusals() as refusals:
        response = await client.get("/orders")
    assert refusals.refused
    """

    def _begin(self, undo: ExitStack) -> None:
        undo.enter_context(CallInterceptor(self._visit, is_observed))

    def _visit(self, call: Call, proceed: Callable[[], Any]) -> Any:
        if call.kind == "rollback":
            return proceed()
        self.refused += 1
        return refuse_call(call.dialect)


class LoanRefusals(Refusals):
    """Lets each pool with a limit refuse a connection, as an exhausted one does after its wait.

    with LoanRefusals() as refusals:
        response = await client.get("/orders")
    assert refusals.refused
    """

    def _begin(self, undo: ExitStack) -> None:
        undo.enter_context(Interception({"sqlalchemy.pool.base": ("Pool.connect",)}, self._instead))

    def _instead(self, original: Callable[[Pool], Any]) -> Callable[[Pool], Any]:
        def connect(pool: Pool) -> Any:
            if not is_observed():
                return original(pool)
            if not isinstance(pool, QueuePool) or overflow_limit(pool) < 0:
                self.spared.add(type(pool).__name__)
                return original(pool)
            self.refused += 1
            # The words of the pool itself, which would have let the caller wait before them.
            raise PoolTimeout(
                f"QueuePool limit of size {pool.size()} overflow {overflow_limit(pool)} reached, "
                f"connection timed out, timeout {pool.timeout():0.2f}",
                code="3o7r",
            )

        return connect
