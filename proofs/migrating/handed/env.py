"""Run the migrations on the connection that the start-up hands over, and on no other."""

from __future__ import annotations

import os

from alembic import context

from proofs.migrating.models import METADATA

if context.is_offline_mode():
    context.configure(url=os.environ["DATABASE_URL"], target_metadata=METADATA)
else:
    context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA)
with context.begin_transaction():
    context.run_migrations()
