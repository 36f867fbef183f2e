"""Keep an app from ending a contract run unseen: by `os._exit`, or by another program in its place.

`os._exit` raises no audit event, so it is replaced; forks keep the original.
"""

from __future__ import annotations

import os
import sys
from functools import cache
from pathlib import Path
from typing import NoReturn, Protocol

EXIT = os._exit
"""The original."""


class GuardedRun(Protocol):
    """A run that is to end in its own time: its process, its place, the exit code it decided."""

    pid: int
    place: str
    code: int | None
    faults: list[str]

    def note(self, place: str) -> None:
        """Say where the run is now, in words that follow "while"."""

    def tell(self, line: str) -> None:
        """Write the line that says how the run ended."""

    def say(self, line: str) -> None:
        """Write a line that is read whatever pytest captures."""


_RUNS: list[GuardedRun] = []
"""The contract runs of this process, the innermost last."""


def guard(run: GuardedRun) -> None:
    """Let the app end the run no more, from now on."""
    # A fork has inherited those of its parent.
    _RUNS[:] = [other for other in _RUNS if other.pid == run.pid] + [run]
    _put_in_place(_exit)
    _watch_exec()


def release(run: GuardedRun) -> None:
    """Let the process of the run end as it likes."""
    _RUNS.remove(run)
    if not _RUNS:
        _put_in_place(EXIT)


def is_guarded(run: GuardedRun) -> bool:
    """Return whether the app is kept from ending this run."""
    return run in _RUNS


def current_run() -> GuardedRun | None:
    """Return the innermost contract run of this process; a fork has none."""
    return next((run for run in reversed(_RUNS) if run.pid == os.getpid()), None)


def _put_in_place(function: object) -> None:
    # `os` took its function from this module, where others find it too.
    for module in (os, sys.modules[os.name]):
        setattr(module, "_exit", function)  # noqa: B010 - posix, or nt


def _exit(status: int) -> NoReturn:
    """End the process as `os._exit` does, but never with a better code than its run has."""
    run = current_run()
    # The system keeps the lowest eight bits.
    is_good = status % 256 == 0
    if run is not None and run.code is None:
        code = 1 if is_good else status
        what = f"os._exit({status}){_caller()} ended the run while {run.place}"
        run.tell(f"{what}: it failed, exit code {code}")
        leave(code)
    if run is not None and run.code and is_good:
        what = f"os._exit({status}){_caller()} came after the run had failed"
        run.tell(f"{what}: exit code {run.code}")
        leave(run.code)
    EXIT(status)


def leave(code: int) -> NoReturn:
    """End the process of a run by force; what was made for it is taken away first."""
    from ..databases.last_acts import undo_all

    undo_all()
    EXIT(code)


def _caller() -> str:
    """Name the line that called `os._exit`; empty if the interpreter did so, for `atexit`."""
    try:
        frame = sys._getframe(2)  # noqa: SLF001 - its public name
    except ValueError:
        return ""
    return f" at {Path(frame.f_code.co_filename).name}:{frame.f_lineno}"


@cache
def _watch_exec() -> None:
    """Keep the app from replacing this process by another program; a hook cannot be taken back."""
    sys.addaudithook(_refuse_exec)


def _refuse_exec(event: str, arguments: tuple[object, ...]) -> None:
    if event == "os.exec" and (run := current_run()) is not None:
        run.faults.append(f"the app replaced its process by {arguments[0]!s} while {run.place}")
        raise PermissionError("the contract kit keeps this process: start another one instead")
