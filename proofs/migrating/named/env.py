"""Run the migrations on an async engine, at the address in a variable of its own."""

from __future__ import annotations

import os

from proofs.migrating.online import run_at

run_at(os.environ.get("MIGRATIONS_DATABASE_URL", "sqlite+aiosqlite:///./elsewhere.db"))
