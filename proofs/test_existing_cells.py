"""Cells, triggers and rights of a database that is not the kit's: nothing of it is lost."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL, make_url, text
from sqlalchemy.ext.asyncio import AsyncConnection

from contract_tests.databases import Database, DatabaseUnavailable, provide
from contract_tests.databases.image import counted
from proofs.conftest import Servers
from proofs.owners import dumped, inside, run_on, script_of, settle, written
from proofs.servers import VARIABLES

STRANGE_FILE = (
    "create table strange (name text, cell)",
    "insert into strange values ('wide', 1), ('wide', 1.0), ('wide', '1'), ('wide', x'31')",
    "insert into strange values ('nul', cast(x'610062' as text)), ('bytes', cast(x'ff' as text))",
    "insert into strange values ('inf', 9e999), ('zero', -0.0), ('long', 0.1), ('none', null)",
    "create table single (code text primary key, n int) without rowid",
    "insert into single values ('b', 1), ('a', 2)",
    "create virtual table found using fts5(words)",
    "insert into found values ('to be found'), ('found again')",
)
STRANGE = {
    "postgresql": (
        "create type mood as enum ('glad', 'sad')",
        """create table strange (id int generated always as identity primary key, at timestamptz,
           many text[], tree jsonb, plain json, word mood, span interval, small real, big numeric,
           "row of the kit" text, twice int generated always as (id * 2) stored)""",
        """insert into strange (at, many, tree, plain, word, span, small, big, "row of the kit")
           values ('1999-10-31 02:30+02', '{"a,b",null}', '{"a": 1.50}', '{"b":1,  "b":2}', 'sad',
           '1 mon -3 days', 0.1, 1.500, E'(\\\\"''\\n,'),
           ('infinity', '{}', 'null', null, null, null, 'nan', 'nan', '')""",
        "create table parted (n int, words text) partition by range (n)",
        "create table parted_low partition of parted for values from (0) to (10)",
        "create table parted_high partition of parted for values from (10) to (20)",
        "insert into parted values (1, 'a'), (1, 'a'), (11, 'b')",
        "create table lower_one (more text) inherits (strange)",
        "insert into lower_one (id, big, more) values (1, 7, 'child')",
    ),
    "mysql": (
        "set sql_mode = ''",
        """create table strange (id bigint primary key, at timestamp null, day date,
           small float, big decimal(30,10), bits bit(10), pick set('a','b'), tree json,
           old varchar(20) character set latin1, span time(6), photo blob,
           gone varchar(9) invisible, twice bigint as (id * 2) stored)""",
        """insert into strange (id, at, day, small, big, bits, pick, tree, old, span, photo, gone)
           values (9007199254740993, '2001-10-28 00:30:00', '0000-00-00', 0.1, 1.5, b'1000000001',
           'a,b', '{"a": 1.50}', 'Zoë', '-100:00:00.5', x'00ff27', 'hid'),
           (9007199254740992, null, '2001-02-00', 167.7, -1, b'0', '', '[]', '', null, '', '')""",
        "create table plain (word varchar(20), n float, raw varbinary(5))",
        "insert into plain values ('a', .1, x'ff'), ('A', .1, null), ('á', .1, ''), ('a ', 1, '')",
    ),
}
MARKS = {
    "postgresql": "select md5(string_agg(s::text, '|' order by s::text)) from {table} s",
    "mysql": "checksum table {table}",
}
TABLES = {
    "postgresql": ("strange", "lower_one", "parted", "parted_low"),
    "mysql": ("strange", "plain"),
}
EMPTYING = {
    "postgresql": ("delete from strange", "delete from parted"),
    "mysql": ("delete from strange", "delete from plain where n < 1 and word = 'A'"),
}
LOGGED = {
    "sqlite": (
        """create trigger logged after update on author begin
           insert into note values (new.id, 'changed'); end""",
        """create trigger stamped after update on author when new.born is old.born begin
           update author set born = '2020-01-01 00:00:00.000000' where id = new.id; end""",
        """create trigger gone after delete on book begin
           insert into note values (old.author_id, 'gone'); end""",
    ),
    "mysql": (
        """create trigger logged after insert on author for each row
           insert into note values (new.id, 'stored')""",
        "create trigger stamped before update on author for each row set new.born = '2020-01-01'",
    ),
    "postgresql": (
        """create function stamp() returns trigger language plpgsql as $$ begin
           insert into note values (new.id, 'changed'); new.born = now();
           return new; end $$""",
        """create trigger stamped before update or insert on author
           for each row execute function stamp()""",
    ),
}
WITHOUT_STAMP = LOGGED["postgresql"][0].replace(" new.born = now();", "")


@contextmanager
def database_of(kind: str, servers: Servers, folder: Path) -> Iterator[tuple[URL, Database]]:
    """An empty database, and the kit's view of it as one that exists."""
    if kind == "sqlite":
        url = make_url(f"sqlite+aiosqlite:///{folder}/own.db")
        with provide(str(url), allow_existing=True) as server:
            yield url, server.make()
        return
    with provide(servers.environ(kind)[VARIABLES[kind]]) as ours:
        url = ours.make().url
        address = url.render_as_string(hide_password=False)
        with provide(address, allow_existing=True) as server:
            yield url, server.make()


def marks_of(kind: str, url: URL) -> list[Any]:
    """What the server itself says of all its rows."""

    async def act(connection: AsyncConnection) -> list[Any]:
        asked = [MARKS[kind].format(table=table) for table in TABLES[kind]]
        return [(await connection.execute(text(each))).all() for each in asked]

    found: list[Any] = inside(url, act)
    return found


def undone(database: Database, url: URL, *statements: str) -> None:
    """Remember, let somebody carry out statements, and restore."""

    async def story() -> None:
        await database.remember()
        await asyncio.to_thread(written, url, *statements)
        await database.restore()

    run_on(database, story)


def test_a_file_is_the_same_as_sql(tmp_path: Path, servers: Servers) -> None:
    """Rows of a SQLite file that were deleted stand again where they stood, each cell as it was."""
    with database_of("sqlite", servers, tmp_path) as (url, database):
        inside(url, settle)
        written(url, *STRANGE_FILE)
        before = script_of(tmp_path / "own.db")
        emptied = ("strange", "book", "note", "author", "single", "found")
        undone(database, url, *[f"delete from {table}" for table in emptied])
    assert before == script_of(tmp_path / "own.db")
    assert database.left == []


@pytest.mark.parametrize("kind", STRANGE)
def test_every_cell_is_the_same_to_the_server(kind: str, servers: Servers, tmp_path: Path) -> None:
    """Cells of types that no driver shows in full are stored again as they were."""
    with database_of(kind, servers, tmp_path) as (url, database):
        written(url, *STRANGE[kind])
        before = marks_of(kind, url)
        undone(database, url, *EMPTYING[kind])
        assert before == marks_of(kind, url)
        assert database.left == []


@pytest.mark.parametrize("kind", LOGGED)
def test_triggers_do_not_undo_it(kind: str, servers: Servers, tmp_path: Path) -> None:
    """What triggers write while rows are put back is taken away again."""
    with database_of(kind, servers, tmp_path) as (url, database):
        inside(url, settle)
        written(url, *LOGGED[kind])
        before = dumped(url)
        undone(database, url, "update author set name = 'x' where id = 1", "delete from book")
        assert before == dumped(url)


def test_what_could_not_be_put_back_is_counted(tmp_path: Path, servers: Servers) -> None:
    """A row that a trigger refuses stays away, and the database says so."""
    with database_of("sqlite", servers, tmp_path) as (url, database):
        inside(url, settle)
        undone(
            database,
            url,
            "delete from book where place = 7",
            "create trigger closed before insert on book begin select raise(abort, 'no'); end",
        )
    assert counted(database.left) == "book 1"


@pytest.fixture
def ordinary(servers: Servers, tmp_path: Path) -> Iterator[URL]:
    """A PostgreSQL database of an ordinary role, which may not tell foreign keys to look away."""
    with database_of("postgresql", servers, tmp_path) as (url, _):
        name = f"{url.database}_owner"
        written(
            url,
            f"create role {name} login password 'word'",
            f"alter schema public owner to {name}",
        )
        mine = url.set(username=name, password="word")
        try:
            inside(mine, settle)
            yield mine
        finally:
            written(url, f"drop owned by {name}", f"drop role {name}")


@pytest.mark.parametrize(
    "deeds",
    [
        ("delete from author where id in (3, 4)", "update author set name = 'x' where id = 5"),
        ("insert into author (id, name) values (77, 'new')", "update book set author_id = 77"),
        ("update book set author_id = 1 where place = 2", "delete from author where id = 2"),
        ("delete from author", "insert into author (id, name) values (3, 'again')"),
        ("insert into book values ('x', 1, 1)", "update note set words = 'other'"),
    ],
)
def test_an_ordinary_role_puts_back_in_order(ordinary: URL, deeds: tuple[str, ...]) -> None:
    """Where foreign keys are in force, parents come before children, and one waits for another."""
    written(ordinary, WITHOUT_STAMP, LOGGED["postgresql"][1])
    before = dumped(ordinary)
    address = ordinary.render_as_string(hide_password=False)
    with provide(address, allow_existing=True) as server:
        undone(server.make(), ordinary, *deeds)
    assert before == dumped(ordinary)


def test_a_table_that_cannot_be_read_is_told(ordinary: URL) -> None:
    """Where rows are hidden from the role, the run does not begin: they could not be put back."""
    written(ordinary, f"revoke all on note from {ordinary.username}")
    address = ordinary.render_as_string(hide_password=False)
    with provide(address, allow_existing=True) as server:
        database = server.make()
        with pytest.raises(DatabaseUnavailable, match=r"cannot see all rows of .* table note"):
            run_on(database, database.remember)
