"""The event loop that the app lives on, driven from synchronous code."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

from ..databases.threads import driver_threads, threads_ended
from ..instruments.attribution import caller, running_task
from ..rules.violation import Undecided
from .transports.locate import reason_of
from .transports.sending import SETTLING

T = TypeVar("T")
ENDING = 0.5
"""Seconds that a driver's background work gets to end."""

_immortal: list[asyncio.Task[Any]] = []
"""Tasks that outlived their loop: what they do when they are destroyed comes after the report."""


class _KitTask(asyncio.Task[T]):
    """The task that a loop is run for: one of the app cannot cancel it, as it would a server's."""

    def __init__(self, coroutine: Coroutine[Any, Any, T], app_loop: AppLoop) -> None:
        super().__init__(coroutine, loop=app_loop.loop)
        self._app_loop = app_loop

    def cancel(self, msg: object = None) -> bool:
        """Cancel it, unless another task asks: a time limit is a callback of the loop."""
        if self._app_loop.awaited is not self or running_task() in {self, None}:
            return super().cancel(msg)
        self._app_loop.blame("cancelled the tasks of a server", caller())
        return False


class AppLoop:
    """Runs coroutines on one loop, each to its end.

    `faults` are what the app did to a server that no request shows. `awaited` is what it runs for.
    """

    def __init__(self, runner: asyncio.Runner) -> None:
        self._runner = runner
        self.faults: list[str] = []
        self.awaited: asyncio.Task[Any] | None = None
        self._interrupt: KeyboardInterrupt | None = None
        self._stop = self.loop.stop
        with suppress(AttributeError):  # a loop that is not Python's own does not tell who stops it
            self.loop.stop = self._stopped  # type: ignore[method-assign]

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """The loop itself."""
        return self._runner.get_loop()

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine. Raises `Undecided` if the app has cancelled it.

        Not by the runner, which minds Ctrl-C anew each time: that costs a third of a request.
        """
        self.awaited = task = _KitTask(coroutine, self)
        try:
            while not task.done():
                self._run_on(task)
        finally:
            self.awaited = None
        if task.cancelled():
            self.blame("cancelled the tasks of a server")
            raise Undecided(self.faults[-1])
        return task.result()

    def _run_on(self, task: asyncio.Task[Any]) -> None:
        """Run the loop until the task is done, or the app has stopped it."""
        try:
            self.loop.run_until_complete(task)
        except SystemExit as error:  # asyncio stops the loop for it, whichever task it was
            if not task.done():
                self.blame(f"ended a server by {reason_of(error)}")
        except KeyboardInterrupt as interrupt:
            # asyncio raises the same one again in each task that waits for the interrupted one.
            if interrupt is not self._interrupt:
                self._interrupt = interrupt
                raise
        # What `run_until_complete` says of a loop that was stopped before its end.
        except RuntimeError:
            if task.done() or self.loop.is_running() or self.loop.is_closed():
                raise
            self.blame("stopped the event loop")
        # Of the task itself: whoever runs it looks at how it has ended.
        except asyncio.CancelledError:
            if not task.done():
                raise

    def blame(self, what: str, line: str = "") -> None:
        """Keep what a task of the app did, once, with the line of the app if it is known."""
        fault = f"a task of the app {what}" + (f" ({line})" if line else "")
        if fault not in self.faults:
            self.faults.append(fault)

    def _stopped(self) -> None:
        """Stop the loop at the end of what it runs, but not for a task of the app."""
        if self.awaited is None or self.awaited.done() or running_task() is None:
            self._stop()
        else:
            self.blame("stopped the event loop", caller())


def _unless_interrupted(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Tell of an error that nobody has retrieved, but not once more of Ctrl-C."""
    if not isinstance(context.get("exception"), KeyboardInterrupt):
        loop.default_exception_handler(context)


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
        runner.get_loop().set_exception_handler(_unless_interrupted)
        known = driver_threads()
        try:
            yield AppLoop(runner)
        finally:
            runner.run(threads_ended(known, ENDING))
            runner.run(_let_go())
            # The runner would wait for minutes for a thread that never ends; what ends does so.
            runner.get_loop().set_default_executor(ThreadPoolExecutor(1))
