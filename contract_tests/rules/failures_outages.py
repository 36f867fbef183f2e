"""The words of the failures area about a database that is away, or does not take everything."""

from __future__ import annotations

from .rule import Level, Rule

FAI_11 = Rule(
    id="FAI-11",
    level=Level.REQUIRED,
    statement="Refused connections MUST NOT use up the request slots of a service.",
    rationale=(
        "Every refused connection takes one slot of a semaphore or a counter. The database is "
        "back, nothing is wrong with it, and the service still says that it is busy."
    ),
    fix=(
        "Hold the slot by `async with semaphore:` around the connecting, too; decrement a counter "
        "in `finally`."
    ),
    needs=("outside-view", "list", "engine-view"),
)

FAI_12 = Rule(
    id="FAI-12",
    level=Level.REQUIRED,
    statement=(
        "A service MUST recover by itself after the database server has closed its connections."
    ),
    rationale=(
        "Databases are restarted for updates, at night. A service that keeps a connection of its "
        "own for good answers errors until somebody restarts it, too."
    ),
    fix=(
        "Keep the engine, not a connection: `async with engine.connect() as connection:` in each "
        "request; or call `await connection.rollback()` in `except DBAPIError` of the kept one."
    ),
    needs=("network", "list", "engine-view"),
)

FAI_13 = Rule(
    id="FAI-13",
    level=Level.RECOMMENDED,
    statement=(
        "Idle connections that the database server has closed SHOULD NOT make a request fail."
    ),
    rationale=(
        "After each restart of the database, each failover and each silent hour behind a firewall, "
        "the first request of each service fails for nothing."
    ),
    fix="Make the engine with `create_async_engine(url, pool_pre_ping=True)`.",
    needs=("network", "list", "engine-view"),
)

FAI_14 = Rule(
    id="FAI-14",
    level=Level.REQUIRED,
    statement="A service MUST work again once its database is reachable again.",
    rationale=(
        "A short outage of the database becomes a long one of the service: a circuit breaker that "
        "never closes, a failure that was remembered, a connection attempt nobody repeats."
    ),
    fix=(
        "Let the breaker try the database again by itself (half-open), after a time or with the "
        "next request; never remember a failure without an end."
    ),
    needs=("outside-view", "list", "engine-view"),
)

FAI_15 = Rule(
    id="FAI-15",
    level=Level.RECOMMENDED,
    statement="A service SHOULD still answer reads while its database is read-only.",
    rationale=(
        "During a failover, a migration or an upgrade the database takes no writes for a while. A "
        "list that writes or locks rows is down for as long, for no reason a user would see."
    ),
    fix=(
        "Take `with_for_update()` and every INSERT or UPDATE out of the reads; count accesses "
        "somewhere else, or let that fail alone."
    ),
    needs=("list", "engine-view"),
)

FAI_16 = Rule(
    id="FAI-16",
    level=Level.REQUIRED,
    statement="A write to a read-only database MUST NOT be answered with success.",
    rationale=(
        "A failover takes minutes; what was promised meanwhile is in no database. A backlog in the "
        "memory of a process is gone with it."
    ),
    fix=(
        "Answer 503 with `Retry-After` when the database says it is read-only (SQLSTATE 25006, "
        "MySQL 1792 or 1290, SQLITE_READONLY)."
    ),
    needs=("outside-view", "engine-view"),
)

FAI_17 = Rule(
    id="FAI-17",
    level=Level.RECOMMENDED,
    statement="A service SHOULD still answer reads while its database is full.",
    rationale=(
        "Users who can look at their data, and delete some of it, get out of the trouble by "
        "themselves; a service that refuses everything needs somebody with a shell."
    ),
    fix="Check for space, if at all, where something is written, not in front of every request.",
    needs=("list", "engine-view"),
)

FAI_18 = Rule(
    id="FAI-18",
    level=Level.REQUIRED,
    statement="A write that finds the database locked MUST NOT be answered with success.",
    rationale=(
        "Locks come with every migration, backup and import. A write that was given up, and yet "
        "promised, is missed when nobody remembers the lock any more."
    ),
    fix=(
        "Let the error of the lock through to a handler that answers 503; if you wait or try "
        "again, do it before you answer."
    ),
    needs=("outside-view", "engine-view"),
)

FAI_19 = Rule(
    id="FAI-19",
    level=Level.REQUIRED,
    statement="A released database lock MUST NOT make later requests fail.",
    rationale=(
        "The import is over and the service still refuses: a mode that was switched on by the "
        "first lock and that nothing switches off."
    ),
    fix=(
        "Ask the database each time instead of remembering that it was locked; reset in `finally` "
        "whatever a failed write has set."
    ),
    needs=("outside-view", "create", "engine-view"),
)

RULES = (
    FAI_11,
    FAI_12,
    FAI_13,
    FAI_14,
    FAI_15,
    FAI_16,
    FAI_17,
    FAI_18,
    FAI_19,
)
