"""The event loop that the app lives on, driven from synchronous code."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from .transports.locate import reason_of

T = TypeVar("T")
ENDING = 5.0
"""Seconds that the app's tasks get to end when they are cancelled for the last time."""

_immortal: list[asyncio.Task[Any]] = []
"""The tasks that did not: what they do when they are destroyed comes after the report."""


@contextmanager
def app_runner() -> Iterator[asyncio.Runner]:
    """Give a runner whose loop is closed at the end, whatever the app's tasks make of that.

    The runner alone would wait for ever for one that takes its cancellation for a failed job.
    """
    with asyncio.Runner() as runner:
        try:
            yield runner
        finally:
            runner.get_loop().run_until_complete(_end_tasks())


async def _end_tasks() -> None:
    """Cancel every task, as a server does at its end, and let go of those that do not end."""
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    _, immortal = await asyncio.wait(tasks, timeout=ENDING) if tasks else (set(), set())
    for task in immortal:
        # What other kinds of loops use: no public name takes a task off the list of all tasks.
        asyncio.tasks._unregister_task(task)  # noqa: SLF001
        _immortal.append(task)


class AppLoop:
    """Runs coroutines on one loop, each to its end.

    `faults` are what tasks of the app did to a server that no request shows.
    """

    def __init__(self, runner: asyncio.Runner) -> None:
        self._runner = runner
        self.faults: list[str] = []
        self._interrupt: KeyboardInterrupt | None = None

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """The loop itself."""
        return self._runner.get_loop()

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine.

        Not by the runner, which minds Ctrl-C anew each time: that costs a third of a request.
        """
        task = self.loop.create_task(coroutine)
        while not task.done():
            try:
                self.loop.run_until_complete(task)
            except SystemExit as error:  # asyncio stops the loop for it, whichever task it was
                if not task.done():
                    self.faults.append(f"a task of the app ended a server by {reason_of(error)}")
            except KeyboardInterrupt as interrupt:
                # asyncio raises the same one again in each task that waits for the interrupted one.
                if interrupt is not self._interrupt:
                    self._interrupt = interrupt
                    raise
        return task.result()
