"""Keep a SQLite connection from other files than the kit's, or from writing one."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

WRITING = frozenset(
    {
        sqlite3.SQLITE_INSERT,
        sqlite3.SQLITE_UPDATE,
        sqlite3.SQLITE_DELETE,
        sqlite3.SQLITE_CREATE_TABLE,
        sqlite3.SQLITE_CREATE_INDEX,
        sqlite3.SQLITE_CREATE_TRIGGER,
        sqlite3.SQLITE_CREATE_VIEW,
        sqlite3.SQLITE_ALTER_TABLE,
        sqlite3.SQLITE_DROP_TABLE,
        sqlite3.SQLITE_DROP_INDEX,
        sqlite3.SQLITE_DROP_TRIGGER,
        sqlite3.SQLITE_DROP_VIEW,
    }
)
# Under these names SQLite attaches a database that is temporary, or in memory.
NOWHERE = ("", ":memory:")
URI = 7
"""The place of `uri` among the arguments of `sqlite3.connect`."""


def read_only(
    connect: Callable[..., Any],
    given: tuple[Any, ...],
    named: dict[str, Any],
    file: str,
    told: Callable[[], None],
) -> Any:
    """Connect to a file so that SQLite itself refuses every write, and call `told` for each.

    The mode is the library's: an authorizer sees no backup into a file and no blob, and an app may
    take it away.
    """
    wishes = {**named, "uri": True}
    wishes.pop("database", None)
    # `as_uri` escapes what would be read as a part of the address, such as a `?`.
    connection = connect(f"{Path(file).as_uri()}?mode=ro", *given[1:URI], **wishes)
    connection.set_authorizer(_telling(told))
    return connection


def _telling(told: Callable[[], None]) -> Callable[..., int]:
    def allows(action: int, table: Any, _two: Any, database: Any, _trigger: Any) -> int:
        # Temporary tables are no part of the file: they can be written in this mode, too.
        if action in WRITING and database != "temp":
            told()
        return sqlite3.SQLITE_OK

    return allows


def let_attach_nothing(connection: sqlite3.Connection, denied: Callable[[], None]) -> None:
    """Deny a connection every further file, and call `denied` each time."""

    def allows(action: int, file: Any, *_: Any) -> int:
        if action != sqlite3.SQLITE_ATTACH or file in NOWHERE:
            return sqlite3.SQLITE_OK
        denied()
        return sqlite3.SQLITE_DENY

    connection.set_authorizer(allows)
