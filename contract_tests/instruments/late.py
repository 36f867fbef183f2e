"""Confine a process as soon as it imports what can connect to a database, and not before."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module

from .interception import Imports


def confine_when_needed(packages: Sequence[str], folders: Sequence[str]) -> None:
    """Wait for the import of a package that connects; a process without one is left alone.

    The folders are those that what is imported then is in, beside the ones of this process.
    """
    path = [*sys.path, *folders]

    def confine(_module: object) -> None:
        # First, since the import below asks for these packages itself.
        waiting.__exit__(None, None, None)
        # The kit was on the path of that earlier moment, and is not on this one.
        before, sys.path[:] = list(sys.path), [*sys.path, *path]
        try:
            confined = import_module(f"{__package__}.confinement").confined_here()
        finally:
            sys.path[:] = before
        if confined is not None:
            # Never left: it lasts as long as this process.
            confined.__enter__()

    waiting = Imports(packages, confine)
    waiting.__enter__()
