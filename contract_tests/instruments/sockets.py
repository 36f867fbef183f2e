"""Tell of sockets to database servers, and of files of databases, past every driver's function."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from ..databases import registry
from ..databases.places import Place
from .instrument import Instrument

OTHERS = {1433: "SQL Server", 1521: "Oracle", 27017: "MongoDB"}
"""The usual ports of servers that the kit has no databases on. Caches and queues are none."""

_events = {"socket.connect"}
"""The audit events that anybody has asked for: a team may register a database at any time."""

_watching: list[Sockets] = []
_hooked = False


class Sockets(Instrument):
    """Calls `asked` with host, port and product of a database server before a socket connects.

    `file_asked` gets each file before the library of a database opens it. What they raise is what
    the connecting code meets. Sockets that are not Python's own, such as libpq's, are not seen.
    """

    def __init__(
        self, asked: Callable[[str, int, str], None], file_asked: Callable[[Place], None]
    ) -> None:
        self._asked = asked
        self._file_asked = file_asked
        self._servers = OTHERS | registry.ports()
        self._openings = registry.openings()

    def _begin(self, undo: ExitStack) -> None:
        global _hooked  # noqa: PLW0603 - an audit hook cannot be removed: there is one per process
        if not _hooked:
            sys.addaudithook(_audit)
            _hooked = True
        _events.update(self._openings)
        _watching.append(self)
        undo.callback(_watching.remove, self)

    def look_at(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Tell of a socket to a database server, or of a file that is opened."""
        if event in self._openings:
            self._file_asked(self._openings[event](arguments[0]))
        elif event == "socket.connect":
            self._look_at_address(arguments[1])

    def _look_at_address(self, address: Any) -> None:
        if isinstance(address, tuple) and address[1] in self._servers:
            self._asked(str(address[0]), int(address[1]), self._servers[address[1]])
        elif isinstance(address, str):  # the path of a socket, which has port or product in it
            for port, product in self._servers.items():
                if address.endswith(f".{port}") or product.lower() in address.lower():
                    self._asked(address.rpartition("/")[0], port, product)


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    if event in _events:  # of a million events of a run, these are a few thousand
        # A copy: threads of the app connect while a block begins or ends.
        for each in tuple(_watching):
            each.look_at(event, arguments)
