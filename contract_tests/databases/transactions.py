"""Transactions as a look at the database shows them, and those that last."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field

GRACE = 1.0
"""Seconds after which a transaction that is still open is no server's delay any more."""


@dataclass(frozen=True, slots=True)
class OpenTransaction:
    """A transaction that somebody has open: the same one as long as nobody does anything in it.

    One that is used again and left open has been left by whoever used it. `key` is the database's
    own name for it, `use` that of the last thing done in it.
    """

    key: str
    text: str = field(compare=False)
    use: str = ""

    def __str__(self) -> str:
        """The transaction as a line."""
        return self.text


Look = Callable[[], Awaitable[tuple[OpenTransaction, ...]]]


async def lasting(
    look: Look, known: Collection[OpenTransaction] = (), spared: int = 0
) -> tuple[OpenTransaction, ...]:
    """Give the transactions that every look shows until a server must have noticed their end.

    Those that are `known` are left out; as many as are `spared` are not waited for. One in which
    something is done meanwhile lasts no longer, but its end is waited for as well: a COMMIT may be
    under way whose client has gone.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + GRACE
    found = [each for each in await look() if each not in known]
    new = {each.key for each in found} - {each.key for each in known}
    is_moving = False
    while (len(found) > spared or is_moving) and loop.time() < deadline:
        await asyncio.sleep(0)  # each round is a question to the server
        seen = await look()
        found = [each for each in seen if each in found]
        is_moving = any(each.key in new and each not in found for each in seen)
    return tuple(found)
