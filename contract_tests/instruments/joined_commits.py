"""COMMITs of sessions that were given a connection with a transaction around it: savepoints."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any, NoReturn
from weakref import WeakSet

from greenlet import getcurrent, greenlet
from sqlalchemy.orm import Session

from ..databases.driver_errors import refuse_call
from .attribution import caller
from .call_interceptor import Call
from .faults import Faults
from .instrument import Instrument
from .listening import listen


class JoinedCommits(Instrument):
    """Knows which released savepoint is the COMMIT of a session, and can refuse it."""

    def __init__(self) -> None:
        # By greenlet, which a session's COMMIT does not leave; weakly, as they keep frames.
        self._committing: WeakSet[greenlet] = WeakSet()

    def _begin(self, undo: ExitStack) -> None:
        listen(undo, (Session, "before_commit", self._commits))

    def _commits(self, session: Session) -> None:
        if session.get_nested_transaction() is None:
            self._committing.add(getcurrent())

    def ends_with(self, call: Call) -> bool:
        """Return whether this call is the COMMIT of a session: a savepoint that is released."""
        is_release = call.kind == "statement" and call.text.upper().startswith("RELEASE")
        is_end = getcurrent() in self._committing and (is_release or call.kind == "commit")
        if is_end:
            self._committing.discard(getcurrent())
        return is_end and is_release

    def refuse(self, call: Call) -> NoReturn:
        """Refuse it: what was written since the savepoint is gone."""
        # SQLAlchemy takes a savepoint for released, whatever came of it.
        call.dialect.do_rollback_to_savepoint(call.root, call.text.split()[-1])
        refuse_call(call.dialect)


class JoinedFaults(Faults):
    """Faults that take the COMMIT of a session for one where it is a released savepoint."""

    def __init__(self, k: int, applies: Callable[[], bool]) -> None:
        super().__init__("call", k, applies=applies)
        self._commits = JoinedCommits()

    def _begin(self, undo: ExitStack) -> None:
        undo.enter_context(self._commits)
        super()._begin(undo)

    def _visit(self, call: Call, proceed: Callable[[], Any]) -> Any:
        if not (self._commits.ends_with(call) and self._applies()):
            return super()._visit(call, proceed)
        self.seen += 1
        if self.seen != self.k:
            return proceed()
        self.fired += 1
        self.what, self.where = f"COMMIT ({call})", caller()
        return self._commits.refuse(call)
