"""Private parts of PostgreSQL's drivers that are needed all the same: one function for each."""

from __future__ import annotations

from typing import Any


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


def socket(connection: Any) -> int | None:
    """Give the socket of a connection: psycopg's in public, asyncpg's from its `_transport`."""
    if hasattr(connection, "fileno"):
        return int(connection.fileno())
    transport = getattr(connection, "_transport", None)
    return None if transport is None else int(transport.get_extra_info("socket").fileno())
