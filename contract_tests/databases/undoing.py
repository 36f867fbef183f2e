"""The common part of everything that is begun on entry of a `with` block, and undone at its end."""

from __future__ import annotations

from abc import abstractmethod
from contextlib import ExitStack
from types import TracebackType
from typing import Self


class Undoing:
    """Is in force inside a `with` block.

    `_begin` does what is needed and leaves in `undo` what takes it back, which happens at the end
    of the block, and at once where `_begin` fails.
    """

    _undo: ExitStack

    @abstractmethod
    def _begin(self, undo: ExitStack) -> None:
        """Do what is needed inside the block."""

    def __enter__(self) -> Self:
        """Begin; nothing stays if that fails."""
        with ExitStack() as undo:
            self._begin(undo)
            self._undo = undo.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Undo all that `_begin` has done."""
        self._undo.close()
