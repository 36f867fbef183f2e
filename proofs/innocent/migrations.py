"""Services whose migrations look wrong, each for a good reason."""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from sqlalchemy import Connection, func, select
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine

from proofs.innocent import innocent, timestamps
from proofs.migrating.service import service

HERE = "proofs/innocent/migrating"
AREAS = ("migrations",)
UPGRADE = f"alembic -c {HERE}/begun_by_others/alembic.ini upgrade heads"
BEGUN = f"{sys.executable} -m proofs.migrating.begun && {sys.executable} -m {UPGRADE}"


def migrations(case: str) -> tuple[str, ...]:
    """The option that names the migrations of a case."""
    return ("--contract-migrations", f"{HERE}/{case}")


@innocent(
    looks="The start-up makes tables beside the migrations.",
    arguments=migrations("note_added"),
    areas=AREAS,
)
def note_added() -> FastAPI:
    """Two revisions, on an async engine."""
    return service()


@innocent(
    looks="A revision cannot be taken back, and an UPDATE changes every row.",
    arguments=migrations("no_way_back"),
    areas=AREAS,
    near=("MIG-07", "MIG-08"),
)
def no_way_back() -> FastAPI:
    """A column that is filled from another, once and for all."""
    return service()


@innocent(
    looks="The file env.py asks for another address than the app.",
    databases=("sqlite",),
    arguments=migrations("own_variable"),
    areas=AREAS,
    near=("MIG-12",),
)
def own_variable() -> FastAPI:
    """Migrations run as another user, whose address is in a variable of its own."""
    return service()


@innocent(
    looks="The file alembic.ini has an address that leads nowhere.",
    arguments=migrations("ini_overridden"),
    areas=AREAS,
)
def ini_overridden() -> FastAPI:
    """The file env.py puts the address that the app reads in the place of that in the ini file."""
    return service()


@innocent(
    looks="An empty database cannot be upgraded: a revision changes a table that is not there.",
    arguments=(*migrations("begun_by_others"), "--contract-prepare", BEGUN),
    areas=AREAS,
)
def begun_by_others() -> FastAPI:
    """The tables are made by another team, and the migrations add what this one needs."""
    return service()


@innocent(
    looks="The file env.py leaves a connection in the pool, and ends the loop that it belongs to.",
    databases=("postgresql", "mysql"),
    arguments=migrations("pooled_engine"),
    areas=AREAS,
)
def pooled_engine() -> FastAPI:
    """Migrations run on the engine of the app."""
    return service()


@innocent(
    looks="A column has another type than its model.",
    arguments=migrations("wider_column"),
    areas=AREAS,
    near=("MIG-04",),
)
def wider_column() -> FastAPI:
    """Texts may be longer in the table than the model lets them be."""
    return service()


@innocent(
    looks="There are two heads.", arguments=migrations("labelled"), areas=AREAS, near=("MIG-02",)
)
def labelled() -> FastAPI:
    """Two branches that stay apart, each with a label."""
    return service()


def upgrade(connection: Connection) -> None:
    """Upgrade on a connection whose loop is running."""
    from alembic import command
    from alembic.config import Config

    config = Config(f"{HERE}/by_start_up/alembic.ini", attributes={"connection": connection})
    command.upgrade(config, "head")


@asynccontextmanager
async def migrating(app: FastAPI) -> AsyncIterator[None]:
    """Upgrade, and serve."""
    engine = create_async_engine(os.environ["DATABASE_URL"])
    async with engine.connect() as connection:
        await connection.run_sync(upgrade)
    app.state.sessions = async_sessionmaker(engine, expire_on_commit=False)
    yield
    await engine.dispose()


@innocent(
    looks="env.py is run inside a loop, and by another driver in a shell.",
    arguments=migrations("by_start_up"),
    areas=AREAS,
)
def by_start_up() -> FastAPI:
    """The start-up upgrades the database, one worker after the other."""
    made = FastAPI(lifespan=migrating)
    made.include_router(timestamps.router)
    return made


@innocent(
    looks="An index of a table that has rows is made anew, outside of any transaction.",
    databases=("postgresql",),
    arguments=migrations("index_aside"),
    areas=AREAS,
)
def index_aside() -> FastAPI:
    """An index made concurrently, alone in its revision."""
    return service()


@innocent(
    looks="A condition is added to a table that has rows.",
    databases=("postgresql",),
    arguments=migrations("condition_aside"),
    areas=AREAS,
    near=("MIG-13",),
)
def condition_aside() -> FastAPI:
    """A condition that is not valid at first, and is validated in another transaction."""
    return service()


@asynccontextmanager
async def counting(app: FastAPI) -> AsyncIterator[None]:
    """Log how many posts there are, and serve."""
    engine = create_async_engine(os.environ["DATABASE_URL"])
    app.state.sessions = async_sessionmaker(engine, expire_on_commit=False)
    try:
        async with app.state.sessions() as session:
            app.state.posts = await session.scalar(select(func.count(timestamps.Post.id)))
        yield
    finally:
        await engine.dispose()


@innocent(
    looks="The start-up fails on a database without tables.",
    arguments=migrations("note_added"),
    areas=("schema", "lifespan", "migrations"),
)
def read_at_start() -> FastAPI:
    """Migrations are run before each deployment, and the start-up reads a table of theirs."""
    made = FastAPI(lifespan=counting)
    made.include_router(timestamps.router)
    return made
