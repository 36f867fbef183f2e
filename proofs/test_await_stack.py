"""The lines that wait, whatever they wait in."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from contract_tests.instruments.await_stack import waiting_line


@asynccontextmanager
async def lifespan() -> AsyncIterator[None]:
    """Never begin."""
    await asyncio.Event().wait()
    yield


async def start() -> None:
    """Begin a lifespan."""
    async with lifespan():
        pass


async def seen_waiting() -> str:
    """Start, and tell where that waits."""
    task = asyncio.create_task(start())
    await asyncio.sleep(0)
    line = waiting_line(task.get_coro())
    task.cancel()
    return line


def test_a_line_in_an_async_generator_is_told() -> None:
    """A lifespan that waits is told by its own line, not by that of whoever begins it."""
    assert asyncio.run(seen_waiting()).startswith("test_await_stack.py:15 in lifespan")
