"""Make the tables as another team does, before the migrations of this one: `python -m` runs it."""

from __future__ import annotations

import asyncio
import os

from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine

from proofs.migrating.models import METADATA


def make(connection: Connection) -> None:
    """Make all but what a migration adds."""
    METADATA.create_all(connection)
    connection.exec_driver_sql("ALTER TABLE tags DROP COLUMN note")


async def main() -> None:
    """Make the tables at the address that the app reads."""
    engine = create_async_engine(os.environ["DATABASE_URL"])
    async with engine.begin() as connection:
        await connection.run_sync(make)
    await engine.dispose()


if __name__ == "__main__":
    asyncio.run(main())
