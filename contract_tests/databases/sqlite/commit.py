"""A COMMIT that SQLite refuses because somebody reads: the transaction is still there."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

from sqlalchemy.pool import PoolProxiedConnection

READ = "select count(*) from sqlite_master"


def why_commit_is_safe(connection: PoolProxiedConnection) -> str:
    """Say why `refusing_commit` could do nothing to this connection; empty if it could."""
    if not _file_of(connection):
        return "nobody else can read in a database in memory"
    if str(_ask(connection, "pragma journal_mode")).lower() == "wal":
        return "with the write-ahead log (journal_mode=wal) no reader stands in the way of a COMMIT"
    return ""


@contextmanager
def refusing_commit(connection: PoolProxiedConnection) -> Iterator[None]:
    """Let somebody read the file inside the block, so that a COMMIT there is SQLITE_BUSY at once.

    The transaction stays open, as SQLite has it: what it holds is stored by the next COMMIT
    of that connection. To be used in the driver's own call, in a greenlet or a thread. Ask
    `why_commit_is_safe` first.

        with refusing_commit(connection):
            dialect.do_commit(connection)
    """
    patience = _ask(connection, "pragma busy_timeout")
    with closing(sqlite3.connect(_file_of(connection), isolation_level=None)) as reader:
        reader.execute("begin")
        # BEGIN takes no lock in SQLite: the one that a COMMIT waits for comes with a read.
        reader.execute(READ).fetchall()
        _ask(connection, "pragma busy_timeout = 0")
        try:
            yield
        finally:
            _ask(connection, f"pragma busy_timeout = {patience}")


def _file_of(connection: PoolProxiedConnection) -> str:
    # SQLite gives the whole path, and an empty text for a database in memory.
    return str(_ask(connection, "pragma database_list", cell=2) or "")


def _ask(connection: PoolProxiedConnection, pragma: str, *, cell: int = 0) -> object:
    with closing(connection.cursor()) as cursor:
        cursor.execute(pragma)
        row = cursor.fetchone() if cursor.description else None
        return row[cell] if row else None
