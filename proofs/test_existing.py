"""A database that the kit did not make: what a contract did there is undone, row by row."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import URL, make_url

from contract_tests.databases import Database, provide
from proofs.conftest import Servers
from proofs.owners import dumped, inside, run_on, settle, written
from proofs.servers import VARIABLES

KINDS = ("sqlite", "postgresql", "mysql")
DEEDS = {
    "changes a row": "update author set name = 'other', weight = 0, price = null where id = 3",
    "changes half of the rows": "update author set photo = null, born = null where id > 25",
    "deletes a row": "delete from book where place = 7",
    "deletes a row that others refer to": "delete from author where id = 7",
    "adds rows": "insert into author (id, name) values (77, 'new'), (78, 'newer')",
    "adds rows that refer to others": "insert into book values ('s9', 9, 3)",
    "moves a row to another key": "update book set place = 99 where place = 9",
    "adds equal rows": "insert into note values (1, 'read'), (1, 'read'), (null, null)",
    "changes one of equal rows": "update note set words = 'Read' where author_id = 1",
    "deletes equal rows": "delete from note where author_id = 1",
    "takes the unique value of a row": (
        "delete from author where id = 5; update author set name = "
        "'thief' where id = 6; insert into author (id, name) values (79, 'Ada 5 ö \\ '' \" %s :x')"
    ),
}


@pytest.fixture(params=KINDS)
def address(request: pytest.FixtureRequest, servers: Servers, tmp_path: Path) -> Iterator[URL]:
    """A database with the owner's rows in it."""
    kind: str = request.param
    with ExitStack() as stack:
        if kind == "sqlite":
            url = make_url(f"sqlite+aiosqlite:///{tmp_path}/own.db")
        else:
            given = servers.environ(kind)[VARIABLES[kind]]
            made = stack.enter_context(provide(given)).make()
            url = make_url(given).set(database=made.url.database, drivername=made.url.drivername)
        inside(url, settle)
        yield url


@pytest.fixture
def existing(address: URL) -> Iterator[Database]:
    """The same database, as one that the kit may use."""
    with provide(address.render_as_string(hide_password=False), allow_existing=True) as server:
        yield server.make()


@pytest.mark.parametrize("deed", DEEDS)
def test_what_was_done_is_undone(existing: Database, address: URL, deed: str) -> None:
    """Whatever a contract did to rows, all of them are as they were afterwards."""
    before = dumped(address)

    async def story() -> None:
        await existing.remember()
        await asyncio.to_thread(written, address, *DEEDS[deed].split("; "))
        assert before != await asyncio.to_thread(dumped, address)
        await existing.restore()

    run_on(existing, story)
    assert before == dumped(address)


def test_rows_are_not_removed_before_they_were_looked_at(existing: Database, address: URL) -> None:
    """A run that ends before it has looked leaves every row where it is."""
    before = dumped(address)
    run_on(existing, existing.restore)
    assert before == dumped(address)
