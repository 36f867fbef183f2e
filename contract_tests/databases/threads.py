"""Threads of the kit's own, those of drivers, and their end."""

from __future__ import annotations

import asyncio
import gc
import threading
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from typing import TypeVar

from . import registry

T = TypeVar("T")


async def in_thread(function: Callable[[], T]) -> T:
    """Call a function in a thread of its own: those of the loop may all be busy with the app's."""
    executor = ThreadPoolExecutor(1)
    try:
        loop = asyncio.get_running_loop()
        # An executor takes no context along, and that nobody should observe this is kept there.
        return await loop.run_in_executor(executor, copy_context().run, function)
    finally:
        # Waiting would stop the loop where the caller is cancelled and the thread is not done.
        executor.shutdown(wait=False)


def driver_threads() -> set[threading.Thread]:
    """The threads of drivers that are alive."""
    return {thread for vendor in registry.vendors() for thread in vendor.threads()}


async def threads_ended(known: Collection[threading.Thread], limit: float) -> None:
    """Let all threads of drivers but the `known` ones end, as far as they do in `limit` seconds.

    A connection that is given up is closed behind everybody's back, and its thread then tells the
    loop so: one that is closed by then is an error in that thread.
    """
    # What nobody holds any more is given up now, so that its thread ends as well.
    gc.collect()
    deadline = asyncio.get_running_loop().time() + limit
    for thread in driver_threads().difference(known):
        left = max(0.0, deadline - asyncio.get_running_loop().time())
        await in_thread(partial(thread.join, left))
