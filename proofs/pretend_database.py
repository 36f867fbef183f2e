"""A database that the kit does not know, registered from outside: SQLite under another name."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace

from sqlalchemy.dialects import registry as dialects
from sqlalchemy.dialects.sqlite.aiosqlite import SQLiteDialect_aiosqlite
from sqlalchemy.engine import URL

from contract_tests.databases.registry import of, register
from contract_tests.databases.sqlite.database import SqliteFile, SqliteServer
from proofs.innocent.starting import TAKE_TURN


class PretendDialect(SQLiteDialect_aiosqlite):
    """What SQLAlchemy speaks to it."""

    name = "pretend"
    supports_statement_cache = True


class PretendFile(SqliteFile):
    """One database of it. Notes are kept beside it, as any vendor may do in its own way."""

    name = "pretend"

    def __init__(self, url: URL) -> None:
        super().__init__(url)
        self._note("made")

    async def open(self) -> None:
        await super().open()
        self._note("opened")

    def _note(self, word: str) -> None:
        with closing(sqlite3.connect(f"{self.url.database}-notes")) as notes, notes:
            notes.execute("create table if not exists note (word text)")
            notes.execute("insert into note values (?)", (word,))


class PretendServer(SqliteServer):
    """Where its databases come from."""

    name = "pretend"

    def make(self) -> PretendFile:
        return PretendFile(super().make().url)


def by_word(word: str, drivername: str, environ: Mapping[str, str]) -> PretendServer:
    return PretendServer(drivername)


def by_address(url: URL, *, existing: bool) -> PretendServer:
    return PretendServer(url.drivername)


TAKE_TURN["pretend"] = TAKE_TURN["sqlite"]
dialects.register("pretend.aiosqlite", __name__, "PretendDialect")
register(
    replace(
        of("sqlite"),
        name="pretend",
        module=__name__,
        words=(),
        nicknames={"untrue": "pretend"},
        by_word=by_word,
        by_address=by_address,
    )
)
