"""A foreign key is found by any index that begins with its columns."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import create_engine
from sqlalchemy.engine import make_url

from contract_tests.databases.indexes import findable_columns, foreign_keys
from contract_tests.instruments.exchange import Event, Exchange, Request
from contract_tests.scenarios.crud.searches import found_in

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


def test_columns_are_found_by_what_begins_an_index(tmp_path: Path) -> None:
    """A later column of an index finds nothing; a flag needs none."""
    url = make_url(f"sqlite:///{tmp_path}/columns.db")
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE t (a INTEGER PRIMARY KEY, b, c, d BOOLEAN, e)")
        connection.exec_driver_sql("CREATE INDEX by_b ON t (b, c)")
    engine.dispose()
    assert asyncio.run(findable_columns(url)) == {"t": {"a", "b", "d"}}


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("SELECT t.a FROM t WHERE t.b = ? ORDER BY t.c LIMIT ?", ["t.b"]),
        ('SELECT t.a FROM t ORDER BY "t"."c" DESC, t.a', ["t.c"]),
        ("SELECT t.a FROM t WHERE t.b = $1::VARCHAR AND t.c = $2", ["t.b and c"]),
        ("SELECT t.a FROM t JOIN u ON u.id = t.u_id WHERE lower(t.b) = %s", []),
    ],
)
def test_a_search_is_read_in_its_statement(statement: str, expected: list[str]) -> None:
    """Comparisons with a value count, and the first order where nothing is compared."""
    exchange = Exchange(1, Request("GET", "/"), events=[Event(1, 0.0, "sql", text=statement)])
    assert [str(search) for search in found_in(exchange)] == expected
