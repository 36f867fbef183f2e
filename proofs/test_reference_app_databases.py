"""The reference app's tables and settings on every kind of database."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, delete, event, insert, make_url, select, text, update
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.schema import CreateTable

from contract_tests.databases import provide
from proofs.conftest import Servers
from reference_app import AppSettings
from reference_app.database import open_database
from reference_app.engines import init_database, warn_of_limit
from reference_app.models import Base, ExampleItem
from reference_app.schema import ALEMBIC_INI, END_TURN, migrate_example_schema, upgrade
from reference_app.settings import DEADLINES

ITEMS = Base.metadata.tables["example_items"]
Seen = TypeVar("Seen")
ROW = (1, "kettle", "whistles, at 96 °C")


@pytest.fixture(params=["sqlite", "postgresql", "mysql"])
def settings(request: pytest.FixtureRequest, servers: Servers) -> Iterator[AppSettings]:
    """Lead the app to a new database of each kind."""
    with provide(request.param, environ=servers.environ(request.param)) as server:
        url = server.make().url.render_as_string(hide_password=False)
        yield AppSettings(database_url=url, workers=1000)


def on(settings: AppSettings, *acts: Callable[[AsyncEngine], Any]) -> list[Any]:
    """Act on an engine of the app, one act after the other; give what each gave."""

    async def scenario() -> list[Any]:
        engine = init_database(settings)
        try:
            return [await act(engine) for act in acts]
        finally:
            await engine.dispose()

    return asyncio.run(scenario())


def synchronously(act: Callable[[Connection], Seen]) -> Callable[[AsyncEngine], Any]:
    """Make an act on an engine of one on a connection."""

    async def on_engine(engine: AsyncEngine) -> Seen:
        async with engine.begin() as connection:
            return await connection.run_sync(act)

    return on_engine


def drift(connection: Connection) -> list[Any]:
    """What autogenerate would write into a next revision."""
    return list(compare_metadata(MigrationContext.configure(connection), Base.metadata))


def test_migrations_end_where_the_models_are(settings: AppSettings) -> None:
    """A next revision would have nothing to do; nor has a second start."""
    *_, found = on(settings, migrate_example_schema, migrate_example_schema, synchronously(drift))

    assert found == []


def downgraded(connection: Connection) -> tuple[Any, ...]:
    """The row of the last release, after a way back."""
    config = Config(str(ALEMBIC_INI))
    config.attributes["connection"] = connection
    command.downgrade(config, "v1")
    return tuple(connection.execute(text("SELECT id, name, summary FROM example_items")).one())


def test_rows_outlive_each_migration(settings: AppSettings) -> None:
    """What the last release stored is there after the way up, and after the way down."""

    def put(connection: Connection) -> None:
        upgrade(connection, "v1")
        values = dict(zip(("id", "name", "summary"), ROW, strict=True))
        put_row = "INSERT INTO example_items (id, name, summary) VALUES (:id, :name, :summary)"
        connection.execute(text(put_row), values)

    def read(connection: Connection) -> tuple[Any, ...]:
        item = ITEMS.c
        return tuple(connection.execute(select(item.id, item.name, item.description)).one())

    steps = [put, upgrade, read, downgraded, upgrade, read]
    _, _, up, down, _, again = on(settings, *map(synchronously, steps))

    assert [up, down, again] == [ROW, ROW, ROW]


def test_a_lost_race_is_no_error(settings: AppSettings) -> None:
    """Workers that start at once all start, and the tables are migrated once."""
    settings = settings.model_copy(update={"database_schema": "migrate"})

    async def start() -> None:
        async with open_database(settings):
            pass

    async def start_all() -> None:
        await asyncio.gather(*(start() for _ in range(4)))

    asyncio.run(start_all())
    assert on(settings, synchronously(drift)) == [[]]


def test_a_turn_ends_after_its_commit(settings: AppSettings) -> None:
    """The next worker sees what this one did: a lock of the session is let go last."""
    said: list[str] = []

    async def watched(engine: AsyncEngine) -> None:
        event.listen(engine.sync_engine, "commit", lambda _: said.append("COMMIT"))
        event.listen(engine.sync_engine, "before_cursor_execute", lambda *its: said.append(its[2]))
        await migrate_example_schema(engine)

    on(settings, watched)
    unlocking = END_TURN.get(make_url(settings.database_url).get_backend_name())
    ends = [each for each in said if each in {"COMMIT", unlocking}]
    assert ends == ["COMMIT", *filter(None, [unlocking])]


def test_too_many_connections_are_told(
    settings: AppSettings, caplog: pytest.LogCaptureFixture
) -> None:
    """A server has a limit that all workers together may pass; a file has none."""
    few = settings.model_copy(update={"workers": 1})

    on(few, lambda engine: warn_of_limit(engine, few))
    assert caplog.messages == []

    on(settings, lambda engine: warn_of_limit(engine, settings))
    told = [line.partition(" limit=")[0] for line in caplog.messages]
    has_limit = not settings.database_url.startswith("sqlite")
    assert told == ["database.pool connections=15000"] * has_limit


@pytest.mark.parametrize("driver", DEADLINES)
def test_every_driver_has_an_engine(driver: str) -> None:
    """The options of pool and driver are known to it."""
    login = "" if driver.startswith("sqlite") else "app:secret@db"
    engine = init_database(AppSettings(database_url=f"{driver}://{login}/x"))

    assert engine.url.drivername == driver


def test_everything_can_be_said_to_oracle() -> None:
    """Tables and statements are made for its dialect; no server is asked."""
    engine = init_database(AppSettings(database_url="oracle+oracledb_async://app:secret@db/x"))
    item = ExampleItem.id == 1
    statements = [
        CreateTable(ITEMS),
        select(ExampleItem).order_by(ExampleItem.id).limit(2).offset(1),
        update(ExampleItem).where(item).values(name="x"),
        delete(ExampleItem).where(item),
        insert(ITEMS).values(name="x"),
        select(1),
    ]
    said = [str(each.compile(dialect=engine.dialect)) for each in statements]
    assert "GENERATED BY DEFAULT AS IDENTITY" in said[0]
    assert "FETCH" in said[1]
    assert said[-1].endswith("FROM DUAL")
