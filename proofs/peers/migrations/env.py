"""Run the migrations on the engine that pytest-alembic hands over."""

from __future__ import annotations

from alembic import context

from proofs.migrating.models import METADATA

with context.config.attributes["connection"].connect() as connection:
    context.configure(connection=connection, target_metadata=METADATA)
    with context.begin_transaction():
        context.run_migrations()
