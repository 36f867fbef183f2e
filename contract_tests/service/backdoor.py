"""The back door: what is really stored, and which transactions are open, past the service."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from ..databases import BackDoorBlocked, Database
from ..rules.violation import Undecided
from .loop import AppLoop

Contents = Mapping[str, tuple[tuple[object, ...], ...]]
GRACE = 1.0
"""Seconds after which a transaction that is still open is no server's delay any more."""


class BackDoor:
    """Looks into the service's database by a connection of the kit's own, and puts rows back.

    `relieve` takes back what leaking requests hold, where that can be done. `version` is that of
    the server. `open_at_start` are the transactions that were there before any request,
    `left_behind` says what could not be put back at the end.
    """

    def __init__(
        self, database: Database, version: str, loop: AppLoop, relieve: Callable[[], None]
    ) -> None:
        self.database = database
        self.version = version
        self.open_at_start = 0
        self.left_behind = ""
        self._loop = loop
        self._relieve = relieve

    def open(self) -> None:
        """Open it, before the service is asked anything."""
        self._loop.run(self.database.open())

    def close(self) -> None:
        """Close it, when nothing more is asked."""
        self._loop.run(self.database.close())

    def stored(self) -> Contents:
        """Give every committed row of every table."""
        return self._loop.run(self.database.contents())

    def open_transactions(self) -> tuple[str, ...]:
        """Describe, a line each, the transactions that somebody else has open now."""
        return self._loop.run(self.database.open_transactions())

    def lasting_transactions(self) -> tuple[str, ...]:
        """Describe those that a server still has open after the time it needs to notice an end."""
        return self._loop.run(self._lasting_transactions())

    async def _lasting_transactions(self) -> tuple[str, ...]:
        loop = self._loop.loop
        deadline = loop.time() + GRACE
        while True:
            found = await self.database.open_transactions()
            if len(found) <= self.open_at_start or loop.time() > deadline:
                return found[self.open_at_start :]
            await asyncio.sleep(0)  # each round is a question to the server

    def restore(self) -> None:
        """Bring the rows back to what they were when the contract began.

        What leaking requests hold is taken back if it is in the way. Raises `Undecided` if even
        that does not help.
        """
        try:
            self._loop.run(self.database.restore())
        except BackDoorBlocked:
            self._relieve()
            try:
                self._loop.run(self.database.restore())
            except BackDoorBlocked as blocked:
                raise Undecided(f"the database could not be reset: {blocked}") from None
