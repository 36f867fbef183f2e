"""How each kind of database is made to refuse one call, in the words of its own driver."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from typing import Any, NoReturn

from sqlalchemy.engine import URL, Dialect
from sqlalchemy.pool import PoolProxiedConnection

from ..masking.addresses import CREDENTIALS
from .private import socket_number

MARKER = "contract-marker-7f3a"
"""Part of every refusal's message: an answer that contains it has passed the message on."""


@dataclass(frozen=True)
class Refusal:
    """SQL that makes the server refuse as it would refuse a statement, or a COMMIT."""

    statement: str
    commit: str


def _raised(words: str, state: str) -> str:
    return f"DO $$BEGIN RAISE EXCEPTION '{words}: {MARKER}' USING ERRCODE = '{state}'; END$$"


def _signalled(words: str, state: str, number: int) -> str:
    return (
        f"SIGNAL SQLSTATE '{state}' SET MYSQL_ERRNO = {number}, MESSAGE_TEXT = '{words}: {MARKER}'"
    )


# Full disks for statements, since nobody may blame the client or try again at once; lost races
# for COMMIT, the one refusal that every server is known to give there.
_POSTGRESQL = Refusal(
    _raised("could not extend file", "53100"), _raised("could not serialize access", "40001")
)
_MYSQL = Refusal(
    _signalled("Disk full", "HY000", 1021), _signalled("Deadlock found", "40001", 1213)
)
REFUSALS: Mapping[str, Refusal] = {
    "postgresql": _POSTGRESQL,
    "mysql": _MYSQL,
    "mariadb": _MYSQL,
}
"""By the name of SQLAlchemy's dialect. Without a server to ask, the driver's error is made here."""

SEVERABLE = frozenset({
    "asyncpg", "psycopg", "psycopg_async", "psycopg2", "aiomysql", "asyncmy", "pymysql",
})  # fmt: skip
"""The drivers, as SQLAlchemy's dialects name them, whose socket can be found."""


def can_sever(dialect: Dialect) -> bool:
    """Whether there is a network between this driver and its database that `sever` can cut."""
    return dialect.driver in SEVERABLE


def sever(connection: PoolProxiedConnection) -> None:
    """Cut the network under a connection: the driver learns it at its next call, by itself.

    The server sees its client go, and rolls back.
    """
    number = os.dup(socket_number(connection.driver_connection))
    with socket.socket(fileno=number) as copy, suppress(OSError):  # it may be cut already
        copy.shutdown(socket.SHUT_RDWR)


def lose_answer(connection: PoolProxiedConnection) -> None:
    """After a COMMIT that was carried out: cut the network, and let the driver find out.

    A second COMMIT would not do: PostgreSQL's drivers know that there is nothing left to commit,
    and do not ask the server.
    """
    sever(connection)
    with closing(connection.cursor()) as cursor:
        cursor.execute("SELECT 1")


def refuse_statement(dialect: Dialect, connection: PoolProxiedConnection) -> NoReturn:
    """Raise what the driver raises for a statement that fails; the transaction suffers for real."""
    refusal = REFUSALS.get(dialect.name)
    _refuse(dialect, connection, refusal.statement if refusal else "")


def has_transaction(connection: PoolProxiedConnection) -> bool:
    """Whether a COMMIT has anything to do, as far as the driver tells; true if it tells nothing.

    Python's sqlite3 begins before DML only: what a savepoint outside of that held is committed
    by its release.
    """
    raw: Any = connection.driver_connection
    if hasattr(raw, "is_in_transaction"):  # asyncpg
        return bool(raw.is_in_transaction())
    if hasattr(raw, "get_transaction_status"):  # aiomysql, asyncmy
        return bool(raw.get_transaction_status())
    status = getattr(getattr(raw, "info", None), "transaction_status", None)
    if status is not None:  # psycopg, of either generation
        return bool(status)
    return bool(getattr(raw, "in_transaction", True))  # sqlite3, aiosqlite


def refuse_commit(dialect: Dialect, connection: PoolProxiedConnection) -> NoReturn:
    """Raise what the driver raises for a COMMIT that fails; the transaction is really over."""
    refusal = REFUSALS.get(dialect.name)
    try:
        _refuse(dialect, connection, refusal.commit if refusal else "")
    finally:
        dialect.do_rollback(connection)


def _refuse(dialect: Dialect, connection: PoolProxiedConnection, sql: str) -> NoReturn:
    if sql:
        with closing(connection.cursor()) as cursor:
            cursor.execute(sql)
    raise dialect.loaded_dbapi.OperationalError(f"disk I/O error: {MARKER}")


TRACES = (
    MARKER, "[SQL:", "[parameters:", "sqlalche.me", "Traceback (most recent call last)",
    "sqlalchemy.exc.", "sqlalchemy.dialects.", "asyncpg.", "psycopg.", "psycopg2.", "aiosqlite.",
    "sqlite3.", "aiomysql.", "asyncmy.", "pymysql.", "Connect call failed",
    "connection to server at", "Can't connect to MySQL", "unable to open database file",
    "UNIQUE constraint failed:", "violates unique constraint", "Duplicate entry '",
)  # fmt: skip
"""Words by which an answer is known to contain what a driver, or SQLAlchemy, said."""

SHORTEST_SECRET = 6


def traces_in(text: str, *addresses: URL, sent: str = "") -> tuple[str, ...]:
    """What a text gives away: words of a driver, and parts of a database's address by their kind.

    Any address with a password counts, unless the client has `sent` it. A password is never
    repeated, only reported. One that equals the user's name, or is shorter than
    `SHORTEST_SECRET`, could stand in a text by chance and is not looked for.
    """
    found = [trace for trace in TRACES if trace in text]
    for address in addresses:
        password = str(address.password or "")
        if len(password) >= SHORTEST_SECRET and password != address.username and password in text:
            found.append("the database's password")
        found += [f"the database's {part}" for part, words in _places(address) if words in text]
    if any(login[0] not in sent for login in CREDENTIALS.finditer(text)):
        found.append("an address with a password")
    return tuple(dict.fromkeys(found))


def _places(address: URL) -> tuple[tuple[str, str], ...]:
    if address.host and address.port:
        return (("host and port", f"{address.host}:{address.port}"),)
    path = address.database or ""
    return (("path", path),) if path.startswith("/") else ()
