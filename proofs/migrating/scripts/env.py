"""Run the migrations on an async engine, at the address that the app reads."""

from __future__ import annotations

import os

from proofs.migrating.online import run_at

run_at(os.environ["DATABASE_URL"])
