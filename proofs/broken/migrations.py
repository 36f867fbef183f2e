"""Services whose migrations are wrong: on an empty database, on one with rows, or on the way back.

The service is always the same; the migrations are in `proofs/broken/migrating`.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine

from proofs.broken import breaks
from proofs.innocent import timestamps
from proofs.migrating.service import service

EMBEDDED = ("sqlite", "postgresql")


@asynccontextmanager
async def without_tables(app: FastAPI) -> AsyncIterator[None]:
    """Serve, on whatever tables there are."""
    engine = create_async_engine(os.environ["DATABASE_URL"])
    app.state.sessions = async_sessionmaker(engine, expire_on_commit=False)
    yield
    await engine.dispose()


def migrations(case: str) -> tuple[str, ...]:
    """Give the option that names the migrations of a case."""
    return ("--contract-migrations", f"proofs/broken/migrating/{case}")


@breaks(
    "MIG-01",
    says="KeyError: 'connection'",
    arguments=migrations("within_a_start_up"),
)
def within_a_start_up() -> FastAPI:
    """The file env.py takes the connection of the start-up, and makes none of its own."""
    return service()


@breaks(
    "MIG-01",
    says="no such table: tags",
    databases=("sqlite",),
    arguments=migrations("table_of_nobody"),
)
def table_of_nobody() -> FastAPI:
    """The first revision changes a table that nobody has made, and nothing else makes any."""
    made = FastAPI(lifespan=without_tables)
    made.include_router(timestamps.router)
    return made


@breaks(
    "MIG-02",
    says="2 heads: b1 (no label), b2 (no label)",
    arguments=migrations("two_heads"),
)
def two_heads() -> FastAPI:
    """Two branches brought a revision each, and nobody has joined them."""
    return service()


@breaks(
    "MIG-03",
    says="no column tags.note",
    arguments=migrations("column_forgotten"),
)
def column_forgotten() -> FastAPI:
    """The models have a column that no revision adds."""
    return service()


@breaks(
    "MIG-03",
    says="nullable of tags.name: nullable in the database",
    databases=("postgresql", "mysql"),
    arguments=migrations("nullable_left"),
)
def nullable_left() -> FastAPI:
    """A column takes NULL that never is NULL in the models."""
    return service()


@breaks(
    "MIG-03",
    says="0 of 1 CHECK constraints on tags",
    arguments=migrations("check_dropped"),
)
def check_dropped() -> FastAPI:
    """A revision drops a CHECK constraint that the models declare."""
    return service()


@breaks(
    "MIG-04",
    says="no index ix_tags_post_id",
    databases=EMBEDDED,
    arguments=migrations("index_dropped"),
)
def index_dropped() -> FastAPI:
    """A revision drops an index that the models declare."""
    return service()


@breaks(
    "MIG-05",
    says="revision b1: ",
    databases=EMBEDDED,
    arguments=migrations("not_null_without_default"),
)
def not_null_without_default() -> FastAPI:
    """A column is added that is NOT NULL and has no default."""
    return service()


@breaks(
    "MIG-06",
    says="lost 2 of 2 rows of tags",
    databases=EMBEDDED,
    arguments=migrations("table_made_anew"),
)
def table_made_anew() -> FastAPI:
    """A table is dropped and made again with one more column."""
    return service()


@breaks(
    "MIG-06",
    says="lost 2 of 2 rows of tags",
    databases=("sqlite",),
    arguments=migrations("cascade_in_batch"),
)
def cascade_in_batch() -> FastAPI:
    """Batch mode drops the old table while foreign keys are in force, and tags go with it."""
    return service()


@breaks(
    "MIG-07",
    says="made 'tag 1' of 'kept 1' in tags.name",
    arguments=migrations("backfill_without_where"),
)
def backfill_without_where() -> FastAPI:
    """The statement that fills the new column also gives every tag another name."""
    return service()


@breaks(
    "MIG-08",
    says="revision b1: ",
    arguments=migrations("downgrade_misspelt"),
)
def downgrade_misspelt() -> FastAPI:
    """A downgrade drops a column by a name that it never had."""
    return service()


@breaks(
    "MIG-09",
    says="tags.note VARCHAR(80) null is left",
    arguments=migrations("downgrade_of_nothing"),
)
def downgrade_of_nothing() -> FastAPI:
    """A downgrade does nothing, so that the upgrade cannot be made again."""
    return service()


@breaks(
    "MIG-10",
    says="rows: posts 2 is left",
    databases=EMBEDDED,
    arguments=migrations("seeds_apart"),
)
def seeds_apart() -> FastAPI:
    """A first row is committed before the rest, and each of two upgrades brings its own."""
    return service()


@breaks(
    "MIG-11",
    says="AttributeError",
    arguments=migrations("reads_as_it_goes"),
)
def reads_as_it_goes() -> FastAPI:
    """A revision reads rows to change them one by one."""
    return service()


@breaks(
    "MIG-12",
    says="elsewhere.db",
    databases=("sqlite",),
    arguments=migrations("address_in_the_ini"),
)
def address_in_the_ini() -> FastAPI:
    """The file alembic.ini has an address of its own, and env.py takes that."""
    return service()


@breaks(
    "MIG-13",
    says="revision b1, tags: CREATE INDEX ix_tags_post_id",
    databases=("postgresql",),
    arguments=migrations("index_in_the_way"),
)
def index_in_the_way() -> FastAPI:
    """An index of a table in use is made anew, and who writes to it waits for that."""
    return service()


@breaks(
    "MIG-13",
    says="revision b1, tags: ALTER TABLE tags ADD CONSTRAINT ck_tags_note",
    databases=("postgresql",),
    arguments=migrations("condition_in_the_way"),
)
def condition_in_the_way() -> FastAPI:
    """A condition is added, and every row looked at before anybody may write again."""
    return service()
