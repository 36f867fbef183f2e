"""Directories that vanish, even when the run that made them was killed."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from .last_acts import undone_at_last

PREFIX = "contract-tests-"
ROOMY = 512 * 1024 * 1024
MEMORY = Path("/dev/shm")  # noqa: S108 - only a directory of our own is made inside


@contextmanager
def scratch() -> Iterator[Path]:
    """Give a private directory, in memory where there is room, and remove it afterwards."""
    place = MEMORY if _has_room(MEMORY) else Path(tempfile.gettempdir())
    remove_abandoned(place)
    path = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=place))
    with undone_at_last(partial(shutil.rmtree, path, ignore_errors=True)):
        yield path


def remove_abandoned(place: Path) -> None:
    """Remove what runs that no longer live have left in a directory."""
    for left in place.glob(f"{PREFIX}*"):
        owner = left.name.removeprefix(PREFIX).partition("-")[0]
        if owner.isdigit() and not is_alive(int(owner)):
            shutil.rmtree(left, ignore_errors=True)


def _has_room(place: Path) -> bool:
    return os.access(place, os.W_OK) and shutil.disk_usage(place).free > ROOMY


def is_alive(pid: int) -> bool:
    """Tell whether there is a process of this number."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # It is there, and somebody else's.
    except PermissionError:
        return True
    return True
