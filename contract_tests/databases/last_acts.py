"""Acts that take away what a run has made, also where its process is ended by force."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

Act = Callable[[], object]

LIMIT = 10.0
"""Seconds that they get altogether where the process is ended by force."""

_PENDING: list[tuple[int, Act]] = []
"""The acts that are still to come, the last first to be called, with the process that owes them."""


@contextmanager
def undone_at_last(act: Act) -> Iterator[None]:
    """Call `act` at the end of the block, or where `undo_all` is called inside it."""
    debt = (os.getpid(), act)
    _PENDING.append(debt)
    try:
        yield
    finally:
        if debt in _PENDING:
            _PENDING.remove(debt)
            act()


def undo_all(limit: float = LIMIT) -> None:
    """Call the acts of all blocks that this process is in, and wait for them so many seconds.

    In a thread of its own: the caller may stand in the midst of a loop, or of a lock.
    """
    acting = threading.Thread(target=_call, daemon=True)
    with suppress(RuntimeError):  # none can be started while the interpreter ends
        acting.start()
        acting.join(limit)


def _call() -> None:
    while _PENDING:
        process, act = _PENDING.pop()
        with suppress(Exception):  # the next one is owed all the same
            if process == os.getpid():
                act()
