"""Processes that the app starts, each with the line of the app that started it."""

from __future__ import annotations

import functools
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

from ..masking.cutting import cut
from .attribution import KIT, is_app, serves_a_request, short
from .instrument import Instrument
from .interception import Interception

WORDS = 60
"""Letters that are shown of a command."""


@dataclass(frozen=True)
class StartedProcess:
    """A process of the app, and the line that started it, if that is known."""

    process: subprocess.Popen[Any]
    line: str

    def __str__(self) -> str:
        """The command, and the line."""
        words = cut(_command(self.process.args), WORDS)
        return f"{words}, started at {self.line or 'an unknown line'}"

    @property
    def is_running(self) -> bool:
        """Return whether it runs, without taking its end from who waits for it."""
        if self.process.returncode is not None:
            return False
        with suppress(ChildProcessError):
            flags = os.WEXITED | os.WNOHANG | os.WNOWAIT
            return os.waitid(os.P_PID, self.process.pid, flags) is None
        return False


class Spawned(Instrument):
    """Notes what is started by `subprocess`, which asyncio uses too, for a request or by the app.

    The kit's own processes are left out, and those of a library that nobody of the app has called.
    """

    def __init__(self) -> None:
        self._started: list[StartedProcess] = []

    @property
    def running(self) -> tuple[StartedProcess, ...]:
        """Give those that run now; nothing on a system that does not tell without side effects."""
        return tuple(one for one in self._started if hasattr(os, "waitid") and one.is_running)

    def end(self) -> None:
        """End those that still run: nobody else will."""
        for one in self.running:
            with suppress(OSError):
                one.process.kill()
                one.process.wait()

    def _begin(self, undo: ExitStack) -> None:
        undo.enter_context(Interception({"subprocess": ("Popen.__init__",)}, self._wrap))

    def _wrap(self, begin: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(begin)
        def begun(process: subprocess.Popen[Any], *given: Any, **named: Any) -> Any:
            # First: what could not be started is no process.
            begin(process, *given, **named)
            line = _starting_line()
            if line or (line is not None and serves_a_request()):
                self._started.append(StartedProcess(process, line))

        return begun


def _starting_line() -> str | None:
    """The line of the app that starts a process; None if the kit does, empty if nobody is seen."""
    frame: FrameType | None = sys._getframe(2)  # noqa: SLF001 - the documented way to walk a stack
    while frame is not None:
        code = frame.f_code
        if code.co_filename.startswith(KIT):
            return None
        if is_app(code.co_filename):
            return f"{short(code.co_filename)}:{frame.f_lineno} in {code.co_name}"
        frame = frame.f_back
    return ""


def _command(given: Any) -> str:
    """The command as a person types it, without the folder of its program."""
    if isinstance(given, str):
        return given
    program, *arguments = map(str, _listed(given))
    return " ".join([Path(program).name, *arguments])


def _listed(given: Any) -> list[Any]:
    return [given] if isinstance(given, os.PathLike | bytes) else list(given)
