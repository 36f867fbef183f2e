"""Run the migrations on an async engine, at the address in the ini file."""

from __future__ import annotations

from alembic import context

from proofs.migrating.online import run_at

run_at(context.config.get_main_option("sqlalchemy.url", ""))
