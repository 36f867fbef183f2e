"""The names of the environment variables that a process asks for."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from typing import Any

from .instrument import Instrument
from .interception import Interception

LOOKING_UP = frozenset({"get", "__contains__", "pop", "setdefault"})
"""Methods by which one name is asked for; all others that read a value go through all of them."""


class EnvironmentReads(Instrument):
    """Keeps the names that are asked for one by one; a copy of the environment asks for none.

    A variable that is set and read by ``os.environ[name]`` cannot be told from a part of a copy,
    so it is not kept.
    """

    def __init__(self) -> None:
        self.names: set[str] = set()

    def _begin(self, undo: ExitStack) -> None:
        environ = f"{type(os.environ).__name__}.__getitem__"
        undo.enter_context(Interception({"os": (environ,)}, self._wrap))

    def _wrap(self, read: Callable[..., Any]) -> Callable[..., Any]:
        def reading(environ: Mapping[str, str], name: str) -> Any:
            asked = sys._getframe(1).f_code.co_name  # noqa: SLF001 - the documented way
            # In a list, since `in` of the environment itself asks by this very function.
            if asked in LOOKING_UP or name not in list(environ):
                self.names.add(name)
            return read(environ, name)

        return reading
