"""Each WebSocket of a service, opened and left to wait."""

from __future__ import annotations

import re
from urllib.parse import quote

from ...service.discovery.routes import socket_paths
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
        target = re.sub(r"\{[^}]*\}", quote(str(service.row().id), safe=""), path)
        request = service.draft("GET", target)
        found.append(service.run(waiting_socket(transport, request)))
    return found
