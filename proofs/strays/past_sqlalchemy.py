"""Services that ask drivers themselves, in this process or in another."""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from typing import Any

from fastapi import FastAPI
from sqlalchemy.engine import URL, make_url
from sqlalchemy.ext.asyncio import create_async_engine

from proofs.strays.by_sqlalchemy import own, told
from proofs.strays.drivers import connect
from proofs.strays.labels import Row, SqlStore, labels

PAGE = "select id, name from labels order by id limit {} offset {}"
ADD = "insert into labels (name) values ('{}')"
WRITE = """
import os, sqlite3
from sqlalchemy.engine import make_url
with sqlite3.connect(make_url(os.environ["OWN_URL"]).database) as connection:
    connection.execute("insert into labels (name) values ('from a process')")
"""


class DriverStore:
    """Labels by a driver alone: aiosqlite, asyncpg or aiomysql, a connection for each request."""

    def __init__(self, url: URL) -> None:
        self.url = url

    async def begin(self) -> None:
        pass

    async def end(self) -> None:
        pass

    async def rows(self, limit: int, offset: int) -> list[Row]:
        return [(row[0], row[1]) for row in await self._ask(PAGE.format(limit, offset))]

    async def add(self, name: str) -> int:
        await self._ask(ADD.format(name.replace("'", "''")))
        return int((await self._ask("select max(id) from labels"))[0][0])

    async def one(self, identifier: int) -> Row | None:
        found = await self._ask(f"select id, name from labels where id = {identifier}")
        return (found[0][0], found[0][1]) if found else None

    async def _ask(self, sql: str) -> list[Any]:
        connection = await connect(self.url)
        try:
            if hasattr(connection, "fetch"):
                return list(await connection.fetch(sql))
            cursor = await connection.cursor()
            await cursor.execute(sql)
            rows = list(await cursor.fetchall()) if cursor.description else []
            await connection.commit()
            return rows
        finally:
            closed = connection.close()
            if closed is not None:
                await closed


def driver() -> FastAPI:
    """Everything goes through the driver."""
    return labels(DriverStore(own()))


class LibpqStore(DriverStore):
    """Labels by psycopg, with an address in libpq's own words."""

    async def _ask(self, sql: str) -> list[Any]:
        import psycopg

        place = own()
        dsn = f"host={place.host} port={place.port} dbname={place.database} user={place.username}"
        async with await psycopg.AsyncConnection.connect(
            dsn, password=str(place.password or "")
        ) as connection:
            cursor = await connection.execute(sql.encode())
            return list(await cursor.fetchall()) if cursor.description else []


def libpq() -> FastAPI:
    """Everything goes through psycopg."""
    return labels(LibpqStore(own()))


def _write_by_thread() -> None:
    def write() -> None:
        with closing(sqlite3.connect(own().database or "")) as connection:
            connection.execute(ADD.format("from a thread"))
            connection.commit()

    thread = threading.Thread(target=write)
    thread.start()
    thread.join()


def thread() -> FastAPI:
    """A thread writes a second copy by sqlite3."""
    return labels(SqlStore(lambda: create_async_engine(told())), _write_by_thread)


def process() -> FastAPI:
    """A Python process of the service's own writes a second copy."""
    command = [sys.executable, "-c", WRITE]
    return labels(
        SqlStore(lambda: create_async_engine(told())),
        lambda: subprocess.run(command, check=False, stderr=subprocess.DEVNULL),
    )


def attached() -> FastAPI:
    """Each connection has the service's own file attached."""
    from sqlalchemy import event

    engine = create_async_engine(told())
    path = make_url(os.environ["OWN_URL"]).database

    @event.listens_for(engine.sync_engine, "connect")
    def attach(connection: Any, record: Any) -> None:
        connection.execute(f"attach '{path}' as own")

    return labels(SqlStore(lambda: engine))


def _own_path() -> str:
    return own().database or ""


def backup() -> FastAPI:
    """Each write copies another database over the service's own file."""

    def copy() -> None:
        with (
            closing(sqlite3.connect(":memory:")) as source,
            closing(sqlite3.connect(_own_path())) as to,
        ):
            source.backup(to)

    return labels(SqlStore(lambda: create_async_engine(told())), copy)


def unauthorized() -> FastAPI:
    """The service takes away whatever watches its connection, and writes."""

    def write() -> None:
        with closing(sqlite3.connect(_own_path())) as connection:
            connection.set_authorizer(None)
            connection.execute(ADD.format("from behind"))
            connection.commit()

    return labels(SqlStore(lambda: create_async_engine(told())), write)


def by_class() -> FastAPI:
    """The connection is made by its class, and not by the driver's function."""

    def write() -> None:
        with closing(sqlite3.Connection(_own_path())) as connection:
            connection.execute(ADD.format("by a class"))
            connection.commit()

    return labels(SqlStore(lambda: create_async_engine(told())), write)


def own_environment() -> FastAPI:
    """A process of the service's own gets an environment of its own."""
    command = [sys.executable, "-c", WRITE]
    environ = {name: os.environ[name] for name in ("OWN_URL", "PATH")}
    return labels(
        SqlStore(lambda: create_async_engine(told())),
        lambda: subprocess.run(command, check=False, env=environ, stderr=subprocess.DEVNULL),
    )


ASK = """
import json, sqlite3, sys
with sqlite3.connect(sys.argv[1]) as connection:
    print(json.dumps(connection.execute(sys.argv[2]).fetchall()))
"""


class UnseenStore(DriverStore):
    """Labels by a program that nothing confines: it stands for a driver that nobody checks."""

    async def _ask(self, sql: str) -> list[Any]:
        command = [sys.executable, "-I", "-c", ASK, str(self.url.database), sql]
        program = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE)
        printed, _ = await program.communicate()
        return list(json.loads(printed))


def unseen() -> FastAPI:
    """Everything goes past the kit; the engine that was made beside it is never asked."""
    app = labels(UnseenStore(own()))
    app.state.engine = create_async_engine(told())
    return app
