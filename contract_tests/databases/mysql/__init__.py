"""MySQL and MariaDB: databases on a server of ours, or on a given one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import nullcontext
from typing import TYPE_CHECKING

from ..refusal import MARKER, Refusal
from ..registry import register
from ..vendor import Vendor
from . import drivers, private

if TYPE_CHECKING:
    from sqlalchemy.engine import URL

    from ..database import Server


def _by_word(word: str, drivername: str, environ: Mapping[str, str]) -> Server:
    from .mariadb import find_program, mariadb
    from .server import MysqlServer

    return MysqlServer(mariadb(find_program(environ)), drivername)


def _by_address(url: URL, *, existing: bool) -> Server:
    from .server import MysqlServer

    return MysqlServer(nullcontext(url), url.drivername, is_given=True, existing=existing)


def _signalled(words: str, state: str, number: int) -> str:
    return (
        f"SIGNAL SQLSTATE '{state}' SET MYSQL_ERRNO = {number}, MESSAGE_TEXT = '{words}: {MARKER}'"
    )


register(
    Vendor(
        name="mysql",
        product="MySQL",
        module=__name__,
        driver="aiomysql",
        also=("mariadb",),
        nicknames={"mariadb": "mysql"},
        port=drivers.PORT,
        variable="CONTRACT_MYSQL_URL",
        back_door="aiomysql",
        extra="mysql",
        libraries=("aiomysql", "asyncmy"),
        connecting={
            "aiomysql.connection": ("_connect",),
            # The method, since `pymysql.connect` is the class itself.
            "pymysql.connections": ("Connection.connect",),
        },
        traces=(
            "aiomysql.",
            "asyncmy.",
            "pymysql.",
            "Connect call failed",
            "Can't connect to MySQL",
            "Duplicate entry '",
        ),
        refusal=Refusal(
            statement=_signalled("Disk full", "HY000", 1021),
            commit=_signalled("Deadlock found", "40001", 1213),
        ),
        beside=re.compile(
            r"^\s*use\s+`?(\w+)"
            r"|\b(?:from|join|into|update|table|exists|references)\s+`?(\w+)`?\s*\.",
            re.IGNORECASE,
        ),
        by_word=_by_word,
        by_address=_by_address,
        lead=drivers.lead,
        place_at=drivers.place_at,
        place=drivers.place,
        in_transaction=drivers.in_transaction,
        socket=private.socket,
    )
)
