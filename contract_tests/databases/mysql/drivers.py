"""Read connections of MySQL's drivers, and lead them to a server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..places import Place, server_at, server_place
from ..redirects import move
from .private import asked_of_asyncmy, is_of_asyncmy

if TYPE_CHECKING:
    from sqlalchemy.engine import URL

PORT = 3306


def place(connection: Any) -> Place | None:
    """Tell where a connection of aiomysql, pymysql or asyncmy leads."""
    if hasattr(connection, "db") and hasattr(connection, "host"):  # aiomysql, pymysql
        where = getattr(connection, "unix_socket", None) or connection.host
        return server_place("mysql", connection.db, where, connection.port)
    if is_of_asyncmy(connection):
        return server_place("mysql", *asked_of_asyncmy(connection))
    return None


def place_at(url: URL) -> Place:
    """Tell the place that an address names."""
    return server_at(url, "mysql", PORT)


def in_transaction(connection: Any) -> bool | None:
    """Tell whether a transaction is open; pymysql does not tell."""
    if not hasattr(connection, "get_transaction_status"):  # aiomysql, asyncmy have it
        return None
    # They read it from the answers without rows: INSERT ... RETURNING leaves it as it was.
    has_rows = bool(getattr(getattr(connection, "_result", None), "field_count", 0))
    return bool(connection.get_transaction_status()) or (None if has_rows else False)


def lead(url: URL, cargs: list[Any], cparams: dict[str, Any]) -> bool:
    """Lead a connection to a server, in the words of the driver that asks."""
    cargs.clear()
    # SQLAlchemy's dialects spell these two in their own ways.
    database = "database" if "database" in cparams else "db"
    password = "passwd" if "passwd" in cparams else "password"
    move(url, cparams, {"database": database, "password": password})
    return True
