"""Migrations run on an async engine, as Alembic's own template does."""

from __future__ import annotations

import asyncio

from alembic import context
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from proofs.migrating.models import METADATA


def run_at(address: str) -> None:
    """Run the migrations at an address, or write them as SQL for it."""
    if context.is_offline_mode():
        context.configure(url=address, target_metadata=METADATA, literal_binds=True)
        with context.begin_transaction():
            context.run_migrations()
    else:
        asyncio.run(_online(address))


async def _online(address: str) -> None:
    engine = create_async_engine(address, poolclass=NullPool)
    async with engine.connect() as connection:
        await connection.run_sync(run)
    await engine.dispose()


def run(connection: Connection) -> None:
    """Migrate on a connection."""
    context.configure(connection=connection, target_metadata=METADATA)
    with context.begin_transaction():
        context.run_migrations()
