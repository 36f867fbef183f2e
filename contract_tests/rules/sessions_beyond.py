"""The words on connections beyond requests: those of other event loops and of WebSockets."""

from __future__ import annotations

from .rule import Level, Rule

SES_15 = Rule(
    id="SES-15",
    level=Level.REQUIRED,
    statement="A connection MUST NOT be used on another event loop than that it was opened on.",
    rationale=(
        "A thread with a loop of its own takes a connection of the service's pool: `got Future "
        "attached to a different loop`. The connection goes back in the midst of an operation, "
        "and whoever is given it next fails with `another operation is in progress`."
    ),
    fix=(
        "Give the thread an engine of its own, made with `poolclass=NullPool` and disposed in the "
        "same loop; or hand the work to the service's loop: `asyncio.run_coroutine_threadsafe`. "
        "After `asyncio.run(...)` at import, `await engine.dispose()` in the same run."
    ),
    needs=("create", "engine-view", "async-engine"),
)

SES_16 = Rule(
    id="SES-16",
    level=Level.RECOMMENDED,
    statement="A WebSocket that waits for its client SHOULD NOT hold a pooled connection.",
    rationale=(
        "A dependency of a WebSocket ends with the socket. Each open tab keeps a connection, and "
        "after a few tabs no request gets one."
    ),
    fix=(
        "Open a session for each thing that is asked, `async with sessionmaker() as session:`, "
        "and close it before the socket waits, instead of `Depends(get_session)`."
    ),
    needs=("create", "engine-view"),
)

RULES = (SES_15, SES_16)
