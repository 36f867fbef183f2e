"""Attribution to a cause: the request that is under way, and the line of the app that asked."""

from __future__ import annotations

import asyncio
import site
import sys
import sysconfig
import threading
from collections.abc import Iterator
from contextvars import ContextVar
from functools import cache, lru_cache
from pathlib import Path
from types import FrameType
from typing import Any

import greenlet
import sqlalchemy

from ..databases.unobserved import is_observed
from .exchange import Exchange

current: ContextVar[Exchange | None] = ContextVar("contract_exchange", default=None)
"""The exchange this code runs for; set by the transport, inherited by tasks and threads."""

KIT = str(Path(__file__).resolve().parent.parent)
SQLALCHEMY = str(Path(sqlalchemy.__file__).parent)
# Scripts too: that of pytest or uvicorn is at the bottom of the stack, and no line of the app.
LIBRARIES = tuple(
    {*map(sysconfig.get_path, ("stdlib", "platstdlib", "scripts")), *site.getsitepackages()}
)
_homes: set[Path] = set()
_paths: dict[str, str] = {}


def exchange_of_contract() -> Exchange | None:
    """Return the exchange of the contract that this code runs for; a team's own is none."""
    found = current.get()
    return None if found is None or found.is_of_team else found


def exchange_of_team() -> Exchange | None:
    """Return the exchange of a team's own test that this code runs for; the contract's is none."""
    found = current.get()
    return found if found is not None and found.is_of_team else None


def serves_a_request() -> bool:
    """Return whether this code runs on behalf of a request, and not of the kit."""
    return is_observed() and current.get() is not None


def caller() -> str:
    """The innermost line of the app on the stack: ``file.py:12 in name``, or an empty string."""
    # As `frames` walks, but without a generator: it is asked for every event.
    strand: greenlet.greenlet | None = greenlet.getcurrent()
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001 - the documented way to walk a stack
    while strand is not None:
        while frame is not None:
            if is_app(frame.f_code.co_filename):
                return line_at(frame)
            frame = frame.f_back
        strand = strand.parent
        frame = strand.gr_frame if strand is not None else None
    return ""


def frames(until: str = "") -> Iterator[FrameType]:
    """Give the frames on the stack, the innermost first; one of the file `until` ends them.

    SQLAlchemy's asyncio runs the driver in a greenlet: the app's frames are its parent's.
    """
    strand: greenlet.greenlet | None = greenlet.getcurrent()
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001 - the same
    while strand is not None:
        while frame is not None:
            if frame.f_code.co_filename == until:
                return
            yield frame
            frame = frame.f_back
        strand = strand.parent
        frame = strand.gr_frame if strand is not None else None


def line_at(frame: FrameType) -> str:
    """Name the line that a frame is at."""
    code = frame.f_code
    return named_line(code.co_filename, frame.f_lineno, code.co_name)


def raised_at(error: BaseException) -> str:
    """Name the innermost line of the app that an error has passed through; empty without one."""
    found, traceback = "", error.__traceback__
    while traceback is not None:
        code = traceback.tb_frame.f_code
        if is_app(code.co_filename):
            found = named_line(code.co_filename, traceback.tb_lineno, code.co_name)
        traceback = traceback.tb_next
    return found


@lru_cache(maxsize=4096)
def named_line(filename: str, number: int, name: str) -> str:
    """Name a line of a function, and remember the file: asked for every event, so it is kept."""
    line, path = f"{short(filename)}:{number} in {name}", path_from_root(filename)
    # Of two files with such a line, neither is known to be the one that is meant.
    _paths[line] = path if _paths.get(line, path) == path else ""
    return line


def path_of(line: str) -> str:
    """Return the path of the file of a line that was named, from the root of the repository.

    It is empty for a file outside of that, and for a line that two files have.
    """
    return _paths.get(line, "")


@lru_cache(maxsize=4096)
def path_from_root(filename: str) -> str:
    """Return the path of a file from the root of the repository; empty if it is in none.

    The repository is that of the working directory, or else the file's own. Where git keeps
    nothing, it is the working directory itself.
    """
    path, here = Path(filename).resolve(), Path.cwd()
    roots = (_in_repository(here) or here, _in_repository(path.parent))
    root = next((each for each in roots if each and path.is_relative_to(each)), None)
    return path.relative_to(root).as_posix() if root else ""


@cache
def _in_repository(folder: Path) -> Path | None:
    """Return the nearest folder, this one or one above it, that has a repository."""
    return next((each for each in (folder, *folder.parents) if (each / ".git").exists()), None)


def running_task() -> asyncio.Task[Any] | None:
    """Return the asyncio task that runs this code; None in a thread without an event loop."""
    try:
        return asyncio.current_task()
    except RuntimeError:
        return None


def running() -> str:
    """The name of the asyncio task that runs this code, or else of its thread."""
    task = running_task()
    return task.get_name() if task is not None else threading.current_thread().name


def is_of_sqlalchemy(strand: object) -> bool:
    """Return whether a coroutine is SQLAlchemy's, such as the close of an abandoned connection."""
    code = getattr(strand, "cr_code", None)
    return code is not None and code.co_filename.startswith(SQLALCHEMY)


def name_of(strand: object) -> str:
    """A coroutine of the app as ``name (file.py:12)``; an empty string if it is somebody else's."""
    code = getattr(strand, "cr_code", None)
    if code is None or not is_app(code.co_filename):
        return ""
    return f"{code.co_qualname} ({Path(code.co_filename).name}:{code.co_firstlineno})"


@lru_cache(maxsize=4096)
def short(filename: str) -> str:
    """The last part of a path; asked for every event, so it is kept."""
    return Path(filename).name


def claim(package: str) -> None:
    """Count an imported top-level package as the service's: tox installs it among libraries."""
    module = sys.modules[package]
    places = getattr(module, "__path__", None) or [module.__file__]
    _homes.update(Path(place).resolve() for place in places if place)
    is_app.cache_clear()


@lru_cache(maxsize=4096)
def is_installed(filename: str) -> bool:
    """Return whether a file is that of a library which is no part of Python itself."""
    return not is_app(filename) and not {"site-packages", "dist-packages"}.isdisjoint(
        Path(filename).parts
    )


@lru_cache(maxsize=4096)
def is_app(filename: str) -> bool:
    """Return whether a file is the service's: neither the kit's, nor a library's, nor generated."""
    path = Path(filename)
    if not path.is_absolute():  # what was generated, or compiled from a source that is not here
        return False
    path = path.resolve()
    # First, since a service that is installed stands among the libraries itself.
    if any(path.is_relative_to(home) for home in _homes):
        return True
    return not str(path).startswith((KIT, *LIBRARIES)) and "site-packages" not in path.parts
