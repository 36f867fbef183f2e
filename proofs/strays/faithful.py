"""The same means, leading to the database that was given; and company that is no database."""

from __future__ import annotations

import os
import sqlite3
import threading
from contextlib import closing
from socketserver import StreamRequestHandler, ThreadingTCPServer
from typing import Any

from fastapi import FastAPI
from sqlalchemy import event
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from proofs.strays.by_sqlalchemy import by_creator, own, told
from proofs.strays.labels import SqlStore, labels


def creator() -> FastAPI:
    """The engine has a creator, which reads the variable it was given."""
    return labels(SqlStore(lambda: by_creator(make_url(told()))))


def listener() -> FastAPI:
    """A listener sets what it likes of the arguments, but not the place."""
    engine = create_async_engine(told())

    @event.listens_for(engine.sync_engine, "do_connect")
    def tune(dialect: Any, record: Any, cargs: list[Any], cparams: dict[str, Any]) -> None:
        cparams.setdefault("timeout", 10) if dialect.name != "mysql" else None

    return labels(SqlStore(lambda: engine))


def two_engines() -> FastAPI:
    """Reading and writing have an engine each, one of them with a creator."""

    def reading() -> AsyncEngine:
        return create_async_engine(told())

    return labels(SqlStore(reading, lambda: by_creator(make_url(told()))))


def settings_file() -> FastAPI:
    """Each write first reads a SQLite file of settings that is the service's own."""

    def read() -> None:
        with closing(sqlite3.connect(own().database or "")) as connection:
            assert connection.execute("select count(*) from labels").fetchone() == (50,)

    return labels(SqlStore(lambda: create_async_engine(told())), read)


class Echo(StreamRequestHandler):
    """Answers each line by itself, as a cache might."""

    def handle(self) -> None:
        for line in self.rfile:
            self.wfile.write(line)


def cache() -> FastAPI:
    """Each write first talks to a server that is no database."""
    import socket

    server = ThreadingTCPServer(("127.0.0.1", 0), Echo)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def ask() -> None:
        with socket.create_connection(server.server_address[:2]) as line:  # type: ignore[arg-type]
            line.sendall(b"ping\n")
            assert line.recv(16) == b"ping\n"

    return labels(SqlStore(lambda: create_async_engine(told())), ask)


def new_file() -> FastAPI:
    """Each write is also noted in a SQLite file that the service itself has made."""
    path = f"{os.environ['OWN_URL'].partition('///')[2]}.notes"

    def note() -> None:
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("create table if not exists notes (number integer)")
            connection.execute("insert into notes values (1)")
            connection.commit()

    return labels(SqlStore(lambda: create_async_engine(told())), note)
