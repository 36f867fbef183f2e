"""Tasks and threads that a test has started and left running."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import suppress

from ..databases.threads import driver_threads
from ..instruments.attribution import is_app, line_at, name_of, running_task
from ..instruments.cancellation_injector import stepped_by
from .plan import Plan

BRIEFLY = 0.2
"""Seconds that what was started without being waited for gets to end by itself."""


class LeftRunning:
    """Tasks and threads that began after this was made, and had not ended at the last look.

    Tasks and threads of libraries and drivers are not counted.
    """

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._tasks: set[asyncio.Task[object]] = set()
        self._elsewhere: set[asyncio.Task[object]] = set()
        self._threads = set(threading.enumerate())

    def is_new(self, thread: threading.Thread) -> bool:
        """Return whether a thread was started since."""
        return thread not in self._threads

    async def note(self, before: set[asyncio.Task[object]]) -> None:
        """Take note of the tasks of the running loop that are new and do not end by themselves."""
        left = {task for task in asyncio.all_tasks() - before if self._is_counted(task)}
        left.discard(running_task())
        if left:
            _, left = await asyncio.wait(left, timeout=BRIEFLY)
        self._tasks |= left

    def note_elsewhere(self, started: Iterable[asyncio.Task[object]]) -> None:
        """Take note of tasks that go on in the loop of a client, which another thread runs."""
        left = {task for task in started if not task.done() and self._is_counted(task)}
        for loop in {task.get_loop() for task in left}:
            theirs = {task for task in left if task.get_loop() is loop}
            if loop.is_running():
                waited = asyncio.run_coroutine_threadsafe(_wait(theirs), loop)
                with suppress(TimeoutError):
                    waited.result(2 * BRIEFLY)
        self._elsewhere = {task for task in left if not task.done()}

    def look(self) -> None:
        """Drop what has ended; not what a loop has cancelled that was closed.

        A client has shut the app down before it closes its loop: nobody saw what ended the tasks.
        """
        self._elsewhere = {
            task for task in self._elsewhere if not (task.done() or task.get_loop().is_closed())
        }
        if self._tasks:  # it is asked after every fixture
            self._tasks = {task for task in self._tasks if _goes_on(task)}

    def names(self) -> Iterator[str]:
        """Describe what is left of tasks and threads."""
        self.look()
        for task in self._tasks | self._elsewhere:
            yield f"task {name_of(stepped_by(task.get_coro()))}"
        new = {thread for thread in threading.enumerate() if self.is_new(thread)}
        for thread in new - driver_threads() if new else ():
            line = _line(thread)
            if line and not self._plan.spares(thread.name):
                thread.join(BRIEFLY)
                yield from [f"thread {thread.name} at {line}"] if thread.is_alive() else ()

    def _is_counted(self, task: asyncio.Task[object]) -> bool:
        strand = stepped_by(task.get_coro())
        own = getattr(strand, "__name__", "")
        return bool(name_of(strand)) and not self._plan.spares(own, task.get_name())


async def _wait(tasks: set[asyncio.Task[object]]) -> None:
    """Let tasks end by themselves."""
    await asyncio.wait(tasks, timeout=BRIEFLY)


def _goes_on(task: asyncio.Task[object]) -> bool:
    return task.get_loop().is_closed() or not (task.done() or task.cancelling())


def _line(thread: threading.Thread) -> str:
    """Return the innermost line of the app that a thread is at."""
    frame = sys._current_frames().get(thread.ident or 0)  # noqa: SLF001 - its public name
    while frame is not None and not is_app(frame.f_code.co_filename):
        frame = frame.f_back
    return line_at(frame) if frame is not None else ""
