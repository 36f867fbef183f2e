"""The words on load: more requests than there are connections."""

from __future__ import annotations

from .rule import Level, Rule

CON_12 = Rule(
    id="CON-12",
    level=Level.REQUIRED,
    statement=(
        "Requests that exceed the connections of the pool MUST wait or be told to retry later."
    ),
    rationale=(
        "Traffic comes in bursts. Each that is larger than the pool shows errors to users, though "
        "everybody could have been served a moment later."
    ),
    fix=(
        "Let the pool wait (`pool_timeout`, 30 s by default) instead of counting its connections, "
        "and take one connection per request; refuse what is too much with 503 or 429."
    ),
    needs=("create", "list"),
)

CON_13 = Rule(
    id="CON-13",
    level=Level.REQUIRED,
    statement="A service MUST work again once its pool has free connections again.",
    rationale="A burst of one second takes the service down until somebody restarts it.",
    fix=(
        "Give back in `finally` whatever a request took before it waited for the connection (a "
        "slot, a semaphore, a flag), and never remember a failure without a way back."
    ),
    needs=("create", "list"),
)

CON_14 = Rule(
    id="CON-14",
    level=Level.RECOMMENDED,
    statement="A request that finds no free connection SHOULD be answered with 503.",
    rationale=(
        "503 says: try again. Balancers, clients and queues do. A 500 is a defect to all of them, "
        "and is reported instead."
    ),
    fix=(
        "Map `sqlalchemy.exc.TimeoutError` to 503 with `Retry-After` in an exception handler, and "
        "lower `pool_timeout` below the patience of your clients."
    ),
    needs=("create", "list", "outside-view"),
)
