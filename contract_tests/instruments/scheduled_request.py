"""One of several requests that are stepped through their database calls: where it is now."""

from __future__ import annotations

import asyncio
import weakref
from collections import deque
from contextlib import suppress

from sqlalchemy.pool import PoolProxiedConnection

from ..databases.driver_errors import has_transaction
from .call_interceptor import Call

LOCKING = ("BEGIN IMMEDIATE", "BEGIN EXCLUSIVE")
"""Statements that begin a transaction with the write lock, before it writes."""


class ScheduledRequest:
    """A request: whether it is at the gate, in the database, or neither, and what it holds.

    Its calls may come from tasks of its own, so that several are at the gate. Used on the loop
    only.
    """

    def __init__(self, letter: str) -> None:
        self.letter = letter
        self.begun = asyncio.Event()
        self.has_ended = False
        self.is_off_schedule = False
        self.inside = 0
        self._gate: deque[tuple[Call, asyncio.Event]] = deque()
        # Weakly: a connection that the app has dropped is to be collected as ever.
        self._connection: weakref.ref[PoolProxiedConnection] | None = None
        self._locked = False

    @property
    def call(self) -> Call | None:
        """The call that waits for its turn."""
        return self._gate[0][0] if self._gate else None

    @property
    def rests(self) -> bool:
        """Return whether nothing more happens before its turn."""
        return self.has_ended or (bool(self._gate) and not self.inside)

    @property
    def has_transaction(self) -> bool:
        """Return whether its connection is in a transaction, as far as the driver tells."""
        connection = self._connection() if self._connection else None
        return connection is not None and connection.is_valid and has_transaction(connection)

    @property
    def has_the_lock(self) -> bool:
        """Return whether it has written, or said that it will, in a transaction that goes on."""
        return self._locked and self.has_transaction

    @property
    def needs_the_lock(self) -> bool:
        """Return whether its call writes and it has not written in this transaction before."""
        return self.call is not None and _locks(self.call) and not self.has_the_lock

    def arrives(self, call: Call, may_go: asyncio.Event) -> bool:
        """Come to the gate; true if another call of the same request has not come back."""
        has_another = bool(self._gate) or self.inside > 0
        self.is_off_schedule = False
        self._gate.append((call, may_go))
        return has_another

    def goes(self) -> str:
        """Let the call at the gate through, and say in a word what it was."""
        call, may_go = self._gate.popleft()
        may_go.set()
        return f"{self.letter}:{str(call).partition(' ')[0].upper()}"

    def goes_on(self, may_go: asyncio.Event) -> None:
        """Leave the gate, let through or not."""
        self._gate = deque(waiting for waiting in self._gate if waiting[1] is not may_go)

    def is_free(self) -> None:
        """Let everything through."""
        self.begun.set()
        for _, may_go in self._gate:
            may_go.set()

    def enters(self, call: Call) -> None:
        """Record that a call enters the database."""
        self.inside += 1
        if call.connection is not None:
            with suppress(TypeError):  # what stands in for one while an engine begins has no refs
                self._connection = weakref.ref(call.connection)
        if _locks(call):
            self._locked = True

    def leaves(self, call: Call) -> None:
        """Come back from the database."""
        self.inside -= 1
        self.is_off_schedule = False
        if call.kind in {"commit", "rollback"}:
            self._locked = False


def _locks(call: Call) -> bool:
    return call.writes or call.text.lstrip().upper().startswith(LOCKING)
