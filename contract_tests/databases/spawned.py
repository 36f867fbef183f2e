"""A server program the kit starts, watches by its log, and ends."""

import signal
import subprocess
import threading
from collections import deque
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from itertools import pairwise

from .database import DatabaseUnavailable
from .undoing import Undoing

LOG_TAIL = 20
START_LIMIT = 60.0
STOP_LIMIT = 10.0


class ServerProgram(Undoing):
    """A running server, from the line of its log that says ready until the end of the block.

    Raises `DatabaseUnavailable`, with the end of the log, when that line does not come.
    """

    def __init__(self, command: Sequence[str], *, ready: str, stop: signal.Signals) -> None:
        self._command = tuple(command)
        self._ready = ready
        self._stop_signal = stop
        self._log: deque[str] = deque(maxlen=LOG_TAIL)
        self._settled = threading.Event()
        self._is_ready = False

    def _begin(self, undo: ExitStack) -> None:
        self._server = _start(self._command, stdin=subprocess.DEVNULL)
        # To the end: a server whose log nobody reads stands still once the pipe is full.
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self._settled.wait(START_LIMIT)
        if not self._is_ready:
            self._end()
            log = "\n  ".join(self._log) or "(it wrote nothing)"
            raise DatabaseUnavailable(f"{_program(self._command)} did not start:\n  {log}")
        undo.callback(self._end)

    def _read(self) -> None:
        assert self._server.stdout is not None
        with self._server.stdout as log:
            for line in log:
                self._log.append(line.rstrip())
                if self._ready in line:
                    self._is_ready = True
                    self._settled.set()
        self._settled.set()

    def _end(self) -> None:
        self._server.send_signal(self._stop_signal)
        with suppress(subprocess.TimeoutExpired):
            self._server.wait(STOP_LIMIT)
        self._server.kill()
        self._server.wait()
        self._reader.join(STOP_LIMIT)


def _start(command: Sequence[str], *, stdin: int) -> subprocess.Popen[str]:
    """Start a program with its words on one pipe."""
    return subprocess.Popen(  # noqa: S603 - the kit builds every word of the command
        command,
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,  # Ctrl-C is for the tests, which still need the server
    )


def complete(command: Sequence[str], words: str = "") -> None:
    """Run a program to its end; `DatabaseUnavailable` with what it said when it fails."""
    with _start(command, stdin=subprocess.PIPE) as program:
        said, _ = program.communicate(words, timeout=START_LIMIT)
    if program.returncode:
        tail = "\n  ".join(said.splitlines()[-LOG_TAIL:])
        raise DatabaseUnavailable(f"{_program(command)} failed:\n  {tail}")


def _program(command: Sequence[str]) -> str:
    """Name the program itself, not what guards it: those wrappers end with two dashes."""
    return next(reversed([word for before, word in pairwise(("--", *command)) if before == "--"]))
