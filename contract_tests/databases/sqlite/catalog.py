"""Questions to a SQLite connection, of a file or of a database in memory."""

import re
import sqlite3
import time
from contextlib import closing

from ..database import BACK_DOOR_PATIENCE, BackDoorBlocked, Column, Contents, sorted_rows
from ..transactions import OpenTransaction

RETRY_EVERY = 0.005
# What table_xinfo says of virtual and of stored generated columns; table_info shows neither.
HIDDEN_GENERATED = (2, 3)
TABLES = (
    "select name from sqlite_master where type = 'table' "
    r"and name not like 'sqlite\_%' escape '\' order by name"
)
A_WRITER = "a write transaction is open (somebody else holds the write lock of the file)"


def quote_name(name: str) -> str:
    """Quote a name so that SQLite reads it as a name."""
    return '"' + name.replace('"', '""') + '"'


def table_names(door: sqlite3.Connection) -> tuple[str, ...]:
    """Name the tables of the schema, SQLite's own left out."""
    return tuple(name for (name,) in door.execute(TABLES).fetchall())


def contents(door: sqlite3.Connection) -> Contents:
    """Read every row of every table; `BackDoorBlocked` if a COMMIT under way forbids to read."""
    try:
        return {
            table: sorted_rows(door.execute(f"select * from {quote_name(table)}").fetchall())
            for table in table_names(door)
        }
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
            raise
        raise blocked(door, "be read") from error


def columns(door: sqlite3.Connection, table: str) -> tuple[Column, ...]:
    """Describe the columns of a table."""
    described = door.execute(f"pragma table_xinfo({quote_name(table)})").fetchall()
    keys = sum(bool(row[5]) for row in described)
    return tuple(_column(row, alone=keys == 1) for row in described)


def _column(row: tuple[int, str, str, int, str | None, int, int], *, alone: bool) -> Column:
    _, name, declared, refuses_null, default, key, hidden = row
    is_rowid = bool(key) and alone and declared.upper() == "INTEGER"
    length = re.search(r"char[^(]*\((\d+)\)", declared, re.IGNORECASE)
    return Column(
        name=name,
        type=declared,
        nullable=not (refuses_null or key),
        primary_key=bool(key),
        default=default is not None or is_rowid,
        length=int(length[1]) if length else None,
        generated=hidden in HIDDEN_GENERATED,
    )


def copy(door: sqlite3.Connection) -> sqlite3.Connection:
    """Copy the whole database into memory: schema, rows, sequences."""
    # Each question has a thread of its own, so that this connection is used by several.
    memory = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    door.backup(memory)
    return memory


def paste(memory: sqlite3.Connection, door: sqlite3.Connection) -> None:
    """Put a copy back over the live database; `BackDoorBlocked` if it stays locked."""
    deadline = time.monotonic() + BACK_DOOR_PATIENCE

    def give_up_in_time(_status: int, _remaining: int, _total: int) -> None:
        if time.monotonic() > deadline:
            raise blocked(door, "be put back")

    # By itself it tries a locked file again without end; only its callback can stop it.
    memory.backup(door, progress=give_up_in_time, sleep=RETRY_EVERY)


def open_transactions(path: str) -> tuple[OpenTransaction, ...]:
    """Ask for the write lock without waiting: who is refused knows that somebody has it."""
    with closing(sqlite3.connect(path, isolation_level=None, timeout=0)) as probe:
        try:
            probe.execute("begin immediate")
        except sqlite3.OperationalError:
            return (OpenTransaction("the writer", A_WRITER),)
        probe.execute("rollback")
    return ()


def writer(path: str) -> sqlite3.Connection:
    """Open a connection that has the write lock until it is closed."""
    lock = sqlite3.connect(
        path, isolation_level=None, timeout=BACK_DOOR_PATIENCE, check_same_thread=False
    )
    try:
        lock.execute("begin immediate")
    except sqlite3.OperationalError as error:
        lock.close()
        raise BackDoorBlocked(
            f"{path} could not be locked within {BACK_DOOR_PATIENCE:.0f} s: {A_WRITER}"
        ) from error
    return lock


def blocked(door: sqlite3.Connection, wanted: str) -> BackDoorBlocked:
    """Give the error that names who keeps the file locked."""
    (_, _, path), *_ = door.execute("pragma database_list").fetchall()
    (holder, *_) = open_transactions(path) or ("a read transaction is open and never ended",)
    return BackDoorBlocked(
        f"the rows of {path} could not {wanted} within {BACK_DOOR_PATIENCE:.0f} s: {holder}"
    )
