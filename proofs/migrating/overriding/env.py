"""Run the migrations at the address that the app reads, in the place of that in the ini file."""

from __future__ import annotations

import os

from alembic import context

from proofs.migrating.online import run_at

config = context.config
config.set_main_option("sqlalchemy.url", os.environ["DATABASE_URL"].replace("%", "%%"))
run_at(config.get_section(config.config_ini_section, {})["sqlalchemy.url"])
