"""Run the migrations: on the connection of a start-up, from the shell, or as a script of SQL."""

import asyncio
import logging
from typing import Any

from alembic import context
from sqlalchemy import Connection

from reference_app.engines import init_database
from reference_app.models import Base
from reference_app.schema import in_turn
from reference_app.settings import load_settings


def run_with(**where: Any) -> None:
    """Run where the caller says, in the transaction that is open there."""
    context.configure(
        target_metadata=Base.metadata,
        # SQLite changes most things of a column by copying its table: Alembic calls it a batch.
        render_as_batch=True,
        # Databases that know no IDENTITY (SQLite, MySQL) would seem to have lost it.
        compare_server_default=False,
        **where,
    )
    with context.begin_transaction():
        context.run_migrations()


def run(connection: Connection) -> None:
    """Run on a connection whose transaction the caller ends."""
    run_with(connection=connection)


async def run_from_shell() -> None:
    """Run on a connection of our own, as the workers of a start-up do."""
    engine = init_database(load_settings())
    try:
        async with in_turn(engine) as connection:
            await connection.run_sync(run)
    finally:
        await engine.dispose()


if context.is_offline_mode():
    # `--sql` prints the statements instead.
    run_with(url=load_settings().database_url, literal_binds=True)
elif (given := context.config.attributes.get("connection")) is not None:
    run(given)
else:
    logging.basicConfig(format="%(message)s")
    logging.getLogger("alembic").setLevel(logging.INFO)
    asyncio.run(run_from_shell())
