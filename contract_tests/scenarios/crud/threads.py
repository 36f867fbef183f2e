"""Threads that requests start: what they do comes after the answer."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from ...service.service import Service
from ...service.transports.sending import SETTLING


@contextmanager
def ended_threads(service: Service) -> Iterator[None]:
    """Wait behind the block for the threads that were started in it, as far as they end."""
    before = set(threading.enumerate())
    yield
    for thread in set(threading.enumerate()) - before:
        service.run(asyncio.to_thread(thread.join, SETTLING))
