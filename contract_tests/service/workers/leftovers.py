"""Processes that an app in an interpreter of its own has started, watched past its end."""

from __future__ import annotations

import os
import select
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass

from .subprocess_app import SubprocessApp

SETTLING = 2000
"""Milliseconds that a process gets to notice that the one which started it has ended."""


@dataclass(frozen=True)
class Leftover:
    """A process by its descriptor, which is never another one's, as a number may be."""

    descriptor: int
    words: str

    @property
    def is_running(self) -> bool:
        """Return whether it does not end by itself within its time."""
        poll = select.poll()
        poll.register(self.descriptor, select.POLLIN)
        return not poll.poll(SETTLING)

    def end(self) -> None:
        """End it."""
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(self.descriptor, signal.SIGKILL)


@contextmanager
def leftovers(trial: SubprocessApp) -> Iterator[tuple[Leftover, ...]]:
    """Give the processes of the trial's app that run now; those that still do then are ended.

    There are none on a system without descriptors of processes.
    """
    with ExitStack() as undo:
        found = []
        for one in trial.ask("processes").get("processes", ()):
            with suppress(OSError):  # it has ended meanwhile
                found.append(Leftover(os.pidfd_open(one["pid"]), one["words"]))
                undo.callback(os.close, found[-1].descriptor)
                undo.callback(found[-1].end)
        yield tuple(found)
