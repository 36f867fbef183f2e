"""Make PostgreSQL databases: on a server of ours, or on a given one.

On a given one databases of ours are made beside the others, and dropped again.
"""

from contextlib import AbstractContextManager, ExitStack, suppress
from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy.engine import URL

from ..apart import finish
from ..database import DatabaseUnavailable, Server
from ..last_acts import undone_at_last
from ..names import abandoned, fresh_name
from .catalog import kill_all
from .database import PostgresDatabase, connect

if TYPE_CHECKING:
    from asyncpg import Connection, Record

MAINTENANCE = "postgres"


class PostgresServer(Server):
    """A server at the address the context manager gives."""

    name = "postgresql"

    def __init__(
        self, address: AbstractContextManager[URL], drivername: str, *, existing: bool = False
    ) -> None:
        self._address = address
        self._drivername = drivername
        self._existing = existing

    @property
    def _lobby(self) -> URL:
        """The address to enter without the named database, which need not exist yet."""
        return self._url.set(database=MAINTENANCE)

    def _begin(self, undo: ExitStack) -> None:
        url = undo.enter_context(self._address)
        self._url = _in_words_of(self._drivername, url)
        self.version = finish(_administer(self._url if self._existing else self._lobby))
        if not self._existing:
            finish(_sweep(self._lobby))

    def make(self) -> PostgresDatabase:
        """Create a database and drop it at the end, or give the existing one as it is."""
        if self._existing:
            return PostgresDatabase(self._url, owned=False)
        name = fresh_name()
        finish(_administer(self._lobby, f"create database {name}"))
        self._undo.enter_context(undone_at_last(partial(self._drop, name)))
        return PostgresDatabase(self._url.set(database=name))

    def _drop(self, name: str) -> None:
        # Nobody may be connected to a database that is dropped.
        finish(_administer(self._lobby, kill_all(name), f"drop database if exists {name}"))


def _in_words_of(drivername: str, url: URL) -> URL:
    """Ask for encryption as the driver spells it; the same wish has two names."""
    wish = url.query.get("ssl") or url.query.get("sslmode")
    plain = url.difference_update_query(["ssl", "sslmode"]).set(drivername=drivername)
    word = "ssl" if drivername.endswith("asyncpg") else "sslmode"
    return plain.update_query_dict({word: wish}) if wish else plain


async def _administer(url: URL, *statements: str) -> str:
    """Run statements one by one, and tell the server's version."""
    import asyncpg

    door = await _reach(url)
    try:
        # Several in one message are a transaction, and no database can be created in one.
        for statement in statements:
            await door.execute(statement)
        # Distributions add their own number, in parentheses.
        return str(await door.fetchval("show server_version")).split()[0]
    except asyncpg.InsufficientPrivilegeError as error:
        raise DatabaseUnavailable(
            f"{url.username} may not create databases on {url.host}. Allow it "
            f"(alter role {url.username} createdb), or name an empty database of yours "
            "and add --contract-allow-existing-database"
        ) from error
    finally:
        await door.close(timeout=2)


async def _sweep(url: URL) -> None:
    """Drop what runs that were killed have left, unless somebody is connected to it."""
    import asyncpg

    door = await _reach(url)
    try:
        rows = await door.fetch("select datname from pg_database")
        for name in abandoned(row["datname"] for row in rows):
            with suppress(asyncpg.PostgresError):
                await door.execute(f"drop database {name}")
    finally:
        await door.close(timeout=2)


async def _reach(url: URL) -> "Connection[Record]":
    import asyncpg

    try:
        return await connect(url)
    except (OSError, TimeoutError, asyncpg.PostgresError) as error:
        raise DatabaseUnavailable(
            f"no way into {url.render_as_string()}: {error}. Start that server, or change "
            "the address (--contract-database, or CONTRACT_POSTGRES_URL)"
        ) from error
