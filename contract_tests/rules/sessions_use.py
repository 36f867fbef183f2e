"""The words on how a request uses its sessions while it runs: how many, where, and for how long."""

from __future__ import annotations

from .rule import Level, Rule

SES_09 = Rule(
    id="SES-09",
    level=Level.REQUIRED,
    statement="A request MUST NOT hold two connections of one bounded pool at the same time.",
    rationale=(
        "When as many such requests come at once as the pool has connections, each holds one and "
        "waits for another: all of them stand still until the pool's timeout, and then fail."
    ),
    fix=(
        "Let everything of a request use one session, the one of its dependency; or end the first "
        "transaction before the second session is asked for anything."
    ),
    needs=("engine-view",),
)

SES_10 = Rule(
    id="SES-10",
    level=Level.RECOMMENDED,
    statement="A request SHOULD NOT wait for a blocking call on the event loop.",
    rationale=(
        "While a blocking driver waits for the database, or `time.sleep` and `requests` for their "
        "end, the whole worker waits: one slow answer stops every other request, health checks "
        "included."
    ),
    fix=(
        "Use an async engine or client in `async def`, pass the call to `asyncio.to_thread`, or "
        "make the endpoint a plain `def`, which the framework runs in a thread."
    ),
    needs=("engine-view",),
)

SES_11 = Rule(
    id="SES-11",
    level=Level.RECOMMENDED,
    statement=(
        "A request SHOULD NOT wait for anything but the database while a transaction is open."
    ),
    rationale=(
        "While another service takes its time to answer, the rows stay locked and the connection "
        "is out: its slowness becomes that of every writer of the same rows."
    ),
    fix=(
        "Ask other services before the transaction begins or after `commit()`; a SELECT begins a "
        "transaction too."
    ),
    needs=("engine-view",),
)

SES_12 = Rule(
    id="SES-12",
    level=Level.REQUIRED,
    statement="Every write of a successful request MUST be committed.",
    rationale=(
        "The row is there, but what belongs to it is not: the audit note, the counter, the job. A "
        "session that is closed without `commit()` undoes its writes without an error."
    ),
    fix=(
        "Give the second session its own `async with session.begin():`, also in background tasks; "
        "or write everything in the request's own transaction."
    ),
    needs=("engine-view",),
)

SES_13 = Rule(
    id="SES-13",
    level=Level.REQUIRED,
    statement="A request MUST NOT use one session in two tasks at the same time.",
    rationale=(
        "A session is one transaction on one connection, and two tasks cannot use it at once. It "
        "works until a pool is cold or a statement slow, then fails with `another operation is in "
        "progress`, or mixes up the results."
    ),
    fix=(
        "Await the statements one after the other, or give each task of `gather` a session of its "
        "own, opened and closed inside the task."
    ),
    needs=("engine-view",),
)

SES_14 = Rule(
    id="SES-14",
    level=Level.REQUIRED,
    statement="The number of sessions in memory MUST NOT grow with every request.",
    rationale=(
        "A registry of sessions by task holds on to each, with its task and all rows it has seen, "
        "until somebody removes it: memory grows with every request until the service is "
        "restarted."
    ),
    fix=(
        "End each request with `await registry.remove()`, since `close()` leaves the session in "
        "the registry; or take a session per request, `async with sessionmaker() as session:`."
    ),
    needs=("look", "create", "engine-view"),
)

RULES = (SES_09, SES_10, SES_11, SES_12, SES_13, SES_14)
