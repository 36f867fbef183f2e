"""The hooks of a contract in the whole process, which step aside for the tests of others."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack

from ...databases.undoing import Undoing

ProcessHook = Callable[[], AbstractContextManager[object]]


class Presence(Undoing):
    """Everything of a contract that code beside it could feel: listeners, the environment.

    Entered for the life of a service. Between `leave` and `enter` nothing of it is there: runners
    such as pytest-xdist may mix the contract's tests with those of a team, in any order.
    """

    def __init__(self, *parts: ProcessHook) -> None:
        self._parts = parts
        self._entered: ExitStack | None = None

    def enter(self) -> None:
        """Be there; without effect if it is there already."""
        if self._entered is None:
            # Where one of them fails, those before it are left again.
            with ExitStack() as stack:
                for part in self._parts:
                    stack.enter_context(part())
                self._entered = stack.pop_all()

    def leave(self) -> None:
        """Be gone without a trace; without effect if it is gone already."""
        if self._entered is not None:
            entered, self._entered = self._entered, None
            entered.close()

    def _begin(self, undo: ExitStack) -> None:
        undo.callback(self.leave)
        self.enter()
