"""What each kind of database can be told on a connection, so that the service meets it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

HindranceName = Literal["unsettled", "read-only", "full", "impatient"]
IDLE = 0
"""libpq's word for a connection without a transaction, in psycopg and psycopg2 alike."""


@dataclass(frozen=True, slots=True)
class Hindrance:
    """The statement for a connection that is lent, and the one for when it comes back.

    `asked` is a question put before the first; its answer's cells fill the braces of the second.
    """

    lent: str
    returned: str
    asked: str = ""


Hindrances = Mapping[HindranceName, Hindrance]


def _pragma(name: str, value: str) -> Hindrance:
    return Hindrance(f"pragma {name} = {value}", f"pragma {name} = {{}}", f"pragma {name}")


def _setting(name: str, value: str) -> Hindrance:
    return Hindrance(f"set {name} = '{value}'", f"set {name} = '{{}}'", f"show {name}")


SQLITE: Hindrances = {
    "unsettled": _pragma("reverse_unordered_selects", "on"),
    "read-only": _pragma("query_only", "on"),
    # The least that is allowed is what the file has now: its last pages can still be filled up.
    "full": _pragma("max_page_count", "1"),
    "impatient": _pragma("busy_timeout", "0"),
}
POSTGRESQL: Hindrances = {
    "read-only": _setting("default_transaction_read_only", "on"),
    "impatient": _setting("lock_timeout", "200ms"),
}
# The name under which a connection could be asked for its access mode is not the same in
# MySQL and MariaDB. A second is the least that both agree to wait.
MYSQL: Hindrances = {
    "read-only": Hindrance(
        "set session transaction read only", "set session transaction read write"
    ),
    "impatient": Hindrance(
        "set session lock_wait_timeout = 1, innodb_lock_wait_timeout = 1",
        "set session lock_wait_timeout = {}, innodb_lock_wait_timeout = {}",
        "select @@session.lock_wait_timeout, @@session.innodb_lock_wait_timeout",
    ),
}


def has_begun(driver_connection: Any) -> bool | None:
    """Whether a transaction is open, as far as the driver tells; None from those that do not."""
    if hasattr(driver_connection, "is_in_transaction"):  # asyncpg
        return bool(driver_connection.is_in_transaction())
    if hasattr(driver_connection, "in_transaction"):  # sqlite3, aiosqlite
        return bool(driver_connection.in_transaction)
    status = getattr(getattr(driver_connection, "info", None), "transaction_status", None)
    return None if status is None else bool(status != IDLE)
