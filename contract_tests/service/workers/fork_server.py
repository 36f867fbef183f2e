"""Interpreters for trials: forked from one that has the frameworks imported, where that works.

An interpreter of its own costs half a second, nearly all of it the import of frameworks. One
process without threads imports them once; each trial gets a fork of it, in which the service's
own modules are as unknown as in a new interpreter.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol, TextIO

from ...databases import registry
from ...databases.undoing import Undoing

FRAMEWORKS = (
    "sqlalchemy.ext.asyncio",
    "sqlalchemy.orm",
    "pydantic",
    "pydantic_settings",
    "starlette.applications",
    "fastapi",
    "litestar",
    "quart",
    "sqlmodel",
    "advanced_alchemy.base",
)
CAN_FORK = hasattr(os, "fork") and hasattr(socket, "send_fds")


class Interpreter(Protocol):
    """A process that reads commands and writes answers."""

    stdin: TextIO
    stdout: TextIO

    def ends(self, limit: float | None) -> bool:
        """Return whether it ends within `limit` seconds."""

    def kill(self) -> None:
        """End it, whatever it is doing, and close the channels to it."""


class ForkServer(Undoing):
    """Gives interpreters that run this kit's child program. Used with `with`; started lazily."""

    def __init__(self, *, can_fork: bool = CAN_FORK) -> None:
        self._can_fork = can_fork
        self._line: socket.socket | None = None
        self._server: subprocess.Popen[bytes] | None = None

    def _begin(self, undo: contextlib.ExitStack) -> None:
        """Start nothing yet: most runs of a few rules need no trial."""
        undo.callback(self._end)

    def _end(self) -> None:
        """End the process the others were forked from."""
        if self._line is not None:
            self._line.close()
        if self._server is not None:
            self._server.terminate()  # it may still be importing
            self._server.wait()

    def prepare(self) -> None:
        """Import the frameworks now, in the background, instead of at the first fork."""
        if self._can_fork and self._line is None:
            self._start()

    def fork(self, environ: Mapping[str, str], errors: IO[str]) -> Interpreter:
        """A new interpreter with this environment; what it prints goes into `errors`."""
        if not self._can_fork:
            return SpawnedInterpreter(environ, errors)
        self.prepare()
        assert self._line is not None
        return _forked(self._line, environ, errors)

    def _start(self) -> None:
        self._line, far = socket.socketpair()
        drivers = (*registry.dialects(), *registry.libraries())
        # What this run has not loaded, the service does not use.
        loaded = [name for name in (*FRAMEWORKS, *drivers) if name in sys.modules]
        with far:
            self._server = subprocess.Popen(  # noqa: S603 - our own interpreter, our own module
                [sys.executable, "-m", __name__, str(far.fileno()), *loaded],
                env=os.environ | {"PYTHONPATH": _path()},
                pass_fds=[far.fileno()],
                process_group=0,  # Ctrl-C is for the run, which ends this process with its own
            )


class SpawnedInterpreter:
    """An interpreter started from nothing, as everywhere that cannot fork."""

    def __init__(self, environ: Mapping[str, str], errors: IO[str]) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter, our own module
            [sys.executable, "-m", f"{__package__}.worker_main"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            env={**environ, "PYTHONPATH": _path()},
            text=True,
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self.stdin: TextIO = self._process.stdin  # type: ignore[assignment]
        self.stdout: TextIO = self._process.stdout  # type: ignore[assignment]

    def ends(self, limit: float | None) -> bool:
        """Return whether it ends within `limit` seconds."""
        try:
            self._process.wait(limit)
        except subprocess.TimeoutExpired:
            return False
        return True

    def kill(self) -> None:
        """End it, whatever it is doing, and close the channels to it."""
        self._process.kill()
        self._process.wait()
        with contextlib.suppress(BrokenPipeError):
            self.stdin.close()
        self.stdout.close()


@dataclass
class ForkedInterpreter:
    """An interpreter that was forked. `life` is a pipe that ends when the process does."""

    pid: int
    stdin: TextIO
    stdout: TextIO
    life: IO[bytes]

    def ends(self, limit: float | None) -> bool:
        """Return whether it ends within `limit` seconds."""
        return bool(select.select([self.life], [], [], limit)[0])

    def kill(self) -> None:
        """End it, whatever it is doing, and close the channels to it."""
        if not self.ends(0):
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
            self.ends(None)
        with contextlib.suppress(BrokenPipeError):
            self.stdin.close()
        self.stdout.close()
        self.life.close()


def _forked(line: socket.socket, environ: Mapping[str, str], errors: IO[str]) -> ForkedInterpreter:
    far_in, near_in = os.pipe()
    near_out, far_out = os.pipe()
    life, alive = os.pipe()
    message = json.dumps({"environ": dict(environ), "path": sys.path, "cwd": str(Path.cwd())})
    given = [far_in, far_out, errors.fileno(), alive]
    socket.send_fds(line, [len(message).to_bytes(4, "big")], given)
    line.sendall(message.encode("ascii"))
    # A pipe ends when the last process that has its other end open has closed it.
    for end in (far_in, far_out, alive):
        os.close(end)
    pid = int.from_bytes(_exactly(line, 4), "big")
    return ForkedInterpreter(
        pid, os.fdopen(near_in, "w"), os.fdopen(near_out), os.fdopen(life, "rb")
    )


def _exactly(line: socket.socket, size: int) -> bytes:
    """That many bytes. Raises `EOFError` if the other end is gone."""
    got = b""
    while len(got) < size:
        part = line.recv(size - len(got))
        if not part:
            raise EOFError("the process that forks trials has ended")
        got += part
    return got


def _path() -> str:
    """The search path of this process, with the folder the kit is in."""
    depth = __package__.count(".")
    return os.pathsep.join([str(Path(__file__).resolve().parents[depth + 1]), *sys.path])


# -- the far end


def serve(line: socket.socket) -> None:
    """Fork for each request, until the line is closed. Returns in the forks too, to end there."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # forks are reaped by the system
    while True:
        size, given, _, _ = socket.recv_fds(line, 4, 4)
        if not size:
            return
        request = json.loads(_exactly(line, int.from_bytes(size, "big")))
        pid = os.fork()
        if not pid:
            line.close()
            _become(request, given)
            return
        for end in given:
            os.close(end)
        line.sendall(pid.to_bytes(4, "big"))


def _become(request: dict[str, object], given: list[int]) -> None:
    """Be the child program, with its own environment, channels and search path."""
    from .worker_main import main

    # An app waits for the processes that it starts, which the system reaps otherwise.
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    # The fourth stays open, and ends with this process: that tells the other side of it.
    for place, end in enumerate(given[:3]):
        os.dup2(end, place)
        os.close(end)
    sys.stdin, sys.stdout, sys.stderr = (open(0), open(1, "w"), open(2, "w"))  # noqa: SIM115
    os.environ.clear()
    os.environ.update(request["environ"])  # type: ignore[call-overload]
    sys.path[:] = request["path"]  # type: ignore[call-overload]
    os.chdir(str(request["cwd"]))
    main()


if __name__ == "__main__":
    importlib.import_module(f"{__package__}.worker_main")
    for framework in sys.argv[2:]:
        with contextlib.suppress(ImportError):
            importlib.import_module(framework)
    serve(socket.socket(fileno=int(sys.argv[1])))
