"""Acts that stand beside the caller: on a loop, a port, a password of their own."""

import asyncio
import secrets
import socket
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, TypeVar

from ..masking.mask import learn

T = TypeVar("T")


def finish(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end on a loop of its own, whether or not one is running here."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()


def closed_port() -> int:
    """Give a local port that was free a moment ago, so that nobody answers there."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@contextmanager
def silent_port() -> Iterator[int]:
    """Give a local port that takes connections, and on which nothing is ever said."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        # The system makes the connections that wait here: nobody has to accept them.
        listener.listen()
        port: int = listener.getsockname()[1]
        yield port


def password() -> str:
    """Make up a password for a server of ours, which nobody will print."""
    return learn(secrets.token_hex(16))
