"""The reference app, which ends its own run by signals."""

from __future__ import annotations

import os
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from reference_app import create_app

CREATED = 201


def create() -> FastAPI:
    """Make the app.

    `ENDING_SIGNALS` go out when `ENDING_AFTER` items are stored, `ENDING_AT_STOP` at the shutdown.
    """
    app = create_app()
    app.add_middleware(Ending)
    return app


@asynccontextmanager
async def failing(app: FastAPI) -> AsyncIterator[None]:
    """Fail to start."""
    raise RuntimeError("no start today")
    yield


def unable_to_start() -> FastAPI:
    """Make an app that fails to start."""
    return FastAPI(lifespan=failing)


class Ending:
    """Counts the items that are stored, in a file, and sends the signals."""

    def __init__(self, app: Any) -> None:
        self._app = app
        self._left = int(os.environ["ENDING_AFTER"])

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        async def counting(message: Any) -> None:
            if message["type"] == "http.response.start" and message["status"] == CREATED:
                self._left -= 1
                if not self._left:
                    send_signals(os.environ["ENDING_SIGNALS"])
            await send(message)

        async def stopping() -> Any:
            message = await receive()
            if message["type"] == "lifespan.shutdown":
                send_signals(os.environ.get("ENDING_AT_STOP", ""))
            return message

        await self._app(scope, stopping, counting)


def send_signals(names: str) -> None:
    """Send each signal that is asked for: to this process, its parent, or its guardian."""
    pids = {"": [os.getpid()], "parent": [os.getppid()], "guardian": list(guardians())}
    for name in names.split():
        target, _, number = name.rpartition(":")
        for pid in pids[target]:
            os.kill(pid, signal.Signals[number])


def guardians() -> Iterator[int]:
    """Find the processes that watch this one."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().split(b"\0")
        except OSError:
            continue
        if any(word.endswith(b".guardian") for word in words) and b"%d" % os.getpid() in words:
            yield int(path.parent.name)
