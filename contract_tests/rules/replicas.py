"""The words of the replicas area: what a read replica is asked, and what happens without it."""

from __future__ import annotations

from .rule import Level, Rule

REP_01 = Rule(
    id="REP-01",
    level=Level.REQUIRED,
    statement="A statement that changes or locks rows MUST NOT be sent to the read replica.",
    rationale=(
        "A replica refuses it: the request fails as soon as there is a real one. Where both "
        "addresses are one database in tests, nobody sees that before production."
    ),
    fix=(
        "Let every operation that changes something take its session from the primary's "
        "sessionmaker, `SELECT ... FOR UPDATE` included."
    ),
    needs=("outside-view",),
)

REP_02 = Rule(
    id="REP-02",
    level=Level.REQUIRED,
    statement="A start-up MUST NOT change the schema of the read replica.",
    rationale=(
        "A replica gets its schema from the primary. It refuses any change, so the service does "
        "not start; one that accepts it no longer is a copy."
    ),
    fix="Run `create_all` and migrations on the primary's engine alone.",
    needs=("outside-view",),
)

REP_03 = Rule(
    id="REP-03",
    level=Level.REQUIRED,
    statement="A change of a row MUST NOT depend on what a lagging read replica shows of it.",
    rationale=(
        "A replica lags behind. A change that looks there first refuses rows that exist, makes "
        "others twice, and overwrites what was stored a moment ago with what was there before."
    ),
    fix=(
        "Read in the session that writes: a `get` before an update or a delete, a look for "
        "duplicates before an insert, the row that answers a create."
    ),
    needs=("outside-view", "create"),
)

REP_04 = Rule(
    id="REP-04",
    level=Level.RECOMMENDED,
    statement="A client SHOULD be able to read what it has just created.",
    rationale=(
        "The next page after a create shows 404 until the replica has caught up: users send the "
        "form again, and now there are two rows."
    ),
    fix=(
        "Read single rows from the primary, or for some seconds after a client's write (a cookie "
        "or the session tells whose it was); leave lists and reports to the replica."
    ),
    needs=("outside-view", "create", "read"),
)

REP_05 = Rule(
    id="REP-05",
    level=Level.REQUIRED,
    statement="A change of a row MUST succeed while the read replica is unreachable.",
    rationale=(
        "The replica is there to take load off the primary. If its failure stops writing as well, "
        "the service fails twice as often as without it."
    ),
    fix="Send nothing to the replica in an operation that changes something, before or after.",
    needs=("outside-view", "create"),
)

REP_06 = Rule(
    id="REP-06",
    level=Level.RECOMMENDED,
    statement="A service SHOULD start while its read replica is unreachable.",
    rationale=(
        "Replicas are replaced and lag while everything else is well. A deployment or a crash at "
        "that moment becomes an outage of all that the primary could have served."
    ),
    fix="Check only the primary at start-up; make the replica's engine, which connects later.",
    needs=("outside-view",),
)

REP_07 = Rule(
    id="REP-07",
    level=Level.REQUIRED,
    statement=(
        "A shutdown that closes the connections to the primary MUST close those to the read "
        "replica as well."
    ),
    rationale=(
        "The second engine is forgotten easily. Each deployment leaves its connections behind, "
        "until the replica refuses new ones."
    ),
    fix="`await` `dispose()` of both engines, each in a `finally` of its own.",
    needs=("outside-view",),
)

REP_08 = Rule(
    id="REP-08",
    level=Level.RECOMMENDED,
    statement="A read replica that is configured SHOULD be asked by reads.",
    rationale=(
        "Whoever set the address believes that the primary has been relieved, and finds out in "
        "the next peak that it was not."
    ),
    fix="Give lists and reports sessions of the replica's engine, or remove the setting.",
    needs=("outside-view",),
)

REP_09 = Rule(
    id="REP-09",
    level=Level.RECOMMENDED,
    statement="A request SHOULD be answered while the read replica hangs.",
    rationale=(
        "A replica whose disk or network stalls refuses nothing: connections are made, and no "
        "answer comes. Requests pile up behind it, until also those hang that never ask it."
    ),
    fix=(
        "Give the replica's engine a timeout (`connect_args`) or each read from it "
        "`asyncio.timeout(...)`; then ask the primary, or answer 503."
    ),
    needs=("outside-view", "network"),
)

RULES = (REP_01, REP_02, REP_03, REP_04, REP_05, REP_06, REP_07, REP_08, REP_09)
