"""Facts about session_settings: the database itself refuses, and only as long as it is told to."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import StaticPool

from contract_tests.databases import BackDoorBlocked, Database, DatabaseUnavailable, Server, provide
from contract_tests.databases.session_settings import SessionSetting, SettingName
from contract_tests.databases.sqlite.session_settings import SQLITE
from contract_tests.databases.unobserved import unobserved
from contract_tests.instruments.recorder import Recorder
from contract_tests.instruments.session_settings import SessionSettings
from proofs.small_service import INSERT, ask, insert, refused, told

DRIVERS = ("sqlite", "postgresql", "postgresql+psycopg", "mysql", "mysql+asyncmy")
LARGE = f"insert into thing values ('{'long' * 10_000}')"
PATIENCE = {
    "sqlite": ("pragma busy_timeout = 1234", "pragma busy_timeout"),
    "postgresql": ("set lock_timeout = 1234", "show lock_timeout"),
    "mysql": ("set session lock_wait_timeout = 1234", "select @@session.lock_wait_timeout"),
}
REFUSED: dict[tuple[str, SettingName], str] = {
    ("sqlite", "read-only"): "attempt to write a readonly database",
    ("postgresql", "read-only"): "cannot execute INSERT in a read-only transaction",
    ("mysql", "read-only"): "Cannot execute statement in a READ ONLY transaction",
    ("sqlite", "short-lock-wait"): "database is locked",
    ("postgresql", "short-lock-wait"): "canceling statement due to lock timeout",
    ("mysql", "short-lock-wait"): "Lock wait timeout exceeded",
}


@pytest.fixture(scope="module", params=DRIVERS)
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """Give one server per driver; skip those that are not installed here."""
    try:
        running = provide(request.param)
    except DatabaseUnavailable as absent:
        pytest.skip(str(absent))
    with running:
        yield running


@pytest.fixture
def database(server: Server) -> Database:
    """Give a new empty database."""
    return server.make()


only_sqlite = pytest.mark.parametrize("server", ["sqlite"], indirect=True)


def test_a_read_only_database_refuses_to_write(database: Database) -> None:
    """The words are those of the database; reading goes on."""

    async def story(engine: AsyncEngine) -> None:
        with SessionSettings(database.session_settings["read-only"]) as settings:
            assert REFUSED[database.name, "read-only"] in await refused(engine)
            assert await ask(engine, "select count(*) from thing") == 0
        assert settings.fired == 2

    told(database, story)


@only_sqlite
def test_a_full_database_refuses_what_needs_room(database: Database) -> None:
    """A row that needs a new page is refused, a short one may find its place."""

    async def story(engine: AsyncEngine) -> None:
        with SessionSettings(database.session_settings["full"]):
            assert "database or disk is full" in await refused(engine, LARGE)
            await insert(engine)
        await insert(engine, LARGE)

    told(database, story)


def test_a_locked_database_lets_read_and_not_write(database: Database) -> None:
    """While somebody else writes, an impatient service is refused soon, and reads on."""

    async def story(engine: AsyncEngine) -> None:
        async with database.locked():
            with SessionSettings(database.session_settings["short-lock-wait"]):
                assert REFUSED[database.name, "short-lock-wait"] in await refused(engine)
                assert await ask(engine, "select count(*) from thing") == 0
        await insert(engine)

    told(database, story)


@pytest.mark.parametrize("server", ["sqlite", "postgresql", "mysql"], indirect=True)
def test_a_lock_waits_its_turn_in_vain(database: Database) -> None:
    """While the service itself has a write transaction open, the database cannot be locked."""

    async def story(engine: AsyncEngine) -> None:
        async with engine.begin() as connection:
            await connection.execute(text(INSERT))
            with pytest.raises(BackDoorBlocked):
                await database.locked().__aenter__()
        assert await ask(engine, "select count(*) from thing") == 1

    told(database, story)


@pytest.mark.parametrize("name", ["read-only", "short-lock-wait"])
def test_nothing_stays(database: Database, name: SettingName) -> None:
    """Afterwards the service's own connection writes as before."""

    async def story(engine: AsyncEngine) -> None:
        with SessionSettings(database.session_settings[name]) as settings:
            await ask(engine, "select 1")
        await insert(engine)
        assert settings.fired == 1

    told(database, story)


def test_what_the_service_has_set_stays(database: Database) -> None:
    """A setting of the service's own is put back, not the database's default."""
    own, question = PATIENCE[database.name]

    async def story(engine: AsyncEngine) -> None:
        async with engine.connect() as connection:
            await connection.execute(text(own))
            await connection.commit()
        with (
            SessionSettings(database.session_settings["short-lock-wait"]),
            SessionSettings(database.session_settings["short-lock-wait"]),
        ):
            assert "1234" not in str(await ask(engine, question))
        assert "1234" in str(await ask(engine, question))

    told(database, story)


def test_no_transaction_is_begun_or_ended(database: Database) -> None:
    """A connection that was only taken is idle for the server, and a transaction goes on."""

    async def story(engine: AsyncEngine) -> None:
        with SessionSettings(database.session_settings["short-lock-wait"]):
            async with engine.connect() as connection:
                await connection.get_raw_connection()
                assert await database.open_transactions() == ()
                await connection.execute(text(INSERT))
                await connection.rollback()
        assert await ask(engine, "select count(*) from thing") == 0

    told(database, story)


def test_a_connection_that_is_lent_at_the_end_is_replaced(database: Database) -> None:
    """What comes back after the block is not used again: it was told, and never otherwise."""

    async def story(engine: AsyncEngine) -> None:
        with SessionSettings(database.session_settings["read-only"]):
            late = await engine.connect()
        await late.close()
        await insert(engine)

    told(database, story)


def test_the_kit_itself_keeps_its_settings(database: Database) -> None:
    """What the kit does through the service's engine goes on as ever."""

    async def story(engine: AsyncEngine) -> None:
        with SessionSettings(database.session_settings["read-only"]) as settings, unobserved():
            await insert(engine)
        assert settings.fired == 0

    told(database, story)


def test_the_ledger_does_not_see_it(database: Database) -> None:
    """The statements of the kit are not among those of the service."""

    async def story(engine: AsyncEngine) -> None:
        with Recorder() as recorder, SessionSettings(database.session_settings["short-lock-wait"]):
            await ask(engine, "select 42")
        assert [one.text for one in recorder.outside if one.kind == "sql"] == ["select 42"]
        assert recorder.faults == []

    told(database, story)


def test_a_statement_that_fails_is_no_failure_of_the_service(database: Database) -> None:
    """If the database does not know the words, the connection works as if nothing was said."""

    async def story(engine: AsyncEngine) -> None:
        with SessionSettings(SessionSetting("no such words", "none")) as settings:
            await insert(engine)
        assert settings.fired == 0

    told(database, story)


@only_sqlite
def test_a_new_connection_in_the_place_of_a_lost_one_is_told_too(database: Database) -> None:
    """What was told went with the connection that was lost."""

    async def story(engine: AsyncEngine) -> None:
        with SessionSettings(database.session_settings["read-only"]):
            async with engine.connect() as connection:
                await connection.invalidate()
            assert REFUSED["sqlite", "read-only"] in await refused(engine)

    told(database, story)


def test_one_connection_that_is_lent_to_many_is_told_once() -> None:
    """It is put right when the last of them gives it back."""
    engine = create_engine("sqlite://", poolclass=StaticPool)
    with SessionSettings(SQLITE["read-only"]) as settings, engine.connect():
        engine.connect().close()
    with engine.begin() as connection:
        connection.execute(text("create table thing (words text)"))
    engine.dispose()

    assert settings.fired == 1


@only_sqlite
def test_a_connection_that_cannot_be_put_right_is_replaced(database: Database) -> None:
    """If the last words are not understood, the connection is not used again."""

    async def story(engine: AsyncEngine) -> None:
        with SessionSettings(SessionSetting("pragma query_only = on", "no such words")):
            await ask(engine, "select 1")
        await insert(engine)

    told(database, story)


@only_sqlite
def test_no_listener_stays(database: Database) -> None:
    """After the block no pool is listened to."""

    async def story(engine: AsyncEngine) -> None:
        with SessionSettings(database.session_settings["read-only"]):
            assert engine.pool.dispatch.checkout
        assert not engine.pool.dispatch.checkout
        assert not engine.pool.dispatch.checkin

    told(database, story)


def test_nothing_happens_without_words() -> None:
    """A database that knows no such setting changes no connection."""
    with SessionSettings(None) as settings:
        assert settings.fired == 0
