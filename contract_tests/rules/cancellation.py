"""The words of the cancellation area: a request that is cancelled at any of its awaits."""

from __future__ import annotations

from .rule import Level, Rule

RETURNED = Rule(
    id="CAN-01",
    level=Level.REQUIRED,
    statement="A cancelled request MUST return every connection it took.",
    rationale=(
        "Deadlines, shutdowns and impatient clients cancel requests all day. Each that keeps its "
        "connection makes the pool smaller, until the whole service waits for nothing."
    ),
    fix=(
        "Hold sessions by `async with`; clean up in `finally`, not in `except Exception`, since "
        "`CancelledError` is no `Exception`."
    ),
)

ENDED = Rule(
    id="CAN-02",
    level=Level.REQUIRED,
    statement="A cancelled request MUST NOT leave a transaction open in the database.",
    rationale=(
        "The pool counts the connection as returned while the server keeps its row locks: the next "
        "writer of the same rows waits for ever."
    ),
    fix=(
        "End the transaction in the block that began it, `async with session.begin():`; raise "
        "SQLAlchemy to 2.0.38 or later, which shields its own clean-up from cancellation."
    ),
    needs=("outside-view",),
)

RULES = (RETURNED, ENDED)
