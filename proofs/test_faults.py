"""Facts about faults: they are the driver's own, they strike once, and nothing of them stays."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, suppress

import pytest
from sqlalchemy import text
from sqlalchemy.engine import Engine, make_url
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool, StaticPool

from contract_tests.databases import (
    NETWORK,
    Contents,
    Database,
    DatabaseUnavailable,
    Server,
    provide,
)
from contract_tests.databases.driver_errors import traces_in
from contract_tests.databases.redirects import leading_to
from contract_tests.databases.refusal import MARKER
from contract_tests.databases.threads import driver_threads, threads_ended
from contract_tests.databases.unobserved import unobserved
from contract_tests.instruments.attribution import current
from contract_tests.instruments.exchange import Exchange, Request
from contract_tests.instruments.faults import Cold, FaultPoint, Faults, Unreachable
from contract_tests.instruments.recorder import Recorder
from contract_tests.scenarios.faults.fault_cases import FAULT_CASES, FaultCase
from contract_tests.scenarios.faults.injections import InjectionResult

LIMIT = 10
"""Seconds that a thread gets to end in; one that never does is left behind."""

INSERT = "insert into thing values (1)"
NAMES = ("begin", "commit", "rollback")
Story = Callable[[AsyncEngine], Awaitable[None]]


@pytest.fixture(scope="module", params=["sqlite", "postgresql", "mysql"])
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """Give one server per vendor; skip the vendors that are not installed here."""
    local = {k: v for k, v in os.environ.items() if not k.startswith("CONTRACT_")}
    try:
        running = provide(request.param, environ=local)
    except DatabaseUnavailable as absent:
        pytest.skip(str(absent))
    with running:
        yield running


@pytest.fixture
def database(server: Server) -> Database:
    """Give a new empty database."""
    return server.make()


@asynccontextmanager
async def serving(database: Database) -> AsyncIterator[AsyncEngine]:
    """Play a service in the midst of a request: an engine that is warm, and one empty table."""
    before = driver_threads()
    engine = create_async_engine(database.url)
    token = current.set(Exchange(1, Request("POST", "/things")))
    try:
        async with engine.begin() as connection:
            await connection.execute(text("create table thing (id integer)"))
        yield engine
    finally:
        current.reset(token)
        await engine.dispose()
        await database.close()
        await threads_ended(before, LIMIT)


def told(database: Database, story: Story) -> None:
    """Let a story happen to the engine of a service."""

    async def telling() -> None:
        async with serving(database) as engine:
            await story(engine)

    asyncio.run(telling())


async def insert(engine: AsyncEngine) -> None:
    """Store a row, as a service would."""
    async with engine.begin() as connection:
        await connection.execute(text(INSERT))


async def count(connection: AsyncConnection) -> int:
    """How many rows there are."""
    return int((await connection.execute(text("select count(*) from thing"))).scalar_one())


async def stored(engine: AsyncEngine) -> int:
    """How many rows a later request sees."""
    async with engine.connect() as connection:
        return await count(connection)


@pytest.mark.parametrize("point", ["statement", "write", "commit"])
def test_a_fault_is_the_drivers_own_and_stores_nothing(
    database: Database, point: FaultPoint
) -> None:
    """The error arrives wrapped by SQLAlchemy, in the driver's class, and the row is not there."""

    async def story(engine: AsyncEngine) -> None:
        with Faults(point) as faults, pytest.raises(DBAPIError, match=MARKER) as caught:
            await insert(engine)

        assert isinstance(caught.value.orig, engine.dialect.loaded_dbapi.Error)
        assert (faults.fired, faults.seen) == (1, 1)
        assert await stored(engine) == 0

    told(database, story)


def test_the_kth_call_fails_and_no_other(database: Database) -> None:
    """Calls before and after the chosen one are left alone."""

    async def story(engine: AsyncEngine) -> None:
        with Faults("commit", 2) as faults:
            await insert(engine)
            with pytest.raises(DBAPIError):
                await insert(engine)
            await insert(engine)

        assert (faults.fired, faults.seen) == (1, 3)
        assert await stored(engine) == 2

    told(database, story)


def test_a_commit_that_stores_nothing_is_left_alone(database: Database) -> None:
    """A transaction that only read, or was rolled back, has no COMMIT that could lose anything."""

    async def story(engine: AsyncEngine) -> None:
        with Faults("commit") as faults:
            async with engine.connect() as connection:
                await connection.execute(text(INSERT))
                await connection.rollback()
                await count(connection)
                await connection.commit()

        assert faults.seen == 0

    told(database, story)


def test_a_write_that_commits_itself_has_no_commit(database: Database) -> None:
    """Without transactions, a statement can fail but no COMMIT is counted."""

    async def story(engine: AsyncEngine) -> None:
        alone = engine.execution_options(isolation_level="AUTOCOMMIT")
        with Faults("commit") as commits, Faults("write", 2) as writes:
            await insert(alone)

        assert (commits.seen, writes.seen) == (0, 1)

    told(database, story)


def test_only_requests_are_disturbed(database: Database) -> None:
    """What happens outside any request, or on the kit's behalf, is neither failed nor counted."""

    async def story(engine: AsyncEngine) -> None:
        with Faults("statement") as faults:
            with unobserved():
                await insert(engine)
            token = current.set(None)
            await insert(engine)
            current.reset(token)

        assert faults.seen == 0

    told(database, story)


def test_faults_may_be_nested(database: Database) -> None:
    """Each block has its own count, and the inner one's end leaves the outer one in place."""

    async def story(engine: AsyncEngine) -> None:
        with Faults("commit", 2) as outer:
            with Faults("commit", 1) as inner, pytest.raises(DBAPIError):
                await insert(engine)
            await insert(engine)
            with pytest.raises(DBAPIError):
                await insert(engine)

        assert (inner.fired, outer.fired) == (1, 1)
        assert await stored(engine) == 1

    told(database, story)


def test_nothing_of_a_fault_stays(database: Database) -> None:
    """After the block the dialects' methods and the listeners are what they were."""

    def traces() -> tuple[object, int]:
        listeners = sum(len(getattr(Engine.dispatch, name)._clslevel[Engine]) for name in NAMES)
        return vars(DefaultDialect)["do_commit"], listeners

    async def story(engine: AsyncEngine) -> None:
        before = traces()
        with suppress(DBAPIError), Faults("commit"):
            assert before != traces()
            await insert(engine)

        assert before == traces()
        await insert(engine)
        assert await stored(engine) == 1

    told(database, story)


def test_an_unreachable_database_is_the_drivers_own_failure(database: Database) -> None:
    """A request cannot connect, though the pool was warm; the next one can again."""

    async def story(engine: AsyncEngine) -> None:
        lead = leading_to(database.unreachable())
        with Recorder():
            await insert(engine)
            with Unreachable(lead) as absent, pytest.raises((DBAPIError, OSError)):
                await insert(engine)

        assert absent.fired == 1
        assert await stored(engine) == 1

    told(database, story)


def test_a_connection_breaks_at_any_call(database: Database) -> None:
    """Over a network, the driver's own error follows, SQLAlchemy knows it, nothing is stored."""

    async def story(engine: AsyncEngine) -> None:
        if NETWORK not in database.capabilities:
            pytest.skip("no network lies between this driver and its database")
        for k, what in ((1, INSERT), (2, "COMMIT")):
            with Faults("call", k, "disconnect") as faults, pytest.raises(DBAPIError) as caught:
                await insert(engine)
            assert (faults.what, caught.value.connection_invalidated) == (what, True)
        assert await stored(engine) == 0

    told(database, story)


def test_an_acknowledgement_is_lost(database: Database) -> None:
    """The COMMIT is carried out, and fails all the same."""

    async def story(engine: AsyncEngine) -> None:
        if NETWORK not in database.capabilities:
            pytest.skip("no network lies between this driver and its database")
        with Faults("commit", 1, "lost") as faults, pytest.raises(DBAPIError):
            await insert(engine)

        assert faults.fired == 1
        assert await stored(engine) == 1

    told(database, story)


def test_the_kth_connection_is_refused(database: Database) -> None:
    """From a cold pool, the first new connection is led astray and the second is not."""

    async def story(engine: AsyncEngine) -> None:
        lead = leading_to(database.unreachable())
        with Recorder():
            await insert(engine)
            with Cold(), Faults("connect", 1, "refused", lead) as faults:
                with pytest.raises((DBAPIError, OSError)):
                    await insert(engine)
                await insert(engine)

        assert (faults.fired, faults.seen, faults.what) == (1, 2, "CONNECT")
        assert await stored(engine) == 2

    told(database, story)


@pytest.mark.parametrize("pool", [StaticPool, NullPool])
def test_the_only_connection_of_a_database_in_memory_is_spared(pool: type[StaticPool]) -> None:
    """A database that lives in a connection is neither discarded nor led astray."""

    async def story() -> None:
        engine = create_async_engine("sqlite+aiosqlite://", poolclass=pool)
        current.set(Exchange(1, Request("GET", "/")))
        with Recorder():
            async with engine.connect() as connection:
                await connection.execute(text("select 1"))
            lead = leading_to(make_url("sqlite+aiosqlite:////no/such/folder/file.db"))
            with Unreachable(lead) as absent:
                async with engine.connect() as connection:
                    await connection.execute(text("select 1"))
        await engine.dispose()
        assert absent.fired == 0

    asyncio.run(story())


def test_an_answer_gives_away_words_places_and_passwords() -> None:
    """Each kind of leak is named; the password itself is not repeated."""
    address = make_url("postgresql+asyncpg://shop:correct-horse@db.example:6543/shop")
    answer = f"[SQL: select 1] {MARKER} at db.example:6543 with correct-horse"

    found = traces_in(answer, address)

    assert found == (MARKER, "[SQL:", "the database's password", "the database's host and port")


@pytest.mark.parametrize(
    "address",
    ["postgresql+asyncpg://postgres:postgres@h/db", "sqlite+aiosqlite://", "sqlite:///shop.db"],
)
def test_what_could_stand_in_an_answer_by_chance_is_no_leak(address: str) -> None:
    """A password like the user's name, and a path that is a bare word, are not looked for."""
    assert traces_in("postgres could not answer for shop.db on h", make_url(address)) == ()


def test_a_path_is_given_away() -> None:
    """A file database's place is its address."""
    address = make_url("sqlite+aiosqlite:////srv/shop/rows.db")

    assert traces_in("cannot open /srv/shop/rows.db", address) == ("the database's path",)


@pytest.mark.parametrize(
    "told",
    ["amqp://shop:pw@queue", 'at "redis://:p%2Fw@cache:1/0"', "postgresql+asyncpg://me:p@h/db"],
)
def test_any_address_with_a_password_is_given_away(told: str) -> None:
    """Also that of another database, or of a queue."""
    assert traces_in(told, make_url("sqlite://")) == ("an address with a password",)


@pytest.mark.parametrize(
    "told",
    [
        "https://me:pw@example.com is taken",  # it was sent
        "postgresql://me:***@h/db",
        "see http://localhost:8000/docs?by=a@b",
        '{"at":"http://localhost:8000","mail":"a@b"}',
        "set it to postgresql://user:password@host/name",
    ],
)
def test_an_address_without_a_password_of_the_service_is_no_leak(told: str) -> None:
    """What the client sent may come back; ports, masks and examples are no passwords."""
    sent = '{"name": "https://me:pw@example.com"}'

    assert traces_in(told, make_url("sqlite://"), sent=sent) == ()


def test_every_fault_case_has_a_name_of_its_own() -> None:
    """The names are the findings of a report: two of the same could not be told apart."""
    names = [str(fault_case) for fault_case in FAULT_CASES]

    assert sorted(set(names)) == sorted(names)


def test_a_result_names_the_tables_that_changed() -> None:
    """A table that appeared or has other rows has changed; one that is told no more has not.

    The back door has found meanwhile that work of the background writes it.
    """
    before: Contents = {"same": ((1,),), "background": (), "other": ((1,),)}
    after: Contents = {"same": ((1,),), "new": ((1,),), "other": ((2,),)}
    exchange, token = (
        Exchange(1, Request("POST", "/things"), 503),
        FaultCase("create", "commit").token,
    )
    result = InjectionResult(token, "COMMIT", "", exchange, before, after, (), (), after)
    assert {"new", "other"} == set(result.changed)
    assert str(result) == "commit number 1 (COMMIT) of POST /things -> 503"


def test_what_lasts_as_long_as_the_request_has_no_number() -> None:
    """A database that cannot be reached refuses every connect."""
    token = FaultCase("list", "connect").token
    exchange = Exchange(1, Request("GET", "/things"), 503)
    result = InjectionResult(token, "CONNECT", "app.py:1", exchange, {}, {}, (), (), {})
    assert str(result) == "connect (CONNECT at app.py:1) of GET /things -> 503"
