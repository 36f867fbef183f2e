"""The common part of all instruments: put in place on entry, taken away whatever fails."""

from __future__ import annotations

from types import TracebackType

from ..databases.undoing import Undoing


class StillInForce(Exception):  # noqa: N818 - an error of the kit, said of an instrument
    """An instrument could not be taken away: nothing judged after that can be trusted."""


class Instrument(Undoing):
    """Is in force inside a `with` block.

    `_begin` puts it in place and leaves in `undo` what takes it away. All of that is done at the
    end, also where a part of it fails; then `StillInForce` is raised.
    """

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Take the instrument away. Raises `StillInForce` where a part of it stays."""
        try:
            super().__exit__(kind, error, traceback)
        except Exception as stuck:
            raise StillInForce(f"{type(self).__name__} is still in force: {stuck!r}") from stuck
