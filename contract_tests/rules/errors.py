"""The words of the errors area: what a client learns, and what stays, when the database fails."""

from __future__ import annotations

from .rule import Level, Rule

ERR_01 = Rule(
    id="ERR-01",
    level=Level.REQUIRED,
    statement="A write whose statement failed in the database MUST NOT be answered with success.",
    rationale=(
        "The client believes its data is stored and throws its own copy away. Nobody learns of the "
        "loss before somebody misses the row."
    ),
    fix=(
        "Remove the `except` that swallows the error around `execute()` or `flush()`; let it reach "
        "an exception handler that answers 5xx."
    ),
)

ERR_02 = Rule(
    id="ERR-02",
    level=Level.REQUIRED,
    statement="A write whose COMMIT failed MUST NOT be answered with success.",
    rationale=(
        "Until COMMIT has returned nothing is stored. A 201 for a COMMIT that failed names a row "
        "that never existed."
    ),
    fix=(
        "Do not catch what `await session.commit()` raises, or raise it again after the rollback; "
        "build the answer after the commit."
    ),
)

ERR_03 = Rule(
    id="ERR-03",
    level=Level.REQUIRED,
    statement="A write that was answered with a failure MUST NOT be stored, not even in part.",
    rationale=(
        "The client tries again and gets a second copy, or is refused because half of the first is "
        "there. Half-written rows are found by other requests as if they were whole."
    ),
    fix=(
        "Put all statements of the request into one `async with session.begin():` and commit once; "
        "never commit in each repository method, or in `finally`."
    ),
)

ERR_04 = Rule(
    id="ERR-04",
    level=Level.REQUIRED,
    statement=(
        "The answer to a failed request MUST NOT contain error details from the driver or "
        "SQLAlchemy."
    ),
    rationale=(
        "The text of a database error holds SQL, other people's values, table names, hosts and "
        "sometimes the password: a gift for an attacker, and noise for everybody else."
    ),
    fix=(
        "Answer a fixed text: never `detail=str(error)`; log the error instead, and switch the "
        "framework's debug mode off."
    ),
)

ERR_05 = Rule(
    id="ERR-05",
    level=Level.REQUIRED,
    statement=(
        "A request whose database call failed MUST NOT keep a connection or transaction open."
    ),
    rationale=(
        "Failures come in hundreds. If each takes a connection with it, a short disturbance of the "
        "database becomes an outage that lasts until the service is restarted."
    ),
    fix=(
        "Close the session on every way out: `async with sessionmaker() as session:`, or `finally: "
        "await session.close()`; a `close()` behind `commit()` is not reached when that fails."
    ),
)

ERR_06 = Rule(
    id="ERR-06",
    level=Level.REQUIRED,
    statement="A single failed database call MUST NOT make later requests fail.",
    rationale=(
        "What failed is over, but the service goes on failing, often until somebody restarts it: a "
        "session that was never rolled back, a flag never reset, a pool never refilled."
    ),
    fix=(
        "Use a new session for each request, and roll back in `except`; reset in `finally` "
        "whatever a request marks as busy or broken."
    ),
    needs=("list", "create"),
)

ERR_07 = Rule(
    id="ERR-07",
    level=Level.RECOMMENDED,
    statement="A database failure SHOULD be answered with a 5xx status in JSON.",
    rationale=(
        "A 4xx tells the client to change its request, so it does not try again; and a client that "
        "parses JSON fails a second time on `Internal Server Error` in plain text."
    ),
    fix=(
        "Register an exception handler for `sqlalchemy.exc.DBAPIError` that gives a `JSONResponse` "
        "with status 500 or 503 and a fixed text."
    ),
)

ERR_08 = Rule(
    id="ERR-08",
    level=Level.RECOMMENDED,
    statement="A request that cannot reach the database SHOULD be answered with status 503.",
    rationale=(
        "Clients and load balancers try again later after a 503; a 500 looks like a defect, raises "
        "the wrong alarm, and is often not tried again."
    ),
    fix=(
        "Let the handler that answers 503 cover `OperationalError`, SQLAlchemy's `TimeoutError`, "
        "and `OSError`: asyncpg raises a bare `ConnectionRefusedError`."
    ),
    needs=("outside-view",),
)

ERR_09 = Rule(
    id="ERR-09",
    level=Level.REQUIRED,
    statement="A read whose statement failed in the database MUST NOT be answered with success.",
    rationale=(
        "An empty list instead of an error looks like the truth: a client that synchronizes "
        "deletes everything it has, and a monitor sees nothing but 200."
    ),
    fix=(
        "Remove the `except` that returns `[]` or `None` for a failed query, or that leaves a part "
        "out; behind `BaseHTTPMiddleware`, which completes a stream that breaks off, read before "
        "you answer."
    ),
)

ERR_10 = Rule(
    id="ERR-10",
    level=Level.RECOMMENDED,
    statement="The answer to a failure SHOULD carry the CORS headers of a success.",
    rationale=(
        "Without them a browser shows the page no status and no body, but `Failed to fetch`: the "
        "user sees a network error, and developers look for it in the CORS settings."
    ),
    fix=(
        "Answer failures in a handler for the exception's own class, `DBAPIError`: one for "
        "`Exception` or 500 runs outside of `CORSMiddleware`."
    ),
)

ERR_11 = Rule(
    id="ERR-11",
    level=Level.REQUIRED,
    statement="A database failure MUST NOT be answered as an error of the client.",
    rationale=(
        "A 404 for a row that only could not be read makes clients delete their copy or create a "
        "second one; after a 400 or 401 they give up what would succeed a minute later."
    ),
    fix=(
        "Catch what you mean, `NoResultFound` or `IntegrityError`, instead of `Exception` or "
        "`SQLAlchemyError`, and let all else reach a handler that answers 500 or 503."
    ),
)

RULES = (
    ERR_01,
    ERR_02,
    ERR_03,
    ERR_04,
    ERR_05,
    ERR_06,
    ERR_07,
    ERR_08,
    ERR_09,
    ERR_10,
    ERR_11,
)
