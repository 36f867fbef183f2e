"""Private parts of MySQL's drivers that are needed all the same: one function for each."""

from __future__ import annotations

from typing import Any


def is_of_asyncmy(connection: Any) -> bool:
    """Tell a connection of asyncmy, which shows nothing in public that others do not."""
    return hasattr(connection, "_stmt_cache_size")


def asked_of_asyncmy(connection: Any) -> tuple[str, str, int]:
    """Give the database, the host (or the socket's path) and the port a connection was made for.

    asyncmy keeps them in `_db`, `_host`, `_port` and `_unix_socket`.
    """
    try:
        name, port = connection._db, connection._port  # noqa: SLF001
        host = connection._unix_socket or connection._host  # noqa: SLF001
    except AttributeError as absent:
        raise LookupError(f"asyncmy no longer has {absent.name!r}: see {__name__}") from absent
    return name, host, port


def socket(connection: Any) -> int | None:
    """Give the socket of a connection.

    asyncmy keeps a `_transport`, aiomysql and the older asyncmy a `_writer`, pymysql a `_sock`.
    """
    stream = getattr(connection, "_transport", None)
    stream = stream or getattr(getattr(connection, "_writer", None), "transport", None)
    if stream is not None:
        return int(stream.get_extra_info("socket").fileno())
    pymysqls = getattr(connection, "_sock", None)
    return None if pymysqls is None else int(pymysqls.fileno())
