"""SIGTERM ends a contract run as Ctrl-C does: what it made is taken away first."""

from __future__ import annotations

import signal
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn


@contextmanager
def interruptible() -> Iterator[None]:
    """Let SIGTERM interrupt the block, unless somebody else has an answer to it already."""
    if not _is_free(signal.SIGTERM):
        yield
        return
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


def call(command: Sequence[str]) -> int:
    """Run a program to its end, and give its exit code.

    Ctrl-C reaches it without our help, and is no reason to leave before it; SIGTERM is handed on.
    """
    with subprocess.Popen(command) as program:  # noqa: S603 - the caller builds every word
        if threading.current_thread() is not threading.main_thread():
            return program.wait()
        before = (
            signal.signal(signal.SIGTERM, lambda *_: program.terminate()),
            signal.signal(signal.SIGINT, lambda *_: None),
        )
        try:
            return program.wait()
        finally:
            signal.signal(signal.SIGTERM, before[0])
            signal.signal(signal.SIGINT, before[1])


def _is_free(number: signal.Signals) -> bool:
    is_main = threading.current_thread() is threading.main_thread()
    return is_main and signal.getsignal(number) is signal.SIG_DFL


def _interrupt(number: int, frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt
