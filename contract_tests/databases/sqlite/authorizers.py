"""Deny a SQLite connection some of what it asks for, through its authorizer."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any

READING = frozenset(
    {
        sqlite3.SQLITE_READ,
        sqlite3.SQLITE_SELECT,
        sqlite3.SQLITE_TRANSACTION,
        sqlite3.SQLITE_SAVEPOINT,
        sqlite3.SQLITE_FUNCTION,
        sqlite3.SQLITE_RECURSIVE,
    }
)
NOWHERE = ("", ":memory:")


def let_read_only(connection: sqlite3.Connection, denied: Callable[[], None]) -> None:
    """Deny every write of a connection, and call `denied` each time.

    Temporary tables are the connection's own. A pragma that would set something has no effect.
    """

    def allows(action: int, one: Any, two: Any, database: Any, _trigger: Any) -> int:
        if action in READING or database == "temp":
            return sqlite3.SQLITE_OK
        if action == sqlite3.SQLITE_PRAGMA:
            return sqlite3.SQLITE_OK if two is None else sqlite3.SQLITE_IGNORE
        denied()
        return sqlite3.SQLITE_DENY

    connection.set_authorizer(allows)


def let_attach_nothing(connection: sqlite3.Connection, denied: Callable[[], None]) -> None:
    """Deny a connection every further file, and call `denied` each time."""

    def allows(action: int, file: Any, *_: Any) -> int:
        if action != sqlite3.SQLITE_ATTACH or file in NOWHERE:
            return sqlite3.SQLITE_OK
        denied()
        return sqlite3.SQLITE_DENY

    connection.set_authorizer(allows)
