"""Run the migrations on the engine that the app keeps, and leave its pool as it is."""

from __future__ import annotations

import asyncio
import os

from alembic import context

from proofs.migrating.engine import ENGINE
from proofs.migrating.models import METADATA
from proofs.migrating.online import run


async def online() -> None:
    """Migrate on a connection that goes back to the pool."""
    async with ENGINE.connect() as connection:
        await connection.run_sync(run)


if context.is_offline_mode():
    url = os.environ["DATABASE_URL"]
    context.configure(url=url, target_metadata=METADATA, literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()
else:
    asyncio.run(online())
