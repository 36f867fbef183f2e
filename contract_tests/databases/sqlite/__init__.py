"""SQLite: a file, or the memory of a connection."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

from ..registry import register
from ..vendor import Denied, Embedded, Vendor
from . import drivers, private

if TYPE_CHECKING:
    from sqlalchemy.engine import URL
    from sqlalchemy.pool import PoolProxiedConnection

    from ..database import Server
    from ..places import Place


def _by_word(word: str, drivername: str, environ: Mapping[str, str]) -> Server:
    from .server import by_word

    return by_word(word, drivername)


def _by_address(url: URL, *, existing: bool) -> Server:
    from .server import by_address

    return by_address(url, existing=existing)


def _read_only(connect: Any, given: Any, named: Any, file: str, told: Denied) -> Any:
    from .authorizers import read_only

    return read_only(connect, given, named, file, told)


def _place_of_name(name: Any) -> Place:
    from .drivers import place_of_name

    return place_of_name(name)


def _let_attach_nothing(connection: Any, denied: Denied) -> None:
    from .authorizers import let_attach_nothing

    let_attach_nothing(connection, denied)


def _why_commit_is_safe(connection: PoolProxiedConnection) -> str:
    from .commit import why_commit_is_safe

    return why_commit_is_safe(connection)


def _refusing_commit(connection: PoolProxiedConnection) -> AbstractContextManager[None]:
    from .commit import refusing_commit

    return refusing_commit(connection)


register(
    Vendor(
        name="sqlite",
        product="SQLite",
        module=__name__,
        driver="aiosqlite",
        words=("sqlite-memory",),
        nicknames={"memory": "sqlite-memory"},
        libraries=("aiosqlite",),
        dialects=("sqlalchemy.dialects.sqlite.aiosqlite",),
        # The package imports all names of the other module, so that each has its own `connect`.
        connecting={"sqlite3": ("connect",), "sqlite3.dbapi2": ("connect",)},
        traces=(
            "aiosqlite.",
            "sqlite3.",
            "unable to open database file",
            "UNIQUE constraint failed:",
        ),
        by_word=_by_word,
        by_address=_by_address,
        lead=drivers.lead,
        place_at=drivers.place_at,
        place=drivers.place,
        in_transaction=drivers.in_transaction,
        threads=private.aiosqlite_threads,
        embedded=Embedded(
            is_private=drivers.is_private,
            inner=private.sqlite_connection,
            opening="sqlite3.connect",
            place_of_name=_place_of_name,
            read_only=_read_only,
            let_attach_nothing=_let_attach_nothing,
            why_commit_is_safe=_why_commit_is_safe,
            refusing_commit=_refusing_commit,
        ),
    )
)
