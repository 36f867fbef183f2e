"""The event loop that the app lives on, driven from synchronous code."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from ..databases.threads import driver_threads, threads_ended
from .transports.locate import reason_of
from .transports.sending import SETTLING

T = TypeVar("T")
ENDING = 0.5
"""Seconds that a driver's background work gets to end."""

_immortal: list[asyncio.Task[Any]] = []
"""Tasks that outlived their loop: what they do when they are destroyed comes after the report."""


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


async def cancel_others() -> None:
    """Cancel all else that still runs on the loop, and wait for it."""
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks, timeout=SETTLING)


async def _let_go() -> None:
    """Cancel all else, as a server does at its end, and forget what does not end."""
    await cancel_others()
    for task in asyncio.all_tasks() - {asyncio.current_task()}:
        # What loops of other makes use: no public name takes a task off the list of all tasks.
        asyncio.tasks._unregister_task(task)  # noqa: SLF001
        _immortal.append(task)


@contextmanager
def open_loop() -> Iterator[AppLoop]:
    """Make a loop; what drivers do in threads gets to end before it does.

    It is closed whatever the app's tasks make of that: the runner alone would wait for ever for one
    that takes its cancellation for a failed job.
    """
    with asyncio.Runner() as runner:
        known = driver_threads()
        try:
            yield AppLoop(runner)
        finally:
            runner.run(threads_ended(known, ENDING))
            runner.run(_let_go())
