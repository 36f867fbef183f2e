"""Reads beside the collection, each broken off by its client while the answer is sent."""

from __future__ import annotations

from collections.abc import Iterator

from ...instruments.exchange import Exchange
from ...service.discovery.reads import reads_beside
from ...service.service import Service
from ...service.transports.conversation import ClientBehaviour

MOST_READS = 8
"""Operations that are asked."""

ROWS = 3
"""Rows for a stream to read, one for each of its first parts."""

LEAVING = (3, 4, 5)
"""Messages before which the client leaves: the first parts of the answer's body."""

PATIENCE_WITH_STREAMS = 2.0
"""Seconds for one request: a stream of events may never come to a second message."""


def broken_off(service: Service) -> Iterator[Exchange]:
    """Send each read that is beside the collection, and leave before a part of its answer."""
    rows = [service.row() for _ in range(ROWS)]
    for operation in reads_beside(service.resource)[:MOST_READS]:
        request = service.draft(operation.method, operation.target(rows[0].id))
        for leaves in LEAVING:
            for breaks in (False, True):
                client = ClientBehaviour(patient=False, leaves=leaves, breaks=breaks)
                with service.hurried(PATIENCE_WITH_STREAMS):
                    exchange = service.exchange(request, client)
                if exchange.is_unended or not exchange.abandoned:
                    break  # it has no such message, or does not come to it
                yield exchange
