"""An app behind a real server, as its users run it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

ROOT = Path(__file__).resolve().parent.parent


@contextmanager
def served(
    app: str, folder: str, *, is_factory: bool | None = None
) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """The app behind uvicorn, on a database of its own.

    An attribute `app` is taken for an app, and any other for a factory, unless it is told.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"sqlite+aiosqlite:///{folder}/served.db"
    environ = os.environ | {"APP_DATABASE_URL": url, "DATABASE_URL": url}
    makes = not app.endswith(":app") if is_factory is None else is_factory
    factory = ["--factory"] if makes else []
    command = [
        sys.executable,
        "-m",
        "uvicorn",
        *factory,
        app,
        f"--port={port}",
        "--no-access-log",
        "--log-level=critical",
    ]
    with subprocess.Popen(command, cwd=ROOT, env=environ, stderr=subprocess.DEVNULL) as server:
        try:
            address = f"http://127.0.0.1:{port}"
            _wait_for(address)
            yield address, server
        finally:
            server.terminate()


def _wait_for(address: str) -> None:
    """Ask until somebody answers."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            urlopen(address + "/openapi.json", timeout=5).close()  # noqa: S310 - our own server
        except URLError as error:
            if getattr(error, "code", None) is not None:
                return
        else:
            return
    raise TimeoutError(f"nobody answers at {address}")
