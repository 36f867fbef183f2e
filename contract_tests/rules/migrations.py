"""The words of the migrations area: what Alembic makes of an empty database, and of one in use."""

from __future__ import annotations

from .rule import Level, Rule

MIG_01 = Rule(
    id="MIG-01",
    level=Level.REQUIRED,
    statement="`alembic upgrade heads` in a shell MUST succeed on an empty database.",
    rationale=(
        "Every new installation, every test environment, every disaster recovery begins with it. A "
        "migration that was edited, or that works only within a start-up, is noticed on that day."
    ),
    fix=(
        "Run `alembic upgrade heads` on an empty database, mend the revision that fails, and let "
        "env.py make its own connection where `config.attributes` holds none."
    ),
    needs=("migrations", "outside-view"),
)

MIG_02 = Rule(
    id="MIG-02",
    level=Level.REQUIRED,
    statement="The revisions MUST have one head, unless each head has a label of its own.",
    rationale=(
        "Two branches that were merged in git each brought a revision. `alembic upgrade head` "
        "refuses to choose, and the deployment stops before the first statement."
    ),
    fix="Join them: `alembic merge heads -m 'merge'`, or let the later one follow the earlier.",
    needs=("migrations", "outside-view"),
)

MIG_03 = Rule(
    id="MIG-03",
    level=Level.REQUIRED,
    statement="The migrations MUST make every table in which the models can store their rows.",
    rationale=(
        "Tests make their tables from the models, production from the migrations. A column, a "
        "foreign key, a value of an enum that only the models have fails first in production."
    ),
    fix=(
        "Run `alembic revision --autogenerate`, read what it wrote, and add what it cannot see: "
        "CHECK constraints, values of enums, server defaults."
    ),
    needs=("migrations", "outside-view"),
)

MIG_04 = Rule(
    id="MIG-04",
    level=Level.RECOMMENDED,
    statement="The migrations SHOULD make no other schema than the models declare.",
    rationale=(
        "An index that only the models have is missing where the table is large; what only the "
        "database has is dropped by the next revision that is generated."
    ),
    fix=(
        "Run `alembic check`, and bring models or migrations up to date; leave out tables of "
        "others with `include_object` in env.py."
    ),
    needs=("migrations", "outside-view"),
)

MIG_05 = Rule(
    id="MIG-05",
    level=Level.REQUIRED,
    statement="A migration MUST succeed on tables that have rows.",
    rationale=(
        "A column that is NOT NULL without a default can be added to an empty table only. The "
        "migration passes every test, and fails in the one database that is in use."
    ),
    fix=(
        "Add the column with a `server_default`, or as nullable, fill it, and then set it NOT "
        "NULL; mend the rows before a constraint that they would break."
    ),
    needs=("migrations", "outside-view"),
)

MIG_06 = Rule(
    id="MIG-06",
    level=Level.REQUIRED,
    statement="A change of the schema MUST NOT lose a stored row or value.",
    rationale=(
        "Dropping a table to make it anew, or in SQLite's batch mode with foreign keys in force, "
        "takes rows along that no statement names. Nobody notices before the backup is gone, too."
    ),
    fix=(
        "Change the table with ALTER, or copy its rows; keep `PRAGMA foreign_keys` off while a "
        "table is made anew; convert values with `postgresql_using`."
    ),
    needs=("migrations", "outside-view"),
)

MIG_07 = Rule(
    id="MIG-07",
    level=Level.RECOMMENDED,
    statement="A migration SHOULD NOT delete or overwrite values that were stored before it.",
    rationale=(
        "An UPDATE that fills a column and lacks its WHERE also overwrites what users have stored, "
        "and no downgrade brings it back."
    ),
    fix="Write `WHERE column IS NULL` in what fills a column; keep old values in a column beside.",
    needs=("migrations", "outside-view"),
)

MIG_08 = Rule(
    id="MIG-08",
    level=Level.RECOMMENDED,
    statement="A downgrade SHOULD succeed, unless it says that there is none.",
    rationale=(
        "A downgrade is needed when a release has failed. One that fails itself leaves a database "
        "that fits neither release."
    ),
    fix=(
        "Try it: `alembic downgrade -1` with rows in the tables. Where there is no way back, raise "
        "`NotImplementedError` in `downgrade()`."
    ),
    needs=("migrations", "outside-view"),
)

MIG_09 = Rule(
    id="MIG-09",
    level=Level.RECOMMENDED,
    statement="A downgrade SHOULD leave the schema as it was before the upgrade.",
    rationale=(
        "What is left behind (an enum type, a column, a table) makes the next upgrade fail with "
        "'already exists', and Alembic's version says that all is well."
    ),
    fix=(
        "Undo in `downgrade()` each step of `upgrade()` in reverse, `sa.Enum(name=...).drop(...)` "
        "included; raise `NotImplementedError` instead of `pass`."
    ),
    needs=("migrations", "outside-view"),
)

MIG_10 = Rule(
    id="MIG-10",
    level=Level.REQUIRED,
    statement="Two upgrades at the same time MUST end with the schema that one makes.",
    rationale=(
        "Replicas that are deployed together migrate together. The one that loses may fail; one "
        "that hangs, or stamps a version that was not reached, breaks every later deployment."
    ),
    fix=(
        "Take a lock in env.py before `context.run_migrations()` (`pg_advisory_xact_lock`, "
        "`GET_LOCK`), or migrate in one job; never `stamp` after an error."
    ),
    needs=("migrations", "outside-view"),
)

MIG_11 = Rule(
    id="MIG-11",
    level=Level.RECOMMENDED,
    statement="The migrations SHOULD compile to SQL without a connection.",
    rationale=(
        "Where only an administrator may change the schema, `alembic upgrade heads --sql` is what "
        "is reviewed. A revision that reads from the database has nothing to read there."
    ),
    fix=(
        "Write changes of rows as one UPDATE or INSERT ... SELECT in `op.execute`; ask "
        "`context.is_offline_mode()` before anything is read."
    ),
    needs=("migrations", "outside-view"),
)

MIG_12 = Rule(
    id="MIG-12",
    level=Level.REQUIRED,
    statement="The migrations MUST run on the database that the service opens.",
    rationale=(
        "An address in alembic.ini beside the one in the settings: one of two databases is "
        "migrated, and the service opens the other."
    ),
    fix=(
        "Let env.py read the setting that the app reads. If it reads a variable of its own, name "
        "it to the kit: `--contract-env 'NAME={url}'`."
    ),
    needs=("migrations", "engine-view"),
)

MIG_13 = Rule(
    id="MIG-13",
    level=Level.RECOMMENDED,
    statement="A migration SHOULD NOT read all rows of a table while it blocks writes to it.",
    rationale=(
        "It takes no time in tests. In a table of millions of rows an index or a constraint takes "
        "minutes, and until then each request that writes waits, and each connection with it."
    ),
    fix=(
        "PostgreSQL: an index with `postgresql_concurrently=True` in an `autocommit_block()`, "
        "alone in its revision; a constraint with `postgresql_not_valid=True`, validated later."
    ),
    needs=("migrations", "outside-view"),
)

RULES = (
    MIG_01,
    MIG_02,
    MIG_03,
    MIG_04,
    MIG_05,
    MIG_06,
    MIG_07,
    MIG_08,
    MIG_09,
    MIG_10,
    MIG_11,
    MIG_12,
    MIG_13,
)
