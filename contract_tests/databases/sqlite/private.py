"""Private parts of SQLite's drivers that are needed all the same: one function for each."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    import sqlite3

T = TypeVar("T")


def sqlite_connection(driver_connection: Any) -> Any:
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


def aiosqlite_threads() -> set[threading.Thread]:
    """The threads of aiosqlite that are alive, one for each connection.

    It does not tell of them: they are known by the function they run, and older ones by class.
    """
    return {
        thread
        for thread in threading.enumerate()
        if "_connection_worker_thread" in thread.name
        or type(thread).__module__.startswith("aiosqlite")
    }
