"""The words of the schema area: how the service starts, on which database, and what remains."""

from __future__ import annotations

from .rule import Level, Rule

SCH_01 = Rule(
    id="SCH-01",
    level=Level.REQUIRED,
    statement="The first requests after the first start on an empty database MUST NOT fail.",
    rationale=(
        "Every installation begins empty. A service that needs a table, a row or a second start "
        "that is not there yet fails in front of its first user, never on its author's machine."
    ),
    fix=(
        "Make the schema before the start-up ends (`await connection.run_sync(Base.metadata."
        "create_all)` in the lifespan, or a migration before it), and let queries expect no rows."
    ),
)

SCH_02 = Rule(
    id="SCH-02",
    level=Level.REQUIRED,
    statement="A restart MUST keep every row that was stored before it.",
    rationale=(
        "A start-up that drops, recreates or reseeds tables loses everything at the next "
        "deployment, crash or scaling event."
    ),
    fix="Remove `drop_all` from the start-up: `create_all` alone makes only what is missing.",
    needs=("outside-view", "create", "look"),
)

SCH_03 = Rule(
    id="SCH-03",
    level=Level.REQUIRED,
    statement="Workers that start at the same time on an empty database MUST all become ready.",
    rationale=(
        "Looking for a table and creating it are two steps. In the first deployment of several "
        "workers or replicas all of them find no table, and all but one crash."
    ),
    fix=(
        "Take a lock around the creation (`SELECT pg_advisory_xact_lock(...)`, `GET_LOCK`, "
        "`BEGIN IMMEDIATE`), or make the schema in one job before the workers start."
    ),
    needs=("outside-view",),
)

SCH_04 = Rule(
    id="SCH-04",
    level=Level.REQUIRED,
    statement="A start-up MUST NOT leave a transaction open in the database.",
    rationale=(
        "It stays open for as long as the service lives: vacuum stops, schema changes wait behind "
        "it, and every read in it shows the database as it was at the start."
    ),
    fix=(
        "Give start-up code a session of its own that ends: `async with sessionmaker.begin() as "
        "session:` around seeding, checks and the loading of settings."
    ),
    needs=("outside-view",),
)

SCH_05 = Rule(
    id="SCH-05",
    level=Level.REQUIRED,
    statement=(
        "A service that cannot reach its database MUST fail at start-up or at the first request."
    ),
    rationale=(
        "A service that hangs or answers with success without its database tells the load "
        "balancer that all is well, and its clients that nothing is stored."
    ),
    fix=(
        "Let the connection error end the start-up, or become a 503; bound the wait by the "
        "driver's connect timeout (`connect_args={'timeout': 5}`), and every retry loop by a count."
    ),
    needs=("outside-view",),
)

SCH_06 = Rule(
    id="SCH-06",
    level=Level.REQUIRED,
    statement="A service that cannot reach its database MUST NOT reveal the database password.",
    rationale=(
        "Start-up errors are the most copied lines there are: into logs, tickets and chats, where "
        "the password of the production database then stays."
    ),
    fix=(
        "Print `engine.url` (it masks the password), never the text of the setting; keep the "
        "setting a `SecretStr`."
    ),
    needs=("network",),
)

SCH_07 = Rule(
    id="SCH-07",
    level=Level.RECOMMENDED,
    statement="Importing the app SHOULD NOT connect to the database.",
    rationale=(
        "Tests, migrations, linters and documentation builds import the app too: they then need a "
        "database, or write into the wrong one."
    ),
    fix="Move what connects from the module into the lifespan; making an engine there is fine.",
)

SCH_08 = Rule(
    id="SCH-08",
    level=Level.REQUIRED,
    statement="The process of a service that failed to start MUST exit by itself.",
    rationale=(
        "A process that neither serves nor ends is not restarted: the supervisor believes that it "
        "runs, and the deployment stalls until somebody looks."
    ),
    fix=(
        "Undo in `finally` what the start-up had begun before it failed: stop threads, shut "
        "executors down, dispose the engine."
    ),
    needs=("outside-view",),
)

SCH_09 = Rule(
    id="SCH-09",
    level=Level.RECOMMENDED,
    statement="A foreign key SHOULD be covered by an index.",
    rationale=(
        "To delete a parent the database reads the whole table of its children, and so does "
        "everybody who asks for the children of one parent: both take longer with every row."
    ),
    fix="`mapped_column(ForeignKey(...), index=True)`, with a migration that makes the index.",
    needs=("outside-view",),
)

SCH_10 = Rule(
    id="SCH-10",
    level=Level.RECOMMENDED,
    statement="A column that a list filters or sorts by SHOULD be the first of an index.",
    rationale=(
        "Without one the database reads and sorts the whole table for each page: the list gets "
        "slower with every row, and all others wait for the disk."
    ),
    fix=(
        "`mapped_column(index=True)`, or `Index(...)` of the filtered column with the one that "
        "sorts, and a migration that makes it; or sort by the key."
    ),
    needs=("outside-view", "engine-view", "create", "list"),
)

RULES = (
    SCH_01,
    SCH_02,
    SCH_03,
    SCH_04,
    SCH_05,
    SCH_06,
    SCH_07,
    SCH_08,
    SCH_09,
    SCH_10,
)
