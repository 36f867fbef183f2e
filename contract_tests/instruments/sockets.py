"""Refuse sockets to database servers, for drivers that nothing else sees."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from ..databases import registry
from .instrument import Instrument

OTHERS = {1433: "SQL Server", 1521: "Oracle", 27017: "MongoDB"}
"""The usual ports of servers that the kit has no databases on. Caches and queues are none."""

Asked = Callable[[str, int, str], None]
_watching: list[Sockets] = []
_hooked = False


class Sockets(Instrument):
    """Calls `asked` with host, port and product of each database server before a socket connects.

    What `asked` raises is what the connecting code meets. Sockets that are not Python's own, such
    as libpq's, are not seen.
    """

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self._servers = OTHERS | registry.ports()

    def _begin(self, undo: ExitStack) -> None:
        global _hooked  # noqa: PLW0603 - an audit hook cannot be removed: there is one per process
        if not _hooked:
            sys.addaudithook(_audit)
            _hooked = True
        _watching.append(self)
        undo.callback(_watching.remove, self)

    def look_at(self, address: tuple[Any, ...]) -> None:
        """Tell of a socket's address, if it is that of a database server."""
        if address[1] in self._servers:
            self._asked(str(address[0]), int(address[1]), self._servers[address[1]])


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "socket.connect" and _watching:
        address = arguments[1]
        if isinstance(address, tuple):
            for each in tuple(_watching):
                each.look_at(address)
