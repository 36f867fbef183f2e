"""What is private to the drivers and needed all the same: one function for each thing."""

from __future__ import annotations

import asyncio
import gc
import sqlite3
import threading
from collections.abc import Callable, Collection
from typing import Any, TypeVar

T = TypeVar("T")


def socket_number(driver_connection: Any) -> int:
    """Give the file descriptor of the socket that a driver's connection talks through.

    psycopg and psycopg2 give it in public; asyncpg and asyncmy keep a `_transport`,
    aiomysql and the older asyncmy a `_writer`, pymysql a `_sock`.
    """
    if hasattr(driver_connection, "fileno"):
        return int(driver_connection.fileno())
    stream = getattr(driver_connection, "_transport", None)
    stream = stream or getattr(getattr(driver_connection, "_writer", None), "transport", None)
    if stream is not None:
        return int(stream.get_extra_info("socket").fileno())
    if getattr(driver_connection, "_sock", None) is not None:
        return int(driver_connection._sock.fileno())  # noqa: SLF001
    kind = type(driver_connection)
    raise LookupError(
        f"{kind.__module__}.{kind.__qualname__} no longer shows its socket: see {__name__}"
    )


def asked_of_asyncpg(connection: Any) -> tuple[str, str, int]:
    """Give the database, the host (or the socket's path) and the port a connection was made for.

    asyncpg keeps them in `_params` and `_addr`, and its connections as proxies in a pool.
    """
    try:
        name, address = connection._params.database, connection._addr  # noqa: SLF001
    except AttributeError as absent:
        raise LookupError(f"asyncpg no longer has {absent.name!r}: see {__name__}") from absent
    if isinstance(address, str):  # .../.s.PGSQL.5432
        folder, _, port = address.rpartition("/.s.PGSQL.")
        return name, folder, int(port)
    return name, address[0], address[1]


def asked_of_asyncmy(connection: Any) -> tuple[str, str, int]:
    """Give the database, the host (or the socket's path) and the port a connection was made for.

    asyncmy keeps them in `_db`, `_host`, `_port` and `_unix_socket`.
    """
    try:
        name, port = connection._db, connection._port  # noqa: SLF001
        host = connection._unix_socket or connection._host  # noqa: SLF001
    except AttributeError as absent:
        raise LookupError(f"asyncmy no longer has {absent.name!r}: see {__name__}") from absent
    return name, host, port


def inner_sqlite(driver_connection: Any) -> Any:
    """Give the sqlite3 connection inside of aiosqlite's, and any other as it is."""
    return getattr(driver_connection, "_conn", driver_connection)


async def ask_aiosqlite(driver_connection: Any, question: Callable[[sqlite3.Connection], T]) -> T:
    """Put a question to the sqlite3 connection inside of aiosqlite's, in the driver's own thread.

    The driver hands out no way to copy into its connection; it is done as its own calls are.
    """
    try:
        travel, connection = driver_connection._execute, driver_connection._conn  # noqa: SLF001
    except AttributeError as absent:
        raise LookupError(f"aiosqlite no longer has {absent.name!r}: see {__name__}") from absent
    answer: T = await travel(question, connection)
    return answer


def driver_threads() -> set[threading.Thread]:
    """The threads of aiosqlite that are alive, one for each connection.

    It does not tell of them: they are known by the function they run, and older ones by class.
    """
    return {
        thread
        for thread in threading.enumerate()
        if "_connection_worker_thread" in thread.name
        or type(thread).__module__.startswith("aiosqlite")
    }


async def threads_ended(known: Collection[threading.Thread], limit: float) -> None:
    """Let all threads of aiosqlite but the `known` ones end, as far as they do in `limit` seconds.

    A connection that is given up is closed behind everybody's back, and its thread then tells the
    loop so: one that is closed by then is an error in that thread.
    """
    gc.collect()
    deadline = asyncio.get_running_loop().time() + limit
    for thread in driver_threads().difference(known):
        left = max(0.0, deadline - asyncio.get_running_loop().time())
        await asyncio.to_thread(thread.join, left)
