"""One run at a time uses a database that the kit did not make."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from .database import DatabaseUnavailable
from .scratch import is_alive

try:
    import fcntl
except ImportError:  # pragma: no cover - where there is no such lock, nobody waits for a turn
    fcntl = None  # type: ignore[assignment]

ENDING = 30.0
"""Seconds that what a killed run has left behind may take to be put back."""

RETRY_EVERY = 0.02


@contextmanager
def turn(place: Path, shown: str) -> Iterator[int]:
    """Hold the lock file at `place` inside the block, and give its descriptor to hand on.

    The system lets go when nobody has it open any more, however they ended. Raises
    `DatabaseUnavailable` while another run holds it; `shown` is the database's address.
    """
    lock = _locked(place, shown)
    try:
        # For whoever comes meanwhile, to be told who has it.
        os.ftruncate(lock, 0)
        os.pwrite(lock, str(os.getpid()).encode(), 0)
        yield lock
    finally:
        os.close(lock)


def _locked(place: Path, shown: str) -> int:
    """Take the lock of the file that is there: whoever had it may have removed the one before."""
    while True:
        lock = os.open(place, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _acquire(lock, shown)
            if place.exists() and place.stat().st_ino == os.fstat(lock).st_ino:
                return lock
        except BaseException:
            os.close(lock)
            raise
        os.close(lock)


def _acquire(lock: int, shown: str) -> None:
    deadline = time.monotonic() + ENDING
    while not _takes(lock):
        holder = os.pread(lock, 20, 0).decode()
        if holder.isdigit() and is_alive(int(holder)):
            raise DatabaseUnavailable(
                f"another contract run (pid {holder}) is using {shown}: wait until it has ended, "
                "or name another database with --contract-database"
            )
        if time.monotonic() > deadline:
            raise DatabaseUnavailable(
                f"the rows of {shown} are still being put back {ENDING:.0f} s after the run that "
                f"used it (pid {holder or 'unknown'}) has ended: see who blocks that database"
            )
        time.sleep(RETRY_EVERY)


def _takes(lock: int) -> bool:
    """Take the lock if nobody has it."""
    if fcntl is not None:
        with suppress(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        return False
    return True  # pragma: no cover
