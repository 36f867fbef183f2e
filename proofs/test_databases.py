"""Facts about the databases the kit makes, and about its back door into them."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from contract_tests.databases import (
    BackDoorBlocked,
    Column,
    Database,
    DatabaseUnavailable,
    Server,
    provide,
)

NUMBERED = {
    "sqlite": "integer primary key autoincrement",
    "sqlite-memory": "integer primary key autoincrement",
    "postgresql": "serial primary key",
    "mysql": "integer primary key auto_increment",
}
Story = Callable[[Database, AsyncEngine], Awaitable[None]]


@pytest.fixture(scope="module", params=["sqlite", "postgresql", "mysql"])
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """Give one server per vendor; skip the vendors that are not installed here."""
    try:
        running = provide(request.param, environ=_only_local())
    except DatabaseUnavailable as absent:
        pytest.skip(str(absent))
    with running:
        yield running


@pytest.fixture
def database(server: Server) -> Database:
    """Give a new empty database."""
    return server.make()


def _only_local() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("CONTRACT_")}


@asynccontextmanager
async def service(database: Database) -> AsyncIterator[AsyncEngine]:
    """Play the service: two tables, the second refers to the first, one author stored."""
    engine = create_async_engine(database.url)
    numbered = NUMBERED[database.name]
    try:
        async with engine.begin() as connection:
            await connection.execute(
                text(f"create table author (id {numbered}, name varchar(50) not null)")
            )
            await connection.execute(
                text(
                    f"create table book (id {numbered}, title varchar(20) default 'untitled',"
                    " author_id integer, foreign key (author_id) references author (id))"
                )
            )
            await connection.execute(text("insert into author (name) values ('Ada')"))
        yield engine
    finally:
        await engine.dispose()
        await database.close()


def play(database: Database, story: Story) -> None:
    """Tell a story on a loop of its own."""

    async def tell() -> None:
        async with service(database) as engine:
            await story(database, engine)

    asyncio.run(tell())


async def write(engine: AsyncEngine, *statements: str) -> None:
    """Run statements and commit."""
    async with engine.begin() as connection:
        for statement in statements:
            await connection.execute(text(statement))


def test_a_new_database_is_empty(database: Database) -> None:
    """A database fresh from the server has no tables."""

    async def look() -> tuple[str, ...]:
        try:
            return await database.tables()
        finally:
            await database.close()

    assert asyncio.run(look()) == ()
    assert database.owned


def test_contents_are_what_was_committed(database: Database) -> None:
    """The back door sees committed rows and nothing else."""

    async def story(database: Database, engine: AsyncEngine) -> None:
        async with engine.connect() as connection:
            await connection.execute(text("insert into author (name) values ('Eve')"))
            assert await database.contents() == {"author": ((1, "Ada"),), "book": ()}

    play(database, story)


@pytest.mark.parametrize("server", ["postgresql"], indirect=True)
def test_contents_may_hold_dates_that_python_cannot(database: Database) -> None:
    """Rows with a date before Christ or after the year 9999 are read as well."""

    async def story(database: Database, engine: AsyncEngine) -> None:
        await write(
            engine,
            "create table era (day date, moment timestamptz)",
            "insert into era values ('0044-03-15 BC', '12345-01-01 00:00+00')",
        )
        assert "0044-03-15 BC" in str((await database.contents())["era"])

    play(database, story)


def test_restoring_brings_back_rows_and_sequences(database: Database) -> None:
    """After a restore the seed rows are there, and the next row gets the number it would have."""

    async def story(database: Database, engine: AsyncEngine) -> None:
        await database.remember()
        before = await database.contents()
        await write(
            engine,
            "update author set name = 'changed'",
            "insert into author (name) values ('Eve')",
            "insert into book (author_id) values (2)",
        )
        await database.restore()
        assert await database.contents() == before
        await write(engine, "insert into author (name) values ('Next')")
        assert (await database.contents())["author"] == ((1, "Ada"), (2, "Next"))

    play(database, story)


def test_an_open_transaction_is_seen_and_an_idle_connection_is_not(database: Database) -> None:
    """Somebody else's transaction is one readable line, from its first write to its end."""

    async def story(database: Database, engine: AsyncEngine) -> None:
        async with engine.connect() as connection:
            await connection.execute(text("insert into author (name) values ('Eve')"))
            assert len(await database.open_transactions()) == 1
        assert await database.open_transactions() == ()

    play(database, story)


def test_a_transaction_that_only_reads_is_seen(database: Database) -> None:
    """A server is asked about it, too; in a file it stands in nobody's way."""

    async def story(database: Database, engine: AsyncEngine) -> None:
        async with engine.connect() as connection:
            await connection.execute(text("select * from author"))
            expected = 0 if database.one_writer else 1
            assert expected == len(await database.open_transactions())
        assert await database.open_transactions() == ()

    play(database, story)


def test_a_blocked_restore_says_who_holds_the_lock(database: Database) -> None:
    """A restore gives up by itself, and its error tells of the transaction in the way."""

    async def story(database: Database, engine: AsyncEngine) -> None:
        await database.remember()
        await write(engine, "insert into author (name) values ('Eve')")
        async with engine.connect() as connection:
            await connection.execute(text("update author set name = 'held'"))
            with pytest.raises(BackDoorBlocked, match=r"idle in transaction|write|thread"):
                await database.restore()
        await database.restore()
        assert (await database.contents())["author"] == ((1, "Ada"),)

    play(database, story)


def test_columns_are_described(database: Database) -> None:
    """Keys, defaults, lengths and nullability are read from the catalog."""

    async def story(database: Database, _engine: AsyncEngine) -> None:
        number, title, author = await database.columns("book")
        assert number.primary_key
        assert number.default
        assert not number.nullable
        assert title == Column("title", title.type, True, False, True, 20, False)
        assert (author.default, author.nullable) == (False, True)

    play(database, story)


def test_dropped_connections_are_counted(database: Database) -> None:
    """A server ends every connection but the back door's."""
    if "network" not in database.capabilities:
        pytest.skip("a file has no server that could end a connection")

    async def story(database: Database, engine: AsyncEngine) -> None:
        async with engine.connect() as connection:
            await connection.execute(text("select 1"))
            await connection.commit()
            assert await database.kill_connections() == 1
            await connection.invalidate()
        assert await database.tables() == ("author", "book")

    play(database, story)


def test_nothing_answers_at_the_unreachable_address(database: Database) -> None:
    """The unreachable address is of the same kind, and connecting to it fails."""
    # The blocking driver: after a failure the thread of aiosqlite may outlive a short loop.
    engine = create_engine(database.unreachable().set(drivername=database.sync_driver))
    with pytest.raises(OperationalError, match=r"(?i)connect|unable to open|refused"):
        engine.connect()
    engine.dispose()


def test_placeholders_are_parts_of_a_real_address(database: Database) -> None:
    """The URL in the placeholders is the URL, password shown, and the sync one is sync."""
    parts = database.placeholders()
    assert make_url(parts["url"]) == database.url
    assert not make_url(parts["url_sync"]).get_dialect().is_async
    assert parts["db"] == database.url.database


def test_in_memory_rows_are_reached_through_the_service_engine() -> None:
    """Before `attach` an in-memory database looks empty; afterwards it can be restored."""

    async def story(database: Database, engine: AsyncEngine) -> None:
        assert await database.contents() == {}
        database.attach(engine.sync_engine)
        await database.remember()
        await write(engine, "insert into author (name) values ('Eve')")
        await database.restore()
        await write(engine, "insert into author (name) values ('Next')")
        assert (await database.contents())["author"] == ((1, "Ada"), (2, "Next"))
        assert await database.open_transactions() == ()

    with provide("sqlite-memory") as server:
        play(server.make(), story)


def test_an_existing_file_is_given_back_as_it_was(tmp_path: Path) -> None:
    """In a database the kit did not make, added rows go, and changed ones are put back."""
    address = f"sqlite+aiosqlite:///{tmp_path}/mine.db"

    async def story(database: Database, engine: AsyncEngine) -> None:
        assert not database.owned
        await database.remember()
        await write(
            engine,
            "update author set name = 'changed'",
            "insert into author (name) values ('Eve')",
            "insert into book (author_id) values (2)",
        )
        await database.restore()
        assert await database.contents() == {"author": ((1, "Ada"),), "book": ()}

    with provide(address, allow_existing=True) as server:
        play(server.make(), story)
    assert (tmp_path / "mine.db").exists()


def test_a_database_beside_a_given_one_is_dropped(server: Server) -> None:
    """A server URL means that server: ours is made beside the named database, and goes again."""
    if server.name == "sqlite":
        pytest.skip("a file has no server to be given")
    given = server.make().url
    with provide(given.render_as_string(hide_password=False)) as beside:
        ours = beside.make().url
        assert ours != given
        assert (ours.host, ours.port) == (given.host, given.port)
    with (
        pytest.raises(DatabaseUnavailable),
        provide(ours.render_as_string(), allow_existing=True),
    ):
        pass


def test_an_existing_server_database_loses_only_what_was_added(server: Server) -> None:
    """The same promise as for a file: added rows go, in an order foreign keys accept."""

    async def story(database: Database, engine: AsyncEngine) -> None:
        await database.remember()
        await write(
            engine,
            "insert into author (name) values ('Eve')",
            "insert into book (author_id) values (2)",
        )
        await database.restore()
        assert await database.contents() == {"author": ((1, "Ada"),), "book": ()}

    address = server.make().url.render_as_string(hide_password=False)
    with provide(address, allow_existing=True) as existing:
        play(existing.make(), story)


def test_nothing_stays_behind_a_server(server: Server) -> None:
    """The directory and the process of a server of ours end with it."""
    with provide(server.name, environ=_only_local()) as running:
        database = running.make()
        left = _directories()
    assert len(left) == len(_directories()) + 1
    if "network" in database.capabilities:
        with pytest.raises(DatabaseUnavailable), provide(database.placeholders()["url"]):
            pass


def _directories() -> list[Path]:
    mine = f"contract-tests-{os.getpid()}-*"
    return [path for place in ("/dev/shm", "/tmp") for path in Path(place).glob(mine)]  # noqa: S108


def test_a_server_of_ours_asks_for_its_password(server: Server) -> None:
    """Who can reach the port of a throwaway server still cannot come in."""
    if server.name == "sqlite":
        pytest.skip("a file is protected by the rights of its directory")
    stranger = server.make().url.set(password="guess")
    with (
        pytest.raises(DatabaseUnavailable, match=r"(?i)password"),
        provide(stranger.render_as_string(hide_password=False)),
    ):
        pass
