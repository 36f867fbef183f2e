"""A replica is found by its name, known by an alias, and recognised in every statement."""

from __future__ import annotations

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from contract_tests.databases.redirects import alias_of, leading_to
from contract_tests.instruments.alias_use import AliasUse, Statement
from contract_tests.instruments.exchange import Exchange, Request
from contract_tests.scenarios.startup.asking import AppClient
from contract_tests.scenarios.startup.replicas import REPLICA_NAME, changes_or_locks, defines

HOME = make_url("sqlite:////tmp/home.db")
OTHER = make_url("sqlite:////tmp/other.db")


@pytest.mark.parametrize(
    "name",
    [
        "APP_DATABASE_READ_REPLICA_URL",
        "READ_DATABASE_URL",
        "DATABASE_URL_READ",
        "REPLICA_DSN",
        "DB_READONLY_URI",
        "READER_DB_URL",
    ],
)
def test_the_name_of_a_replicas_address_tells(name: str) -> None:
    """Usual names are found."""
    assert REPLICA_NAME.search(name)


@pytest.mark.parametrize(
    "name",
    [
        "DATABASE_URL",
        "REDIS_REPLICA_URL",
        "THREAD_URL",
        "READ_TIMEOUT",
        "REPLICA_POOL_SIZE",
        "CURLED_REPLICA",
    ],
)
def test_other_names_are_no_replicas(name: str) -> None:
    """The address of something else, and other settings of a replica, are left alone."""
    assert not REPLICA_NAME.search(name)


@pytest.mark.parametrize(
    ("statement", "is_refused"),
    [
        ("INSERT INTO notes VALUES (1)", True),
        ("SELECT id FROM notes FOR UPDATE", True),
        ("SELECT id FROM notes\nFOR NO KEY UPDATE SKIP LOCKED", True),
        ("SELECT id FROM notes LOCK IN SHARE MODE", True),
        ("SELECT id, for_update FROM notes", False),
        ("WITH page AS (SELECT 1) SELECT * FROM page", False),
    ],
)
def test_a_replica_refuses_changes_and_locks(statement: str, is_refused: bool) -> None:  # noqa: FBT001
    """Reads that lock are told from those that do not."""
    assert is_refused == changes_or_locks(Statement(True, statement, ""))


def test_a_schema_is_changed_by_its_own_statements() -> None:
    """A temporary table is none of the schema."""
    statements = ("CREATE TABLE a (b int)", "\n ALTER TABLE a", "CREATE TEMP TABLE a (b int)")
    assert [defines(Statement(True, each, "")) for each in statements] == [True, True, False]


@pytest.mark.parametrize(("asked", "goal"), [(HOME, HOME), (alias_of(HOME), OTHER)])
def test_an_alias_is_led_to_its_own_goal(asked: object, goal: object) -> None:
    """A connection by the alias arrives elsewhere than one by the database's own name."""
    cargs = [asked.database]  # type: ignore[attr-defined]
    assert leading_to(HOME, OTHER)("sqlite", cargs, {})
    assert [goal.database] == cargs  # type: ignore[attr-defined]


def test_an_alias_without_a_goal_is_the_database() -> None:
    """It is only another name."""
    cargs = [alias_of(HOME).database]
    assert leading_to(HOME)("sqlite", cargs, {})
    assert [HOME.database] == cargs


def test_each_statement_tells_its_engine() -> None:
    """Statements are given once, in their order, with the address that their engine has."""
    own, alias = create_engine("sqlite://"), create_engine("sqlite://")
    alias.url = alias_of(alias.url)
    with AliasUse() as use:
        for engine in (own, alias):
            with engine.connect() as connection:
                connection.execute(text("SELECT 1"))
    assert [each.by_alias for each in use.take()] == [False, True]
    assert use.take() == []
    assert not use.faults


def test_a_client_sends_the_cookies_it_was_given() -> None:
    """Of each cookie the name and value are sent, and none of its attributes."""
    headers = (("Set-Cookie", "a=1; Max-Age=9; Path=/"), ("set-cookie", "b=2"))
    exchange = Exchange(1, Request("POST", "/"), headers=headers)
    client = AppClient(None, None, 0)  # type: ignore[arg-type]  # neither is asked
    assert client.after(exchange).cookies == (("cookie", "a=1; b=2"),)
    assert client.after(Exchange(1, Request("GET", "/"))).cookies == ()
