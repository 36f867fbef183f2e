"""The role of a transport: it carries requests to a service, wherever that is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from ...instruments.exchange import Exchange, Request
from ...instruments.scheduler import Scheduler
from .conversation import PATIENT, ClientBehaviour
from .sending import Sender


class Transport(Protocol):
    """Sends requests to a service and records each as an `Exchange`, within the sender's limit."""

    sender: Sender

    async def together(
        self,
        requests: Sequence[Request],
        client: ClientBehaviour = PATIENT,
        *,
        turns: Scheduler | None = None,
    ) -> list[Exchange]:
        """Send requests at the same time; the exchanges come in their order, lettered A, B, C...

        With `turns` they step through their database calls as it says.
        """
