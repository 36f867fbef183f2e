"""Async generators that the app drops half-way: the event loop closes them, some time later."""

from __future__ import annotations

import contextvars
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from types import AsyncGeneratorType
from typing import Any, cast

Finalizer = Callable[[AsyncGeneratorType[Any, Any]], None]

LATE = "by closing"
"""The words with which the recorder begins a line on a connection that came back this way."""

finalizing: ContextVar[str] = ContextVar("contract_finalizing", default="")
"""The abandoned generator that the current code is closing, as words; empty elsewhere."""


@contextmanager
def watched_generators() -> Iterator[None]:
    """Let what closes an abandoned generator, and the tasks it makes, be known by `finalizing`.

    Holds for generators first asked for a value inside the block, on a running event loop.
    """
    # A running loop has put its own hooks here; this finalizer is the one that closes.
    before = sys.get_asyncgen_hooks()
    close = cast("Finalizer | None", before.finalizer)

    def finalize(generator: AsyncGeneratorType[Any, Any]) -> None:
        if close is not None:
            # The loop makes the closing task by `call_soon_threadsafe`, which copies this context.
            contextvars.copy_context().run(_close, close, generator)

    # Without `firstiter`, which then stays: by it the loop knows what to close at its end.
    sys.set_asyncgen_hooks(finalizer=cast("Any", finalize))
    try:
        yield
    finally:
        sys.set_asyncgen_hooks(finalizer=before.finalizer)


def _close(close: Finalizer, generator: AsyncGeneratorType[Any, Any]) -> None:
    code = generator.ag_code
    finalizing.set(f"{code.co_name} ({Path(code.co_filename).name}:{code.co_firstlineno})")
    close(generator)
