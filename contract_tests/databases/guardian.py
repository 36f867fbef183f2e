"""A process that outlives a killed run, and puts back the rows of the database that it used."""

from __future__ import annotations

import asyncio
import os
import select
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from . import registry
from .database import BACK_DOOR_PATIENCE, BackDoorBlocked, Database
from .given import by_address
from .journal import Journal

DONE = b"done\n"
LIMIT = 10.0
"""Seconds that it gets to end when it is not needed any more."""

ATTEMPTS = 10
"""Times that a lock may be in the way, each after the back door has waited for it."""

WAITING: list[Guardian] = []


class Guardian:
    """The process, as the run sees it. It ends at once when told that all is done.

    Otherwise it acts when the run has ended, whatever ended it. The address is written to its
    standard input, where nobody else can read the password.
    """

    def __init__(self, address: str, lock: int) -> None:
        root = Path(__file__).resolve().parents[__package__.count(".") + 1]
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter, our own module
            [sys.executable, "-m", __name__, str(os.getpid()), *registry.outside()],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=[lock],  # the next run waits until this one has ended too
            start_new_session=True,  # Ctrl-C is for the run
            env=os.environ | {"PYTHONPATH": os.pathsep.join([str(root), *sys.path])},
        )
        assert self._process.stdin is not None
        self._line = self._process.stdin
        self._line.write(address.encode() + b"\n")
        self._line.flush()

    def wait(self) -> None:
        """Leave it waiting for the end of this process: a line that is dropped would be closed."""
        WAITING.append(self)

    def dismiss(self) -> None:
        """Say that there is nothing to do, and wait for the end."""
        with suppress(BrokenPipeError):
            self._line.write(DONE)
            self._line.flush()
        self._line.close()
        try:
            self._process.wait(LIMIT)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


# -- the far end


def main() -> None:
    """Wait for the end of the run, and put back what it has not put back itself."""
    # Whatever ends the run and all that it has started: the rows have to be put back all the same.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    address, is_done = _terms_of(int(sys.argv[1]))
    registry.import_outside(sys.argv[2:])
    if address and not is_done:
        asyncio.run(_put_back(address))


def _terms_of(run: int) -> tuple[str, bool]:
    """Read until the run has ended or says that all is done: the address, and whether it is.

    A process that the app has forked may keep the line open, so the run itself is watched too.
    """
    line, watched, said = 0, [0, *_handle(run)], b""
    while not said.endswith(b"\n" + DONE):
        ready, _, _ = select.select(watched, [], [])
        part = os.read(line, 65536) if line in ready else b""
        if not part:
            break
        said += part
    return said.partition(b"\n")[0].decode(), said.endswith(b"\n" + DONE)


def _handle(run: int) -> list[int]:
    """Give what is ready to be read when that process has ended; nothing where no system has it."""
    if sys.platform != "linux":
        return []
    with suppress(ProcessLookupError):
        return [os.pidfd_open(run)]
    return []


async def _put_back(address: str) -> None:
    with by_address(address, allow_existing=True) as server:
        database = server.make()
        journal = Journal.of(database.url)
        image, _ = journal.read()
        if image is None:
            return
        database.known = image
        database.notes = journal
        await _undisturbed(database)
        if not database.left:
            journal.remove()
        journal.release()


async def _undisturbed(database: Database) -> None:
    """Restore, once what the run had begun is over, and again while a lock is in the way."""
    deadline = time.monotonic() + BACK_DOOR_PATIENCE
    while await database.open_transactions() and time.monotonic() < deadline:
        continue  # every round is a question to the database
    for _ in range(ATTEMPTS):
        with suppress(BackDoorBlocked):
            await database.restore()
            break
    await database.close()


if __name__ == "__main__":
    main()
