"""Apps that ask their read replica for what only the primary can do."""

from __future__ import annotations

from fastapi import Depends, FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from proofs.broken import SERVERS, breaks
from proofs.innocent.starting import make_tables
from proofs.replicated import Base, Engines, Routing, make_schema, replicated


@breaks("REP-01", says="INSERT INTO notes", also=("REP-05",))
def writes_to_the_replica() -> FastAPI:
    """The two engines are mixed up: what writes has the replica's."""
    return replicated(Routing(writing="replica", looking="replica"))


@breaks("REP-01", says="INSERT INTO visits", also=("REP-06",))
def counts_visits_in_the_replica() -> FastAPI:
    """The start-up stores a row, by the engine that reads."""

    async def count(primary: AsyncEngine, replica: AsyncEngine) -> None:
        await make_schema(primary, replica)
        async with primary.begin() as connection:
            await connection.execute(text("CREATE TABLE IF NOT EXISTS visits (worker INTEGER)"))
        async with replica.begin() as connection:
            await connection.execute(text("INSERT INTO visits VALUES (1)"))

    return replicated(prepare=count)


@breaks("REP-02", says="CREATE TABLE notes", also=("REP-06",))
def makes_tables_in_both() -> FastAPI:
    """The start-up makes the tables by each of its engines."""

    async def both(primary: AsyncEngine, replica: AsyncEngine) -> None:
        for engine in (primary, replica):
            async with engine.begin() as connection:
                await connection.run_sync(make_tables, Base.metadata)

    return replicated(prepare=both)


@breaks("REP-03", says="-> 404, with a replica that lags behind", also=("REP-05",))
def looks_in_the_replica_before_a_change() -> FastAPI:
    """Whether a note exists is asked of the replica before it is replaced."""
    return replicated(Routing(looking="replica"))


@breaks("REP-04", says="-> 404, with a replica that lags behind")
def forgets_who_has_written() -> FastAPI:
    """Every read goes to the replica, that of a row just created as well."""
    return replicated(Routing(reading="replica", remembers=False))


@breaks("REP-05", says="POST /notes/ -> 500")
def asks_both_before_each_request() -> FastAPI:
    """Each request begins with the question whether both databases are there."""

    async def both_answer(sides: Engines) -> None:
        for side in (sides.primary, sides.replica):
            async with side.connect() as connection:
                await connection.execute(text("SELECT 1"))

    return replicated(dependencies=(Depends(both_answer),))


@breaks("REP-06", says="startup failed: ")
def checks_the_replica_at_start() -> FastAPI:
    """The start-up asks both databases whether they are there."""

    async def check(primary: AsyncEngine, replica: AsyncEngine) -> None:
        await make_schema(primary, replica)
        async with replica.connect() as connection:
            await connection.execute(text("SELECT 1"))

    return replicated(prepare=check)


@breaks("REP-07", says="1 open")
def disposes_the_primary_alone() -> FastAPI:
    """The shutdown forgets the second engine."""
    return replicated(disposes=("primary",))


@breaks("REP-08", says="all 2 statements of read and list sent to the primary")
def never_asks_the_replica() -> FastAPI:
    """The address of a replica is read, an engine is made of it, and no session."""
    return replicated(Routing(listing="primary"))


@breaks(
    "REP-09",
    says="no end within 35 s: it waits at replicated.py",
    databases=SERVERS,
)
def waits_for_the_replica() -> FastAPI:
    """A list waits for the replica for as long as the driver does."""
    return replicated(Routing(patience=None))
