"""A foreign key is found by any index that begins with its columns."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import create_engine
from sqlalchemy.engine import make_url

from contract_tests.databases.indexes import foreign_keys

TABLES = (
    "CREATE TABLE parent (a INTEGER, b INTEGER, PRIMARY KEY (a, b))",
    "CREATE TABLE one (id INTEGER PRIMARY KEY, p INTEGER REFERENCES parent (a))",
    "CREATE TABLE two (a INTEGER, b INTEGER, c INTEGER, FOREIGN KEY (a, b) REFERENCES parent)",
    "CREATE TABLE three (p INTEGER REFERENCES parent (a), q INTEGER, UNIQUE (p, q))",
    "CREATE TABLE four (p INTEGER REFERENCES parent (a), q INTEGER, PRIMARY KEY (p, q))",
    "CREATE INDEX by_both ON two (b, a, c)",
)


@pytest.mark.parametrize("driver", ["sqlite", "sqlite+aiosqlite"])
def test_a_key_without_an_index_is_told_from_those_with_one(tmp_path: Path, driver: str) -> None:
    """Primary keys, unique constraints and indexes count, their columns in any order."""
    url = make_url(f"sqlite:///{tmp_path}/keys.db")
    engine = create_engine(url)
    with engine.begin() as connection:
        for statement in TABLES:
            connection.exec_driver_sql(statement)
    engine.dispose()
    keys = asyncio.run(foreign_keys(url.set(drivername=driver)))
    found = {str(key): key.is_indexed for key in keys}
    assert found == {"one.p": False, "two.a, b": True, "three.p": True, "four.p": True}
