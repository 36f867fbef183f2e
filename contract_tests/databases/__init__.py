"""Throwaway databases, and the back door that knows what is really stored in them.

with provide("postgresql") as server:
    database = server.make()
    ...  # give database.url to the service
    await database.contents()
"""

from __future__ import annotations

import os
from collections.abc import Mapping

# The order is the one in which databases are listed, and the first one is the default.
# isort: off
from . import sqlite, postgresql, mysql  # noqa: F401 - each registers itself

# isort: on
from .database import (
    NETWORK,
    OUTSIDE_VIEW,
    BackDoorBlocked,
    Column,
    Contents,
    Database,
    DatabaseUnavailable,
    Server,
    UnknownDatabase,
)

__all__ = [
    "NETWORK",
    "OUTSIDE_VIEW",
    "BackDoorBlocked",
    "Column",
    "Contents",
    "Database",
    "DatabaseUnavailable",
    "Server",
    "UnknownDatabase",
    "provide",
]


def provide(
    choice: str, *, allow_existing: bool = False, environ: Mapping[str, str] = os.environ
) -> Server:
    """Give the server meant by a word (`sqlite`, `postgresql+psycopg`) or by a URL.

    A database the kit did not make is only ever used when `allow_existing` is set, and then
    every row is put back as it was. Raises `UnknownDatabase` for a choice that
    cannot be meant, `DatabaseUnavailable` when there is no such server here.
    """
    from .given import by_address, by_word

    if "://" in choice:
        return by_address(choice, allow_existing=allow_existing)
    return by_word(choice, environ)
