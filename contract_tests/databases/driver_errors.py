"""Make a database refuse one call, in the words of its own driver."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, nullcontext, suppress
from typing import NoReturn

from sqlalchemy.engine import URL, Dialect
from sqlalchemy.pool import PoolProxiedConnection

from ..masking.addresses import CREDENTIALS
from . import registry
from .connections import in_transaction, socket_number
from .refusal import MARKER


def sever(connection: PoolProxiedConnection) -> None:
    """Cut the network under a connection: the driver learns it at its next call, by itself.

    The server sees its client go, and rolls back.
    """
    # A number of its own: `socket.socket` closes the one that it is given.
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
    _refuse(dialect, connection, registry.of(dialect.name).refusal.statement)


def has_transaction(connection: PoolProxiedConnection) -> bool:
    """Return whether a COMMIT has anything to do; true if the driver does not tell."""
    return in_transaction(connection.driver_connection) is not False


def refuse_commit(dialect: Dialect, connection: PoolProxiedConnection) -> NoReturn:
    """Raise what the driver raises for a COMMIT that fails; the transaction is really over."""
    try:
        _refuse(dialect, connection, registry.of(dialect.name).refusal.commit)
    finally:
        # A server ends the transaction whose COMMIT it refuses.
        dialect.do_rollback(connection)


def _refuse(dialect: Dialect, connection: PoolProxiedConnection, sql: str) -> NoReturn:
    if sql:
        with closing(connection.cursor()) as cursor:
            cursor.execute(sql)
    refuse_call(dialect)


def refuse_call(dialect: Dialect) -> NoReturn:
    """Raise what the driver raises for a call that fails, and ask the database for nothing."""
    raise dialect.loaded_dbapi.OperationalError(f"disk I/O error: {MARKER}")


def why_commit_is_safe(dialect: Dialect, connection: PoolProxiedConnection) -> str:
    """Say why `refusing_commit` could do nothing to this connection; empty if it could."""
    embedded = registry.of(dialect.name).embedded
    if embedded is None:
        return f"no reader can stand in the way of a COMMIT of {dialect.name}"
    return embedded.why_commit_is_safe(connection)


def refusing_commit(
    dialect: Dialect, connection: PoolProxiedConnection
) -> AbstractContextManager[None]:
    """Have a COMMIT refused inside the block. Ask `why_commit_is_safe` first."""
    embedded = registry.of(dialect.name).embedded
    return embedded.refusing_commit(connection) if embedded else nullcontext()


TRACES = (
    MARKER,
    *("[SQL:", "[parameters:", "sqlalche.me", "sqlalchemy.exc.", "sqlalchemy.dialects."),
    "Traceback (most recent call last)",
)
"""Words of SQLAlchemy, of Python and of the kit by which an answer repeats an error."""

SHORTEST_SECRET = 6


def traces_in(text: str, *addresses: URL, sent: str = "") -> tuple[str, ...]:
    """Find what a text reveals: words of a driver, parts of a database's address by their kind.

    Any address with a password counts, unless the client has `sent` it. A password is never
    repeated, only reported. One that equals the user's name, or is shorter than
    `SHORTEST_SECRET`, could stand in a text by chance and is not looked for.
    """
    found = [trace for trace in _traces() if trace in text]
    for address in addresses:
        password = str(address.password or "")
        if len(password) >= SHORTEST_SECRET and password != address.username and password in text:
            found.append("the database's password")
        found += [f"the database's {part}" for part, words in _places(address) if words in text]
    if any(login[0] not in sent for login in CREDENTIALS.finditer(text)):
        found.append("an address with a password")
    return tuple(dict.fromkeys(found))


def _traces() -> Iterator[str]:
    yield from TRACES
    for vendor in registry.vendors():
        yield from vendor.traces


def _places(address: URL) -> tuple[tuple[str, str], ...]:
    if address.host and address.port:
        return (("host and port", f"{address.host}:{address.port}"),)
    path = address.database or ""
    return (("path", path),) if path.startswith("/") else ()
