"""The common part of all instruments: put in place on entry, taken away whatever fails."""

from __future__ import annotations

from abc import abstractmethod
from contextlib import ExitStack
from types import TracebackType
from typing import Self


class StillInForce(Exception):  # noqa: N818 - an error of the kit, said of an instrument
    """An instrument could not be taken away: nothing judged after that can be trusted."""


class Instrument:
    """Is in force inside a `with` block.

    `_begin` puts it in place and leaves in `undo` what takes it away. All of that is done at the
    end, also where a part of it fails; then `StillInForce` is raised.
    """

    _undo: ExitStack | None = None

    @abstractmethod
    def _begin(self, undo: ExitStack) -> None:
        """Put the instrument in place."""

    def __enter__(self) -> Self:
        """Put the instrument in place; nothing stays there if that fails."""
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
        """Take the instrument away. Raises `StillInForce` where a part of it stays."""
        undo, self._undo = self._undo, None
        try:
            if undo is not None:
                undo.close()
        except Exception as stuck:
            raise StillInForce(f"{type(self).__name__} is still in force: {stuck!r}") from stuck
