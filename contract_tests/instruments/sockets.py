"""Refuse sockets to database servers, for drivers that nothing else sees."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from .instrument import Instrument

SERVERS = {
    1433: "SQL Server",
    1521: "Oracle",
    3306: "MySQL",
    5432: "PostgreSQL",
    27017: "MongoDB",
}
"""The ports that servers of databases have unless told otherwise. Caches and queues are none."""

Asked = Callable[[str, int], None]
_watching: list[Asked] = []
_hooked = False


class Sockets(Instrument):
    """Calls `asked` with host and port of each socket to a database server before it connects.

    What `asked` raises is what the connecting code meets. Sockets that are not Python's own, such
    as libpq's, are not seen.
    """

    def __init__(self, asked: Asked) -> None:
        self._asked = asked

    def _begin(self, undo: ExitStack) -> None:
        global _hooked  # noqa: PLW0603 - an audit hook cannot be removed: there is one per process
        if not _hooked:
            sys.addaudithook(_audit)
            _hooked = True
        _watching.append(self._asked)
        undo.callback(_watching.remove, self._asked)


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "socket.connect" and _watching:
        address = arguments[1]
        if isinstance(address, tuple) and address[1] in SERVERS:
            for asked in tuple(_watching):
                asked(str(address[0]), int(address[1]))
