"""The four tests of pytest-alembic on the migrations in the folder that `PEERS_MIGRATIONS` names.

It needs `pip install pytest-alembic`; pytest does not collect this file unless it is named.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from pytest_alembic.tests import (  # noqa: F401 - pytest collects them
    test_model_definitions_match_ddl,
    test_single_head_revision,
    test_up_down_consistency,
    test_upgrade,
)
from sqlalchemy import Engine, create_engine

SCRIPTS = Path(__file__).resolve().parent / "migrations"


@pytest.fixture
def alembic_config() -> dict[str, Any]:
    """The settings, with an env.py that takes the engine it is given."""
    file = Path(os.environ["PEERS_MIGRATIONS"]) / "alembic.ini"
    return {"file": str(file), "script_location": str(SCRIPTS)}


@pytest.fixture
def alembic_engine(tmp_path: Path) -> Engine:
    """An empty SQLite file."""
    return create_engine(f"sqlite:///{tmp_path}/migrated.db")
