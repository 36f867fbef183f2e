"""Read connections of PostgreSQL's drivers, and lead them to a server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..places import Place, server_at, server_place
from ..redirects import move
from .private import asked_of_asyncpg

if TYPE_CHECKING:
    from sqlalchemy.engine import URL

PORT = 5432


def place(connection: Any) -> Place | None:
    """Tell where a connection of asyncpg, psycopg or psycopg2 leads."""
    if hasattr(connection, "get_server_pid"):  # asyncpg
        return server_place("postgresql", *asked_of_asyncpg(connection))
    info = getattr(connection, "info", None)
    if info is not None and hasattr(info, "dbname"):  # psycopg, psycopg2
        return server_place("postgresql", info.dbname, info.host, info.port)
    return None


def place_at(url: URL) -> Place:
    """Tell the place that an address names."""
    return server_at(url, "postgresql", PORT)


def in_transaction(connection: Any) -> bool | None:
    """Tell whether a transaction is open; libpq's word for none is 0."""
    if hasattr(connection, "is_in_transaction"):  # asyncpg
        return bool(connection.is_in_transaction())
    status = getattr(getattr(connection, "info", None), "transaction_status", None)
    return None if status is None else bool(status)  # psycopg, of either generation


def lead(url: URL, cargs: list[Any], cparams: dict[str, Any]) -> bool:
    """Lead a connection to a server, in the words of the driver that asks."""
    # psycopg knows dbname, passes a blank address for want of anything, or its adapters.
    speaks_libpq = "dbname" in cparams or "context" in cparams or bool(cargs)
    cargs.clear()
    move(url, cparams, {"database": "dbname" if speaks_libpq else "database"})
    encryption = url.query.get("ssl") or url.query.get("sslmode")
    if encryption:
        cparams["sslmode" if speaks_libpq else "ssl"] = encryption
    return True
