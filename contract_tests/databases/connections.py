"""Ask the registry what a driver's connection tells of itself."""

from __future__ import annotations

import asyncio
from typing import Any

from . import registry
from .places import Place


def place_of(connection: Any) -> Place | None:
    """Tell where a driver's connection leads, without asking the server; None if it cannot be told.

    That of a database in a file is asked for its file, which must happen in the thread that made
    it.
    """
    return registry.first_answer(lambda vendor: vendor.place(connection))


def in_transaction(driver_connection: Any) -> bool | None:
    """Tell whether a transaction is open, as far as the driver tells; None from those that do not.

    Python's sqlite3 begins before DML only: what a savepoint outside of that held is committed
    by its release.
    """
    return registry.first_answer(lambda vendor: vendor.in_transaction(driver_connection))


def socket_number(driver_connection: Any) -> int:
    """Give the file descriptor of the socket that a driver's connection talks through."""
    number = registry.first_answer(lambda vendor: vendor.socket(driver_connection))
    if number is None:
        kind = type(driver_connection)
        raise LookupError(
            f"{kind.__module__}.{kind.__qualname__} no longer shows its socket: "
            f"see private.py in the folder of its database in {__package__}"
        )
    return number


def embedded_connection(driver_connection: Any) -> Any:
    """Give the connection inside of an async driver's, where a database is embedded in it."""
    for vendor in registry.vendors():
        if vendor.embedded is not None:
            driver_connection = vendor.embedded.inner(driver_connection)
    return driver_connection


def loop_of(connection: Any) -> asyncio.AbstractEventLoop | None:
    """Give the event loop that a connection belongs to; None where it works on any, or on none.

    No driver offers it: those whose connections belong to a loop keep it under this name.
    """
    loop = getattr(getattr(connection, "driver_connection", connection), "_loop", None)
    return loop if isinstance(loop, asyncio.AbstractEventLoop) else None
