"""Run the migrations on an async engine, at the address in a variable of its own."""

from __future__ import annotations

import asyncio
import os

from alembic import context
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from proofs.migrating.models import METADATA

ADDRESS = os.environ.get("MIGRATIONS_DATABASE_URL", "sqlite+aiosqlite:///./elsewhere.db")


def run(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=METADATA)
    with context.begin_transaction():
        context.run_migrations()


async def online() -> None:
    engine = create_async_engine(ADDRESS, poolclass=NullPool)
    async with engine.connect() as connection:
        await connection.run_sync(run)
    await engine.dispose()


if context.is_offline_mode():
    context.configure(url=ADDRESS, target_metadata=METADATA, literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()
else:
    asyncio.run(online())
