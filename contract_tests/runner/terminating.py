"""SIGTERM ends a contract run as Ctrl-C does: what it made is taken away first."""

from __future__ import annotations

import signal
import subprocess
import threading
from collections.abc import Iterator
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


@contextmanager
def handed_on(program: subprocess.Popen[bytes]) -> Iterator[None]:
    """Let SIGTERM end a program that is waited for in the block, and not the waiting."""
    if not _is_free(signal.SIGTERM):
        yield
        return
    # After a handler that returns, Python goes on with the wait that the signal interrupted.
    signal.signal(signal.SIGTERM, lambda *_: program.terminate())
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _is_free(number: signal.Signals) -> bool:
    # Python lets no other thread set a handler.
    is_main = threading.current_thread() is threading.main_thread()
    return is_main and signal.getsignal(number) is signal.SIG_DFL


def _interrupt(number: int, frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt
