"""A thread that watches the main one: code of the app that does not return is told, then ended."""

from __future__ import annotations

import asyncio
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from types import FrameType

from ..databases.undoing import Undoing
from ..instruments.attribution import KIT, is_app, short
from ..instruments.exchange import NO_END

Tell = Callable[[str], object]
SIGNAL = getattr(signal, "SIGUSR2", None)
"""Interrupts the main thread, even in a sleep; where there is none, lines are told and no more."""

OFTEN = 3
"""Times that code was ended, after which it gets no more time than until it is told."""


class Blocked(BaseException):
    """Code of the app was ended; no `Exception`, which the app would take for one of its own."""


@dataclass(frozen=True)
class Patience:
    """Seconds until a line is told, and told again, until its code is ended, and then given up."""

    told: float = 10.0
    again: float = 30.0
    ended: float = 60.0
    given_up: float = 10.0
    tick: float = 1.0


class Watchdog(Undoing):
    """Watches the thread that enters it: the main one, or nothing is watched.

    `tell` is given a line about code that has not returned, `give_up` one about code that cannot
    even be interrupted. Code that runs when it `is_late` gets no more time than until it is told.
    Once a loop is followed, that is the code which keeps it from turning.

        with Watchdog(print) as watchdog, open_loop() as loop:
            watchdog.follow(loop.loop)
    """

    def __init__(
        self,
        tell: Tell,
        give_up: Tell = lambda _: None,
        patience: Patience | None = None,
        is_late: Callable[[], bool] = lambda: False,
    ) -> None:
        self._tell = tell
        self._give_up = give_up
        self._patience = patience or Patience()
        self._is_late = is_late
        self._over = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ended = 0
        self._turn()

    def _begin(self, undo: ExitStack) -> None:
        self._main = threading.get_ident()
        if threading.current_thread() is not threading.main_thread():
            return
        if SIGNAL is not None:
            before = signal.signal(SIGNAL, self._interrupt)
            # There was no handler of Python's if this is None.
            undo.callback(signal.signal, SIGNAL, before or signal.SIG_DFL)
        thread = threading.Thread(target=self._watch, name="contract watchdog", daemon=True)
        # Undone in reverse: the thread is told that it is over, and then waited for.
        undo.callback(thread.join)
        undo.callback(self._over.set)
        thread.start()

    def follow(self, loop: asyncio.AbstractEventLoop) -> None:
        """Count a turn of this loop as a sign of life from now on."""
        self._loop = loop

    def _is_idle(self) -> bool:
        """Return whether nothing is asked of the app: what runs now may be a test of the team."""
        return self._loop is not None and not self._loop.is_running()

    def _turn(self) -> None:
        """Begin to count anew."""
        self._since = time.monotonic()
        self._next = self._patience.told

    def _watch(self) -> None:
        while not self._over.wait(self._patience.tick):
            if self._loop is not None:
                with suppress(RuntimeError):  # it is closed
                    # A loop that still turns carries this out, and so begins the count anew.
                    self._loop.call_soon_threadsafe(self._turn)
            line = blocking_line(sys._current_frames().get(self._main))  # noqa: SLF001 - its public name
            if line and not self._is_idle():
                self._look(line, time.monotonic() - self._since)
            else:
                self._turn()

    def _look(self, line: str, age: float) -> None:
        """Tell of a line, end its code, or give up, as its age demands."""
        limit = self._limit()
        if age >= self._next:
            self._next += self._patience.again
            self._tell(f"{line} has not returned for {age:.0f} s")
        if age >= limit + self._patience.given_up:
            self._give_up(f"{line} did not return within {age:.0f} s and cannot be interrupted")
        elif age >= limit and SIGNAL is not None:
            signal.pthread_kill(self._main, SIGNAL)

    def _limit(self) -> float:
        is_hurried = self._ended >= OFTEN or self._is_late()
        return self._patience.told if is_hurried else self._patience.ended

    def _interrupt(self, _number: int, frame: FrameType | None) -> None:
        """End what the main thread does, if that is still code of the app."""
        line = blocking_line(frame)
        if line and not self._is_idle():
            limit = self._limit()
            self._ended += 1
            self._turn()
            raise Blocked(f"{NO_END} {limit:.0f} s: {line} has not returned")


def blocking_line(frame: FrameType | None) -> str:
    """The line of the app that runs, ``file.py:12 in name``; empty if it is the kit's turn."""
    while frame is not None and not frame.f_code.co_filename.startswith(KIT):
        if is_app(frame.f_code.co_filename):
            return f"{short(frame.f_code.co_filename)}:{frame.f_lineno} in {frame.f_code.co_name}"
        frame = frame.f_back
    return ""
