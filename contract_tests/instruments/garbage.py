"""The garbage collector, kept from running where it would do harm."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_collection() -> Iterator[None]:
    """Collect no garbage in the block, in which pytest parses source code to show a failure.

    A greenlet of the app that ends meanwhile makes Python 3.11 raise `SystemError` there.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
