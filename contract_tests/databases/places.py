"""Where a connection leads, as its driver tells, and whether that is a certain database."""

from __future__ import annotations

import socket
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from sqlalchemy.engine import URL

from .private import asked_of_asyncmy, asked_of_asyncpg

Kind = Literal["sqlite", "postgresql", "mysql"]
PRODUCTS: dict[str, str] = {"sqlite": "SQLite", "postgresql": "PostgreSQL", "mysql": "MySQL"}
DRIVERNAMES: dict[str, str] = {
    "sqlite": "sqlite+aiosqlite",
    "postgresql": "postgresql+asyncpg",
    "mysql": "mysql+aiomysql",
}
PORTS = {"postgresql": 5432, "mysql": 3306}
LOOPBACK = frozenset({"", "localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True)
class Place:
    """A database: a file, or a name on a server. `host` may be the path of a socket.

    A SQLite database without a name is in the memory of its connection.
    """

    kind: Kind
    name: str
    host: str = ""
    port: int = 0

    def __str__(self) -> str:
        """The place in words, without credentials."""
        if self.kind == "sqlite":
            return f"the SQLite file {self.name}"
        server = self.host if self.host.startswith("/") else f"{self.host}:{self.port}"
        return f"the {PRODUCTS[self.kind]} database {self.name!r} on {server}"

    @property
    def address(self) -> str:
        """What could be given as `--contract-database` to use it; credentials are left open."""
        start = f"{DRIVERNAMES[self.kind]}://"
        if self.kind == "sqlite":
            return f"{start}/{self.name}"
        return f"{start}USER:PASSWORD@{self.host or 'localhost'}:{self.port}/{self.name}"


def place_of(connection: Any) -> Place | None:
    """Tell where a driver's connection leads, without asking the server; None if it cannot be told.

    Drivers are told apart by what they show. A SQLite connection is asked for its file, which must
    happen in the thread that made it.
    """
    if hasattr(connection, "total_changes") and hasattr(connection, "execute"):
        return file_of(connection)
    if hasattr(connection, "get_server_pid"):  # asyncpg
        return _place("postgresql", *asked_of_asyncpg(connection))
    info = getattr(connection, "info", None)
    if info is not None and hasattr(info, "dbname"):  # psycopg, psycopg2
        return _place("postgresql", info.dbname, info.host, info.port)
    if hasattr(connection, "db") and hasattr(connection, "host"):  # aiomysql, pymysql
        where = getattr(connection, "unix_socket", None) or connection.host
        return _place("mysql", connection.db, where, connection.port)
    if hasattr(connection, "_stmt_cache_size"):  # asyncmy
        return _place("mysql", *asked_of_asyncmy(connection))
    return None


def file_of(connection: Any) -> Place:
    """Ask a SQLite connection for its main file."""
    files = {name: file for _, name, file in connection.execute("pragma database_list")}
    return Place("sqlite", files.get("main") or "")


def place_at(url: URL) -> Place:
    """Tell the place that an address names."""
    kind = url.get_backend_name().replace("mariadb", "mysql")
    name = url.database or ""
    if kind == "sqlite":
        return Place("sqlite", "" if name == ":memory:" else name)
    host = url.query.get("unix_socket") or url.host or ""
    return _place(kind, name, host, url.port or PORTS.get(kind, 0))


def is_same(place: Place, other: Place) -> bool:
    """Return whether two places are one database, however its file or its server is spelled."""
    if place.kind != other.kind:
        return False
    if place.kind == "sqlite":
        return _is_same_file(place.name, other.name)
    return place.name == other.name and _is_same_server(place, other)


def _place(kind: Any, name: object, host: object, port: object) -> Place:
    return Place(kind, _text(name), _text(host), int(str(port or 0)))


def _text(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value or "")


def _is_same_file(one: str, other: str) -> bool:
    if not one or not other:
        return one == other
    with suppress(OSError):
        if Path(one).samefile(other):
            return True
    return Path(one).resolve() == Path(other).resolve()


def _is_same_server(place: Place, other: Place) -> bool:
    return place.port == other.port and bool(_hosts(place.host) & _hosts(other.host))


@cache
def _hosts(host: str) -> frozenset[str]:
    """Return every address that a host's name stands for; a socket's path is this machine."""
    if host in LOOPBACK or host.startswith("/"):
        return LOOPBACK
    with suppress(OSError):
        found = {str(info[4][0]) for info in socket.getaddrinfo(host, None)}
        return frozenset(found | {host}) | (LOOPBACK if found & LOOPBACK else frozenset())
    return frozenset({host})
