"""The words of the cancellation area: a request that is cancelled at any of its awaits."""

from __future__ import annotations

from .rule import Level, Rule

CAN_01 = Rule(
    id="CAN-01",
    level=Level.REQUIRED,
    statement="A cancelled request MUST return every connection it took.",
    rationale=(
        "Deadlines, shutdowns and impatient clients cancel requests all day. Each that keeps its "
        "connection makes the pool smaller, until the whole service waits for nothing."
    ),
    fix=(
        "Hold sessions by `async with`; clean up in `finally`, not in `except Exception`, since "
        "`CancelledError` is not an `Exception`."
    ),
)

CAN_02 = Rule(
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

CAN_03 = Rule(
    id="CAN-03",
    level=Level.REQUIRED,
    statement="A cancelled request MUST be stored in full or not at all.",
    rationale=(
        "An order without its lines, a payment without its entry: nobody got an error, nothing is "
        "in the log, and no retry ever mends what is there."
    ),
    fix=(
        "Commit once, at the end: put everything the request writes into one `async with "
        "session.begin():`. Compensation in `except Exception` is not run by a cancellation."
    ),
)

CAN_04 = Rule(
    id="CAN-04",
    level=Level.REQUIRED,
    statement="Uncommitted writes of a cancelled request MUST NOT be stored by a later request.",
    rationale=(
        "The client was told nothing and tries again: now the row is there twice. Somebody else's "
        "request stores it, under somebody else's name, at a time that cannot be explained."
    ),
    fix=(
        "Keep pending rows in the session of their own request, never in a list, a cache or a "
        "session of the app; where they must be, drop them in `finally`."
    ),
)

CAN_05 = Rule(
    id="CAN-05",
    level=Level.REQUIRED,
    statement="A cancelled request MUST NOT make later requests fail.",
    rationale=(
        "One impatient client, and everybody else meets a lock nobody releases, a counter nobody "
        "lowers or a circuit breaker that blames the database, until somebody restarts the service."
    ),
    fix=(
        "Release what the app itself keeps in `finally` or by `async with lock:`; count a "
        "`CancelledError` neither as a failure of the database nor as work under way."
    ),
)

CAN_06 = Rule(
    id="CAN-06",
    level=Level.REQUIRED,
    statement=(
        "A request cancelled by a cancel scope of its framework MUST return every connection "
        "it took."
    ),
    rationale=(
        "Starlette and FastAPI cancel by anyio scopes, which cancel every later await again, those "
        "of the clean-up too: what comes behind the first await in `finally` is never reached."
    ),
    fix=(
        "Close the session before anything else is awaited in `finally`, or by `async with "
        "sessionmaker() as session:`; shield a longer clean-up by `anyio.CancelScope(shield=True)`."
    ),
)

CAN_07 = Rule(
    id="CAN-07",
    level=Level.REQUIRED,
    statement="A request cancelled again during its clean-up MUST return every connection it took.",
    rationale=(
        "A client leaves, and then the server shuts down: the second cancellation meets the "
        "clean-up of the first, and the connection is lost in a moment when many are."
    ),
    fix=(
        "Nest the clean-up, `try: await tell() finally: await session.close()`, or use `async "
        "with`. An anyio shield keeps only anyio's own cancellations away, not `task.cancel()`."
    ),
)

CAN_08 = Rule(
    id="CAN-08",
    level=Level.RECOMMENDED,
    statement="A cancelled request SHOULD NOT start its work again.",
    rationale=(
        "Nobody waits for the answer any more. Work that begins again when it is cancelled loads "
        "the database at the worst time, and keeps a server from shutting down."
    ),
    fix=(
        "Let `CancelledError` pass: retry on the database's own errors only, never in `except "
        "BaseException` or `except asyncio.CancelledError`."
    ),
)

CAN_09 = Rule(
    id="CAN-09",
    level=Level.RECOMMENDED,
    statement="A cancelled request SHOULD NOT be answered with an error.",
    rationale=(
        "Shutdowns and impatient clients appear as failures of the database in logs and alerts, "
        "and whoever cancelled the request is told that it went on."
    ),
    fix=(
        "Write `except Exception`, not `except BaseException`, where errors become answers; "
        "after cleaning up in `except asyncio.CancelledError`, `raise` it again."
    ),
)

CAN_10 = Rule(
    id="CAN-10",
    level=Level.RECOMMENDED,
    statement=(
        "A cancelled request SHOULD NOT leave a task running that an undisturbed request ends."
    ),
    rationale=(
        "Each cancelled request adds a task that runs until the process ends: memory grows, "
        "heartbeats go on for requests that are long gone, and shutting down takes its time."
    ),
    fix=(
        "Start tasks in `async with asyncio.TaskGroup():` (or an anyio task group); where that "
        "does not fit, `task.cancel()` in `finally`, not behind the work."
    ),
)

CAN_11 = Rule(
    id="CAN-11",
    level=Level.REQUIRED,
    statement=(
        "A request cancelled while waiting for a connection MUST NOT reduce the pool's capacity."
    ),
    rationale=(
        "Clients give up when the service is slow, which is when the pool is empty. If each takes "
        "a slot with it, the service stays slow after the load has gone."
    ),
    fix=(
        "Enter a limit of your own by `async with semaphore:`, with everything that can wait, the "
        "checkout too, inside; begin `try` directly behind whatever `finally` takes back."
    ),
    needs=("list",),
)

CAN_12 = Rule(
    id="CAN-12",
    level=Level.REQUIRED,
    statement="A write that was answered with success before it was cancelled MUST be stored.",
    rationale=(
        "The client has its 201 and goes on. What is taken back afterwards, because something "
        "behind the answer was interrupted, is missing, and nobody will ever be told."
    ),
    fix=(
        "Finish with the database before answering; undo nothing once the answer is out, whatever "
        "becomes of background tasks and middleware."
    ),
)

RULES = (
    CAN_01,
    CAN_02,
    CAN_03,
    CAN_04,
    CAN_05,
    CAN_06,
    CAN_07,
    CAN_08,
    CAN_09,
    CAN_10,
    CAN_11,
    CAN_12,
)
