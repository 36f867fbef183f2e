"""The event loop that each connection was opened on, and those it is used on all the same."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

from ..databases.connections import loop_of
from .attribution import caller

MOST = 10
"""Uses that are remembered: one is enough to mend it."""


class EventLoops:
    """Takes note of connections that are lent on another event loop than their own.

    Only a driver whose connections belong to a loop tells it; those of others may be used anywhere.
    `foreign` says of each such use where the connection had been opened, and where it is used.
    """

    def __init__(self) -> None:
        self.foreign: list[str] = []
        self._places: dict[int, str] = {}
        self._serving: set[int] = set()
        self._misused: set[int] = set()

    @property
    def disturbs(self) -> str:
        """The first such use of a connection that requests are given too; empty if there is none.

        After it, such a connection may fail or hang in any request.
        """
        return self.foreign[0] if self._misused & self._serving else ""

    def opened(self, number: int, connection: Any) -> None:
        """Remember where a connection was opened."""
        if loop_of(connection) is not None:
            self._places[number] = _here()

    def lent(self, number: int, connection: Any, *, is_for_request: bool) -> None:
        """Compare the loop of a connection with the one that it is lent on."""
        own = loop_of(connection)
        if own is None:
            return
        self._serving |= {number} if is_for_request else set()
        if own is not _running() and len(self.foreign) < MOST:
            opened = self._places.get(number, "an unknown place")
            self.foreign.append(f"connection {number}, opened by {opened}, is used by {_here()}")
            self._misused.add(number)


def _here() -> str:
    """The thread that runs this, and the line of the app."""
    where = caller()
    return f"thread {threading.current_thread().name}{f' at {where}' if where else ''}"


def _running() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
