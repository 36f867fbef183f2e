"""Apps that start wrongly: on an empty database, on a full one, or on none."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack

from fastapi import Depends, FastAPI
from fastapi.responses import JSONResponse
from sqlalchemy import delete, select, text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from proofs.broken import BROKEN, SERVERS, BrokenApp, breaks
from proofs.broken.starting import around, opening
from reference_app.database import DatabaseFailure, StartupError, get_async_session
from reference_app.models import Base, ExampleItem
from reference_app.routes import get_service
from reference_app.schema import END_TURN, TAKE_TURN, create_example_schema
from reference_app.service import ExampleItemService
from reference_app.settings import load_settings

Usual = AbstractAsyncContextManager[object]


@breaks("SCH-01", says="GET /api/v1/examples/database-example/ -> 50")
def table_made_by_the_first_create() -> FastAPI:
    """The table is made when the first item is created, and listed before that."""

    class Late(ExampleItemService):
        async def create(self, values: Mapping[str, str | None]) -> ExampleItem:
            engine = self._session.bind
            assert isinstance(engine, AsyncEngine)
            try:
                await create_example_schema(engine)
            except Exception as error:
                raise DatabaseFailure from error
            return await super().create(values)

    async def nothing(engine: AsyncEngine) -> None:
        """Leave the database as it is."""

    def late(session: AsyncSession = Depends(get_async_session)) -> ExampleItemService:
        return Late(session)

    app = opening(nothing)
    app.dependency_overrides[get_service] = late
    return app


@breaks("SCH-01", says="a start-up on an empty database")
def refused_seed() -> FastAPI:
    """The start-up seeds a row for which the last release had a column."""

    async def seed(engine: AsyncEngine) -> None:
        await create_example_schema(engine)
        async with engine.begin() as connection:
            await connection.execute(text("INSERT INTO example_items (title) VALUES ('first')"))

    return opening(seed)


@breaks("SCH-01", says="from running")
def silenced_handler() -> FastAPI:
    """A start-up handler is to make the tables, and never runs beside a lifespan."""

    async def nothing(engine: AsyncEngine) -> None:
        """Leave the database as it is."""

    async def make_tables() -> None:
        raise AssertionError("a lifespan takes the place of all handlers")

    app = opening(nothing)
    app.router.on_startup.append(make_tables)
    return app


@breaks("SCH-01", says="Event loop is closed", databases=("postgresql",), also=("LIF-05",))
def schema_made_on_a_loop_of_its_own() -> FastAPI:
    """The tables are made by `asyncio.run`, and its connection stays in the pool of the app."""

    async def prepare(engine: AsyncEngine) -> None:
        await asyncio.to_thread(lambda: asyncio.run(create_example_schema(engine)))

    return opening(prepare)


@breaks("SCH-02", says="shown after a restart")
def tables_dropped_at_start() -> FastAPI:
    """The start-up drops all tables and makes them anew."""

    async def reset(engine: AsyncEngine) -> None:
        async with engine.begin() as connection:
            dialect = connection.dialect.name
            await connection.exec_driver_sql(TAKE_TURN[dialect])
            await connection.run_sync(Base.metadata.drop_all)
            await connection.run_sync(Base.metadata.create_all)
            if dialect in END_TURN:
                await connection.exec_driver_sql(END_TURN[dialect])

    return opening(reset)


@breaks("SCH-02", says="shown after a restart")
def rows_reseeded_at_start() -> FastAPI:
    """The start-up empties the table to fill it with examples again."""

    async def reseed(engine: AsyncEngine) -> None:
        await create_example_schema(engine)
        async with engine.begin() as connection:
            await connection.execute(delete(ExampleItem))

    return opening(reseed)


@breaks("SCH-03", says="the held worker failed")
def unguarded_create_all() -> FastAPI:
    """The start-up looks for the table and creates it, and every worker does so at once."""

    async def prepare(engine: AsyncEngine) -> None:
        async with engine.begin() as connection:
            await connection.run_sync(Base.metadata.create_all)

    return opening(prepare)


@breaks("SCH-03", says="the other worker failed", databases=("postgresql",))
def lock_released_before_the_commit() -> FastAPI:
    """The lock around the creation is released before what was created can be seen."""

    async def prepare(engine: AsyncEngine) -> None:
        async with engine.begin() as connection:
            await connection.execute(text("SELECT pg_advisory_lock(712020)"))
            await connection.run_sync(Base.metadata.create_all)
            await connection.execute(text("SELECT pg_advisory_unlock(712020)"))

    return opening(prepare)


@breaks("SCH-04", says="in transaction", databases=SERVERS)
def session_of_the_whole_life() -> FastAPI:
    """The start-up counts the items in a session that it closes at shutdown only."""

    async def lifespan(app: FastAPI, usual: Usual) -> AsyncIterator[None]:
        async with usual, app.state.sessions() as session:
            app.state.count = len((await session.scalars(select(ExampleItem))).all())
            yield

    return around(lifespan)


@breaks("SCH-05", says="GET /api/v1/examples/database-example/ -> 200")
def empty_list_without_a_database() -> FastAPI:
    """A start-up without database is ignored, and then every list is empty."""

    async def lifespan(app: FastAPI, usual: Usual) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            try:
                await stack.enter_async_context(usual)
            except StartupError:
                app.state.is_degraded = True
            yield

    app = around(lifespan)
    app.add_exception_handler(RuntimeError, lambda _request, _error: JSONResponse([]))
    return app


@breaks("SCH-06", says="what it printed", databases=SERVERS)
def address_printed_on_failure() -> FastAPI:
    """A start-up that fails prints the whole address of the database."""

    async def lifespan(app: FastAPI, usual: Usual) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            try:
                await stack.enter_async_context(usual)
            except StartupError:
                sys.stderr.write(f"no database at {load_settings().database_url}\n")
                raise
            yield

    return around(lifespan)


@breaks("SCH-06", says="the start-up's error", databases=("postgresql",))
def address_in_the_error() -> FastAPI:
    """The error of the start-up repeats the setting instead of the engine's address."""

    async def prepare(engine: AsyncEngine) -> None:
        try:
            await create_example_schema(engine)
        except OSError as error:
            raise RuntimeError(f"cannot connect to {load_settings().database_url}") from error

    return opening(prepare)


BROKEN.append(
    BrokenApp(
        "proofs.broken.at_import.connects:app",
        "SCH-07",
        "taken during the import, at schema.py",
        "The schema is made while the module is imported.",
    )
)


@breaks("SCH-08", says="still alive")
def thread_begun_before_the_check() -> FastAPI:
    """A thread is begun before the database is tried, and stopped only by a shutdown."""

    async def lifespan(app: FastAPI, usual: Usual) -> AsyncIterator[None]:
        is_over = threading.Event()
        thread = threading.Thread(target=is_over.wait)
        thread.start()
        async with usual:
            yield
        is_over.set()
        thread.join()

    return around(lifespan)
