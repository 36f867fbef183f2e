"""PostgreSQL: databases on a server of ours, or on a given one."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext
from typing import TYPE_CHECKING

from ..refusal import MARKER, Refusal
from ..registry import register
from ..vendor import Vendor
from . import drivers, private
from .catalog import TABLE_USE

if TYPE_CHECKING:
    from sqlalchemy.engine import URL

    from ..database import Server


def _by_word(word: str, drivername: str, environ: Mapping[str, str]) -> Server:
    from .cluster import cluster, find_binaries
    from .server import PostgresServer

    return PostgresServer(cluster(find_binaries(environ)), drivername)


def _by_address(url: URL, *, existing: bool) -> Server:
    from .server import PostgresServer

    return PostgresServer(nullcontext(url), url.drivername, existing=existing)


def _raised(words: str, state: str) -> str:
    return f"DO $$BEGIN RAISE EXCEPTION '{words}: {MARKER}' USING ERRCODE = '{state}'; END$$"


register(
    Vendor(
        name="postgresql",
        product="PostgreSQL",
        module=__name__,
        driver="asyncpg",
        nicknames={"pg": "postgresql", "psql": "postgresql"},
        port=drivers.PORT,
        variable="CONTRACT_POSTGRES_URL",
        back_door="asyncpg",
        extra="postgres",
        libraries=("asyncpg", "psycopg"),
        dialects=("sqlalchemy.dialects.postgresql.asyncpg",),
        connecting={
            # Private, and the one that both `asyncpg.connect` and its pool come to.
            "asyncpg.connect_utils": ("_connect",),
            # Bound to the class when it is imported, so that replacing the method misses it.
            "psycopg": ("connect",),
            "psycopg.connection": ("Connection.connect",),
            "psycopg.connection_async": ("AsyncConnection.connect",),
            "psycopg2": ("connect",),
        },
        traces=(
            "asyncpg.",
            "psycopg.",
            "psycopg2.",
            "Connect call failed",
            "connection to server at",
            "violates unique constraint",
        ),
        refusal=Refusal(
            statement=_raised("could not extend file", "53100"),
            commit=_raised("could not serialize access", "40001"),
        ),
        table_use=TABLE_USE,
        by_word=_by_word,
        by_address=_by_address,
        lead=drivers.lead,
        place_at=drivers.place_at,
        place=drivers.place,
        in_transaction=drivers.in_transaction,
        socket=private.socket,
    )
)
