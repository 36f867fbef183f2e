"""The closing record of a pytest run: a run that ends without it is red."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType, TracebackType
from typing import Self

import pytest

from .closing_record import VARIABLE, add_line
from .exits import EXIT, current_run, guard, is_guarded, leave, release
from .spreading import is_worker

ENDING = 5.0
"""Seconds that threads of the app get to end after the run."""

AT_EXIT = 10.0
"""Seconds that handlers of `atexit` get after that."""

STDOUT, STDERR = 1, 2
LEAVE_OPEN = "leave it open, the run reports there"


class Closing:
    """One pytest run: the place it has come to, and the exit code it has decided.

    Used with `with`. Without a contract it does no more than write the record it is asked for.
    """

    def __init__(self, config: pytest.Config, environ: MutableMapping[str, str]) -> None:
        self._config = config
        self.pid = os.getpid()
        self.place = "getting ready"
        self.code: int | None = None
        self.faults: list[str] = []
        self._errors = STDERR
        self._is_at_exit = threading.Event()
        self._is_program = _is_program()
        given = environ.pop(VARIABLE, "")  # not for the app, nor for the workers of pytest-xdist
        self._record = Path(given) if given else None

    def __enter__(self) -> Self:
        """Begin the run."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool:
        """Close the run. An error is suppressed if it only says that standard output is closed."""
        is_unreadable = is_guarded(self) and _is_unreadable(error)
        if error is not None:
            is_usage = isinstance(error, pytest.UsageError)
            self.decide(pytest.ExitCode.USAGE_ERROR if is_usage else 1)
        if is_unreadable:
            fault = (*self.faults, f"standard output was closed while {self.place}")[0]
            self.tell(f"{fault}; it failed, exit code 1")
            self._give_up_output()
        if is_guarded(self) and not (self._is_program or is_worker(self._config)):
            self._release()
        elif is_guarded(self) and (error is None or is_worker(self._config)):
            threading.Thread(target=self._end_of_atexit, daemon=True).start()
            # Python has no public call between the main thread's end and the wait for the others.
            threading._register_atexit(self._end_by_force)  # type: ignore[attr-defined]  # noqa: SLF001
            if error is not None:
                self._undo()
        return is_unreadable

    def _undo(self) -> None:
        """End pytest's part, as an error that leaves pytest does not."""
        with suppress(Exception):  # there it would show a traceback for the same reason
            self._config._ensure_unconfigure()  # noqa: SLF001 - pytest has no public way

    def _end_by_force(self) -> None:
        """End the process if threads of the app would keep it alive for ever."""
        mine = threading.main_thread()
        left = [t for t in threading.enumerate() if t is not mine and not t.daemon]
        deadline = time.monotonic() + ENDING
        for thread in left:
            thread.join(max(0.0, deadline - time.monotonic()))
        names = ", ".join(thread.name for thread in left if thread.is_alive())
        if names and self.code is not None:
            self.tell(f"threads of the app did not end within {ENDING:.0f} s: {names}")
            # `os._exit` flushes nothing.
            for stream in (sys.stdout, sys.stderr):
                with suppress(Exception):
                    stream.flush()
            EXIT(self.code)
        self._is_at_exit.set()

    def _end_of_atexit(self) -> None:
        """End the process if a handler of `atexit` would keep it alive for ever."""
        self._is_at_exit.wait()
        # A process that ends in time takes this thread along.
        time.sleep(AT_EXIT)
        line = running_line()
        self.tell(f"what runs at exit did not end within {AT_EXIT:.0f} s{line}")
        EXIT(1 if self.code is None else self.code)

    def watch(self) -> None:
        """Be the contract run of this process: from now on it cannot be ended unseen.

        Where pytest is the program, nothing puts that back: the handlers of `atexit` are to come.
        """
        with suppress(OSError):
            self._errors = os.dup(STDERR)  # before pytest captures what tests write
        guard(self)

    def note(self, place: str) -> None:
        """Say where the run is now, in words that follow "while"."""
        self.place = place
        self._write(f"at {place}")

    def decide(self, code: int) -> None:
        """Make the record: the exit code that pytest ends with, as far as is known."""
        self.code = int(code)
        self._write(f"closed {self.code}")

    def tell(self, line: str) -> None:
        """Write the line that says how the run ended."""
        self.say(line)
        self._write("told")

    def say(self, line: str) -> None:
        """Write a line to standard error, past what pytest captures."""
        with suppress(OSError):
            os.write(self._errors, f"\ncontract: {line}\n".encode())

    def _write(self, line: str) -> None:
        if self._record is not None:
            add_line(self._record, line)

    def _give_up_output(self) -> None:
        """End pytest's part, and keep the interpreter from complaining of its output once more."""
        self._undo()
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, STDOUT)
        sys.stdout = os.fdopen(nowhere, "w")

    def _release(self) -> None:
        """Let the process, which is somebody else's program, end as it likes."""
        release(self)
        if self._errors != STDERR:
            os.close(self._errors)


CLOSING: pytest.StashKey[Closing] = pytest.StashKey()


def note(place: str) -> None:
    """Say where the contract run of this process is now; without one, nothing."""
    if run := current_run():
        run.note(place)


def say(line: str) -> None:
    """Write a line about the place where the contract run of this process is now."""
    if run := current_run():
        run.say(f"{run.place}: {line}")


def give_up(reason: str) -> None:
    """End the process of a contract run that cannot be brought to its end otherwise."""
    if run := current_run():
        code = run.code or 1
        run.tell(f"{reason}, while {run.place}: it failed, exit code {code}")
        leave(code)


def blame(fault: str) -> None:
    """Hold against the contract run of this process what no rule judges: it cannot be green."""
    if run := current_run():
        run.faults.append(fault)


@contextmanager
def captured_output() -> Iterator[None]:
    """Put standard output back if the app closes it meanwhile, and hold that against the run."""
    run = current_run()
    if run is None or not _is_open(STDOUT):
        yield
        return
    stream, copy = sys.stdout, os.dup(STDOUT)
    was_closed = _is_closed(stream)
    try:
        yield
    finally:
        # Where the app has closed it, the next file that was opened has got its number.
        is_kept = _is_open(STDOUT) and os.path.sameopenfile(STDOUT, copy)
        if not is_kept:
            os.dup2(copy, STDOUT)
        os.close(copy)
        if not is_kept or (_is_closed(stream) and not was_closed):
            run.faults.append(f"the app closed standard output while {run.place}: {LEAVE_OPEN}")


def running_line() -> str:
    """Name the line that the main thread is at: `` at file.py:12``; empty if it runs none."""
    frame = sys._current_frames().get(threading.main_thread().ident or 0)  # noqa: SLF001 - its public name
    return f" at {Path(frame.f_code.co_filename).name}:{frame.f_lineno}" if frame else ""


def _is_closed(stream: object) -> bool:
    return getattr(stream, "closed", False) is True


def _is_open(number: int) -> bool:
    try:
        os.fstat(number)
    except OSError:
        return False
    return True


def _is_program() -> bool:
    """Tell a process that was started as pytest from a program that calls `pytest.main`."""
    frame: FrameType | None = sys._getframe()  # noqa: SLF001 - its public name
    while frame is not None and not _is_main(frame):
        frame = frame.f_back
    while frame is not None and _is_main(frame):
        frame = frame.f_back
    return frame is not None and frame.f_code.co_name.endswith("console_main")


def _is_main(frame: FrameType) -> bool:
    # pytest tells nobody how it was started: these are the names of its own functions.
    is_pytest = frame.f_globals.get("__name__") == "_pytest.config"
    return is_pytest and frame.f_code.co_name in {"main", "_main"}


def _is_unreadable(error: BaseException | None) -> bool:
    """Return whether an error says that standard output is closed, or no longer read."""
    if isinstance(error, ValueError):
        return "closed file" in str(error)
    return isinstance(error, BrokenPipeError)
