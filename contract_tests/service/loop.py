"""The event loop that the app lives on, driven from synchronous code."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from .transports.locate import reason_of

T = TypeVar("T")


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
