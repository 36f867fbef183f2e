"""The words about clients that take their time, and about work that nobody waits for."""

from __future__ import annotations

from .rule import Level, Rule

DIS_09 = Rule(
    id="DIS-09",
    level=Level.RECOMMENDED,
    statement="A stream SHOULD stop reading from the database once its client has disconnected.",
    rationale=(
        "An export that nobody receives runs on to its last row, holding a connection and keeping "
        "the database busy; clients that try again start a second one beside it."
    ),
    fix=(
        "Use the framework's `StreamingResponse`, which is cancelled when the client leaves, or "
        "ask `await request.is_disconnected()` before each page."
    ),
    needs=("list", "engine-view"),
)

DIS_10 = Rule(
    id="DIS-10",
    level=Level.RECOMMENDED,
    statement="A request SHOULD NOT hold a connection while its body is still arriving.",
    rationale=(
        "The client sets the pace of its upload. Pool size plus overflow slow ones, fifteen by "
        "default, hold every connection while the database has nothing to do."
    ),
    fix=(
        "Read the body first, `await request.body()`, and open the session after it: in an "
        "endpoint's dependency, where frameworks have read it, instead of in a middleware."
    ),
    needs=("create", "engine-view"),
)

DIS_11 = Rule(
    id="DIS-11",
    level=Level.RECOMMENDED,
    statement="A request SHOULD return its connection before its answer is sent.",
    rationale=(
        "Since FastAPI 0.118 what follows the `yield` of a dependency runs after the answer was "
        "sent, so a client that reads slowly keeps a connection that nobody uses."
    ),
    fix=(
        "Give the dependency `scope='function'` (FastAPI 0.121+), or end the transaction in the "
        "endpoint: `async with session.begin():` around what it asks."
    ),
    needs=("engine-view",),
)
