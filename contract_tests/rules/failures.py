"""The words of the failures area: calls that fail, connections that break, COMMITs unconfirmed."""

from __future__ import annotations

from . import failures_outages as outages
from .rule import Level, Rule

FAI_01 = Rule(
    id="FAI-01",
    level=Level.REQUIRED,
    statement="A request MUST return its connections no matter which of its database calls fails.",
    rationale=(
        "The way out that nobody tested is the one that leaks: each failure behind the first "
        "statement costs a connection, until the pool is empty and the service waits for nothing."
    ),
    fix=(
        "Hold the session by `async with sessionmaker() as session:` around all of its statements; "
        "no `except` may leave the function before the session is closed."
    ),
    needs=("outside-view",),
)

FAI_02 = Rule(
    id="FAI-02",
    level=Level.REQUIRED,
    statement=(
        "A request that loses its connection MUST NOT keep another connection or transaction open."
    ),
    rationale=(
        "A broken connection often comes with hundreds of others. If every retry keeps what it "
        "opened, the database comes back to a service that has no connection left."
    ),
    fix=(
        "Open the connection of a retry by `async with engine.connect() as connection:`; never "
        "`await engine.connect()` in an `except` without a `close()` in `finally`."
    ),
    needs=("network",),
)

FAI_03 = Rule(
    id="FAI-03",
    level=Level.REQUIRED,
    statement=(
        "A write that loses its connection MUST NOT be answered with success unless it is stored."
    ),
    rationale=(
        "With the connection went the transaction. A COMMIT on a fresh connection succeeds and "
        "stores nothing, and the client throws its own copy away."
    ),
    fix=(
        "After a disconnect repeat the whole transaction, or let the error through; never call "
        "`commit()` again after `rollback()` or a reconnect."
    ),
    needs=("network",),
)

FAI_04 = Rule(
    id="FAI-04",
    level=Level.REQUIRED,
    statement="A write that loses its connection MUST be stored in full or not at all.",
    rationale=(
        "What came before the break is rolled back; what is sent after it, on another connection, "
        "is stored alone. Half a write looks like a whole one to everybody who reads it."
    ),
    fix=(
        "Try again from the first statement of the transaction: put the loop around `async with "
        "session.begin():`, not around `session.execute()`."
    ),
    needs=("network",),
)

FAI_05 = Rule(
    id="FAI-05",
    level=Level.REQUIRED,
    statement="A broken connection MUST NOT make later requests fail.",
    rationale=(
        "One lost packet, and the service is down until somebody restarts it: a flag that nobody "
        "resets, a connection kept for good, a session in need of a rollback."
    ),
    fix=(
        "Take a connection from the pool for each request and keep none; the pool replaces what is "
        "broken. Reset in `finally` whatever an `except` has marked as down."
    ),
    needs=("outside-view",),
)

FAI_06 = Rule(
    id="FAI-06",
    level=Level.REQUIRED,
    statement="A write whose COMMIT was not acknowledged MUST NOT be stored twice.",
    rationale=(
        "The connection broke when the row was stored already. A blind retry makes a second order, "
        "a second payment, a second message."
    ),
    fix=(
        "Try a create again only if its id is made before the first try, or is unique by a key the "
        "client sent, so that the second INSERT meets the first; else answer 503."
    ),
    needs=("network", "create"),
)

FAI_07 = Rule(
    id="FAI-07",
    level=Level.RECOMMENDED,
    statement="A write whose COMMIT was not acknowledged SHOULD NOT be answered as refused.",
    rationale=(
        "A 4xx says that nothing was stored and that the request was at fault: the client corrects "
        "it and sends another, while the first is stored."
    ),
    fix=(
        "Answer 409 or 400 for `IntegrityError` alone; anything else that `commit()` raises is a "
        "5xx, best a 503."
    ),
    needs=("network",),
)

FAI_08 = Rule(
    id="FAI-08",
    level=Level.RECOMMENDED,
    statement="A write whose COMMIT was refused SHOULD NOT be stored by a later request.",
    rationale=(
        "SQLite keeps a transaction open whose COMMIT found the file busy. `close()` gives it back "
        "to the pool as it is, and the next request's COMMIT stores what a client was told failed."
    ),
    fix=(
        "Commit by `async with session.begin():`, which rolls back when COMMIT fails, or write "
        "`except: await session.rollback(); raise` around `await session.commit()`."
    ),
    needs=("outside-view",),
)

FAI_09 = Rule(
    id="FAI-09",
    level=Level.RECOMMENDED,
    statement="A write SHOULD NOT fail after its COMMIT.",
    rationale=(
        "The client reads 500 and sends the same again, while the first is stored: duplicates, and "
        "support cases about errors that did what was asked."
    ),
    fix=(
        "Build the answer before the COMMIT: `await session.flush()`, then read what you need, "
        "then commit; set `expire_on_commit=False` instead of calling `refresh()`."
    ),
)

FAI_10 = Rule(
    id="FAI-10",
    level=Level.REQUIRED,
    statement="A successful write MUST be stored no matter which statement of its request failed.",
    rationale=(
        "On PostgreSQL one failed statement, caught or not, spoils its transaction: COMMIT then "
        "rolls back without an error, and the 201 names a row that does not exist."
    ),
    fix=(
        "Put a statement that may fail into `async with session.begin_nested():` inside the `try`, "
        "or make it after the COMMIT, in a transaction of its own."
    ),
)

FAI_20 = Rule(
    id="FAI-20",
    level=Level.PREVIEW,
    statement=(
        "A COMMIT refused because of a concurrent transaction SHOULD be retried or answered "
        "with 503 or 409."
    ),
    rationale=(
        "Serialization failures and deadlocks are part of a busy day, and a second try succeeds. "
        "A 500 raises an alarm, and is often not tried again."
    ),
    fix=(
        "Answer 503 for SQLSTATE class 40 (MySQL: errors 1213 and 1205), or repeat the whole "
        "transaction a few times before that."
    ),
    needs=("network",),
)

RULES = (
    FAI_01,
    FAI_02,
    FAI_03,
    FAI_04,
    FAI_05,
    FAI_06,
    FAI_07,
    FAI_08,
    FAI_09,
    FAI_10,
    *outages.RULES,
    FAI_20,
)
