"""Each WebSocket of a service, opened and left to wait."""

from __future__ import annotations

import re
from contextlib import suppress
from urllib.parse import quote

from ...rules.violation import NotApplicable, Undecided
from ...service.discovery.sockets import socket_paths
from ...service.service import Service
from ...service.transports.websocket import WaitingSocket, waiting_socket

MOST = 10
"""Sockets that are opened: each has to be seen to wait."""


def idle_sockets(service: Service) -> list[WaitingSocket]:
    """Open each WebSocket of the app for a row of its own, and give what it held while it waited.

    Every parameter of its path is the row's id.
    """
    transport = service.process.transport
    found = []
    for path in socket_paths(transport.app)[:MOST]:
        target = re.sub(r"\{[^}]*\}", quote(_an_id(service), safe=""), path)
        request = service.draft("GET", target)
        found.append(service.run(waiting_socket(transport, request)))
    return found


def _an_id(service: Service) -> str:
    """The id of a new row; one that no row has where none can be created."""
    if service.resource.offers("create"):
        with suppress(Undecided, NotApplicable):
            return str(service.row().id)
    return str(service.absent_id())
