"""The words of the sessions area: what a request leaves behind in pool and database.

The rules on how it uses its sessions while it runs are in `sessions_use`.
"""

from __future__ import annotations

from . import sessions_beyond as beyond
from . import sessions_use as use
from .rule import Level, Rule

SES_01 = Rule(
    id="SES-01",
    level=Level.REQUIRED,
    statement="A request MUST return every connection it took before it ends.",
    rationale=(
        "A connection that stays out is gone from the pool until the garbage collector happens to "
        "find it. Pool size plus overflow such requests, fifteen by default, and every other "
        "request waits thirty seconds and fails."
    ),
    fix=(
        "Open the session with `async with sessionmaker() as session:` (or close it in `finally`) "
        "in the dependency that yields it; code after a bare `yield` does not run on errors."
    ),
    needs=("engine-view",),
)

SES_02 = Rule(
    id="SES-02",
    level=Level.REQUIRED,
    statement="A request MUST NOT leave a transaction open in the database when it ends.",
    rationale=(
        "An open transaction keeps its locks: the next writer waits, vacuum stops, and on SQLite "
        "nobody else can write at all. The pool may call the connection returned all the same."
    ),
    fix=(
        "End the transaction in the same block that began it: `async with session.begin():`, or "
        "`commit()` on success and `rollback()` in `except`, before the session is closed."
    ),
    needs=("outside-view",),
)

SES_03 = Rule(
    id="SES-03",
    level=Level.REQUIRED,
    statement="A successful write MUST be committed before its answer is complete.",
    rationale=(
        "The client reads back at once and finds nothing; worse, a COMMIT that fails after the "
        "answer was sent can no longer take the 201 back, and the row is lost in silence."
    ),
    fix=(
        "Commit inside the endpoint or service, or give the dependency `scope='function'` "
        "(FastAPI 0.121+): code after `yield` runs after the response since FastAPI 0.118."
    ),
    needs=("engine-view",),
)

SES_04 = Rule(
    id="SES-04",
    level=Level.REQUIRED,
    statement="A request MUST NOT use a session that another request has used.",
    rationale=(
        "A session is one transaction with a memory. Shared, it shows stale rows, commits another "
        "request's work, and after one failed flush it fails for everybody until a restart."
    ),
    fix=(
        "Make the session per request, in a dependency: `async with sessionmaker() as session: "
        "yield session`; never at module level, on `app.state`, or in a registry without remove()."
    ),
    needs=("engine-view",),
)

SES_05 = Rule(
    id="SES-05",
    level=Level.REQUIRED,
    statement="A request MUST NOT rely on the garbage collector to return a connection.",
    rationale=(
        "An async engine cannot roll back in a finalizer: it terminates the connection and the "
        "next request pays for a new one, or waits for a collection that comes too late."
    ),
    fix=(
        "Close what you open: `async with engine.connect() as connection:` instead of a bare call. "
        "Never pass sessions on with `async for session in get_session(): yield session`: depend "
        "on `get_session` itself, or open the session with `async with`."
    ),
    needs=("engine-view",),
)

SES_06 = Rule(
    id="SES-06",
    level=Level.REQUIRED,
    statement="A request MUST await every coroutine it creates.",
    rationale=(
        "`session.commit()` or `session.close()` without `await` does nothing, and says so only in "
        "a warning that nobody reads in production."
    ),
    fix="Put `await` in front of the call named in the warning.",
)

SES_07 = Rule(
    id="SES-07",
    level=Level.RECOMMENDED,
    statement="A request SHOULD NOT cause a ResourceWarning about something left unclosed.",
    rationale="Sockets, files and transports that are never closed run out under load.",
    fix="Close the thing named in the warning with `async with`, or in `finally`.",
)

SES_08 = Rule(
    id="SES-08",
    level=Level.REQUIRED,
    statement="The number of connections to the database MUST NOT grow with every request.",
    rationale=(
        "An engine made per request owns a pool per request. Each keeps its connection until it "
        "is collected, and the server's limit is reached by traffic one client can make."
    ),
    fix="Make the engine once, in the lifespan, and let every request use its sessionmaker.",
    needs=("look", "create", "engine-view"),
)

RULES = (
    SES_01,
    SES_02,
    SES_03,
    SES_04,
    SES_05,
    SES_06,
    SES_07,
    SES_08,
    *use.RULES,
    *beyond.RULES,
)
