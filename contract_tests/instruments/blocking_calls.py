"""Calls that keep the thread of an event loop waiting: sleeping, sockets, processes."""

from __future__ import annotations

import functools
import os
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from types import ModuleType
from typing import Any

from .attribution import SQLALCHEMY, caller, current, frames, is_app, running_task
from .instrument import Instrument

Call = Callable[..., Any]
Waits = Callable[..., str]
"""Gives the words for what a call with these arguments waits for; nothing if it does not wait."""

READING = ("recv", "recv_into", "recvfrom", "accept")


def wait_of_sleep(seconds: Any = 0, *_: Any, **__: Any) -> str:
    """Name a sleep, unless it only lets other threads go first."""
    return f"time.sleep({seconds})" if seconds > 0 else ""


def wait_of_connect(sock: socket.socket, *_: Any, **__: Any) -> str:
    """Name the connection of a stream to a host: paths and datagrams wait for nobody."""
    is_far = sock.family in {socket.AF_INET, socket.AF_INET6}
    return wait_of_read(sock) if is_far and sock.type == socket.SOCK_STREAM else ""


def wait_of_read(sock: socket.socket, *_: Any, **__: Any) -> str:
    """Name a socket that waits until there is something to read."""
    return "" if sock.gettimeout() == 0 else "a socket in blocking mode"


def wait_of_process(started: subprocess.Popen[Any], *_: Any, **__: Any) -> str:
    """Name the end of a process, unless that is known already."""
    return "the end of a process" if started.returncode is None else ""


def wait_of_shell(*_: Any, **__: Any) -> str:
    """Name the end of a command of the shell."""
    return "os.system"


CALLS: tuple[tuple[Any, str, Waits], ...] = (
    (time, "sleep", wait_of_sleep),
    (os, "system", wait_of_shell),
    (subprocess.Popen, "wait", wait_of_process),
    (subprocess.Popen, "communicate", wait_of_process),
    (socket.socket, "connect", wait_of_connect),
    *((socket.socket, name, wait_of_read) for name in READING),
    (ssl.SSLSocket, "read", wait_of_read),
)
"""The calls that may wait, each with the function that tells if one does.

Files are none of them: a disk answers sooner than another thread is woken.
"""


class BlockingCalls(Instrument):
    """Calls `told` with each wait of the app in the thread of its loop, and its line.

    Only what a request waits for by a call of Python's own, without a database: the drivers are
    told of where SQLAlchemy is. Waits in threads, and in event loops of theirs, hold up nobody.
    """

    def __init__(self, told: Callable[[str], None], applies: Callable[[], bool]) -> None:
        self._told = told
        self._applies = applies

    def _begin(self, undo: ExitStack) -> None:
        for holder, name, waits in CALLS:
            original = getattr(holder, name)
            instead = self._instead_of(original, waits)
            for place, its_name in ((holder, name), *_copies(holder, original)):
                _replace(undo, place, its_name, instead)

    def _instead_of(self, original: Call, waits: Waits) -> Call:
        @functools.wraps(original)
        def called(*args: Any, **kwargs: Any) -> Any:
            __tracebackhide__ = True
            if running_task() is not None and self._applies():
                self._look(waits, args, kwargs)
            return original(*args, **kwargs)

        return called

    def _look(self, waits: Waits, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        exchange = current.get()
        if exchange is None or exchange.thread != threading.get_ident():
            return
        where, words = caller(), waits(*args, **kwargs)
        is_of_driver = any(f.f_code.co_filename.startswith(SQLALCHEMY) for f in frames())
        if words and where and not is_of_driver:
            self._told(f"{words} at {where}")


def _copies(holder: Any, original: Call) -> list[tuple[ModuleType, str]]:
    """Give the modules of the app that have imported a function by its name."""
    if not isinstance(holder, ModuleType):
        return []
    # Without `getattr`: a module that is loaded when it is asked for stays unloaded.
    modules = [each for each in list(sys.modules.values()) if isinstance(each, ModuleType)]
    return [
        (module, name)
        for module in modules
        if is_app(vars(module).get("__file__") or "<none>")
        for name, value in list(vars(module).items())
        if value is original
    ]


def _replace(undo: ExitStack, holder: Any, name: str, instead: Call) -> None:
    """Put a function in place; a class that inherits the original inherits it again afterwards."""
    if name in vars(holder):
        undo.callback(setattr, holder, name, vars(holder)[name])
    else:
        undo.callback(delattr, holder, name)
    setattr(holder, name, instead)
