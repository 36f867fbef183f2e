"""The tables: created at once for a demo, migrated in production, by one worker at a time."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import MappingProxyType

from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from .models import Base

# Looking for a table and creating it is two steps: workers that start together take turns.
# Oracle has no lock for it that every user may take: let one worker, or the shell, migrate there.
TAKE_TURN = MappingProxyType(
    {
        "sqlite": "BEGIN IMMEDIATE",
        "postgresql": "SELECT pg_advisory_xact_lock(712019)",
        "mysql": "SELECT GET_LOCK('example_items', 30)",
        "mariadb": "SELECT GET_LOCK('example_items', 30)",
    }
)
# Transactions end the other turns; this one would stay with the connection.
END_TURN = MappingProxyType(
    {
        "mysql": "SELECT RELEASE_LOCK('example_items')",
        "mariadb": "SELECT RELEASE_LOCK('example_items')",
    }
)
ALEMBIC_INI = Path(__file__).with_name("alembic.ini")


@asynccontextmanager
async def in_turn(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """Give a transaction in which no other worker changes the tables, and commit it."""
    async with engine.connect() as connection:
        dialect = connection.dialect.name
        if dialect in TAKE_TURN:
            taken = await connection.exec_driver_sql(TAKE_TURN[dialect])
            if taken.returns_rows and taken.scalar() == 0:
                raise TimeoutError("another worker has been changing the tables for 30 seconds")
        yield connection
        await connection.commit()  # before the turn ends: the next worker has to see it
        if dialect in END_TURN:
            await connection.exec_driver_sql(END_TURN[dialect])


async def create_example_schema(engine: AsyncEngine) -> None:
    """Create the tables that are missing; safe when several workers start at once."""
    async with in_turn(engine) as connection:
        await connection.run_sync(Base.metadata.create_all)


async def migrate_example_schema(engine: AsyncEngine) -> None:
    """Run the migrations that are missing; safe when several workers start at once."""
    async with in_turn(engine) as connection:
        await connection.run_sync(upgrade)


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Upgrade on this connection, whose transaction is the caller's; no second loop is begun."""
    # Only a start that migrates pays for this import.
    from alembic import command
    from alembic.config import Config

    config = Config(str(ALEMBIC_INI))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)
