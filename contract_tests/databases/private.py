"""What is private to the drivers and needed all the same: one function for each thing."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
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
