"""One test of a team under watch: its function, and what counts as its own."""

from __future__ import annotations

import asyncio
import functools
import inspect
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import chain
from typing import Any

import pytest

from ..instruments.attribution import current, running_task
from .left_running import LeftRunning
from .observation import Scope
from .plan import Plan


class WatchedTest:
    """A test, its plan, and the scope of what happens in it.

    It `has_passed` once its function has ended well: after a failure of its own nothing is
    judged, since its traceback keeps what the function held.
    """

    def __init__(self, item: pytest.Item, plan: Plan) -> None:
        self.item = item
        self.plan = plan
        self.scope = Scope(item.nodeid, self._is_charged)
        self.left = LeftRunning(plan)
        self.has_passed = False
        self._is_prepared = self._is_running = False

    def at_its_end(self, judge: Callable[[], None]) -> None:
        """Have this called once the fixtures of the test, and no others, have been torn down."""
        # Finalizers are called in reverse: this one is to be the first of the test's own.
        if not self._is_prepared:
            self._is_prepared = True
            self.item.addfinalizer(judge)

    @contextmanager
    def called(self) -> Iterator[None]:
        """Let what the test's function does in the block, and what it starts, be the test's."""
        item: Any = self.item
        if not isinstance(item, pytest.Function):
            yield
            return
        original = item.obj
        item.obj = self._charged(original)
        try:
            yield
        finally:
            item.obj = original

    def _charged(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function, with what it does attributed to the test."""
        if inspect.iscoroutinefunction(function):

            @functools.wraps(function)
            async def charged(*args: Any, **kwargs: Any) -> Any:
                __tracebackhide__ = True
                before = asyncio.all_tasks() if running_task() else None
                with self._current():
                    result = await function(*args, **kwargs)
                if self.plan.has("tasks") and before is not None:
                    await self.left.note(before)
                self._note_elsewhere()
                return result

        else:

            @functools.wraps(function)
            def charged(*args: Any, **kwargs: Any) -> Any:
                __tracebackhide__ = True
                with self._current():
                    result = function(*args, **kwargs)
                self._note_elsewhere()
                return result

        return charged

    def _note_elsewhere(self) -> None:
        """Note what the requests of the test have started in the loops of clients."""
        if self.plan.has("tasks"):
            started = (exchange.started for exchange in self.scope.requests)
            self.left.note_elsewhere(chain.from_iterable(started))

    @contextmanager
    def _current(self) -> Iterator[None]:
        """Let the code of the block, and what it starts, know the test as its cause."""
        __tracebackhide__ = True
        token = current.set(self.scope.own)
        self._is_running = True
        try:
            yield
        finally:
            self._is_running = False
            current.reset(token)

    def _is_charged(self) -> bool:
        """Return whether code that runs for no exchange is the test's.

        While its function runs, all that it starts knows its exchange but for new threads.
        """
        if not self._is_running:
            return True
        thread = threading.current_thread()
        is_main = thread is threading.main_thread()
        return running_task() is None and (is_main or self.left.is_new(thread))
