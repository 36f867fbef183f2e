"""Make MySQL databases: on a MariaDB of ours, or on a given server of either kind."""

from contextlib import AbstractContextManager, ExitStack, suppress

from sqlalchemy.engine import URL

from ..apart import finish, password
from ..database import DatabaseUnavailable, Server
from ..last_acts import undone_at_last
from ..names import abandoned, fresh_name
from .connection import connect
from .database import MysqlDatabase

IN_USE = "select db from information_schema.processlist where db is not null"


class MysqlServer(Server):
    """A server at the address the context manager gives; one that `is_given` is not the kit's."""

    name = "mysql"

    def __init__(
        self,
        address: AbstractContextManager[URL],
        drivername: str,
        *,
        is_given: bool = False,
        existing: bool = False,
    ) -> None:
        self._address = address
        self._drivername = drivername
        self._existing = existing
        self._is_given = is_given

    def _begin(self, undo: ExitStack) -> None:
        self._url = undo.enter_context(self._address).set(drivername=self._drivername)
        self.version = finish(_administer(self._url, existing=self._existing))
        if self._is_given and not self._existing:
            # Only there: a server of the kit's own begins empty.
            finish(_sweep(self._url))

    def make(self) -> MysqlDatabase:
        """Create a database and drop it at the end, or give the existing one as it is."""
        if self._existing:
            return MysqlDatabase(self._url, owned=False)
        name = fresh_name()
        door = self._url.set(database=name)
        finish(_administer(self._url, f"create database {name} character set utf8mb4"))
        database = MysqlDatabase(self._restricted(door) if self._is_given else door, door=door)
        self._undo.enter_context(undone_at_last(lambda: finish(database.drop())))
        return database

    def _restricted(self, door: URL) -> URL:
        """Give the address of an account that sees this database alone, where one can be made.

        A statement, or `USE`, reaches every database of a server that the account may enter.
        """
        name, word = str(door.database), password()
        # In the name that a grant is for, `_` stands for any letter.
        pattern = name.replace("_", "\\_")
        accounts = _accounts(name)
        made = [f"create user {account} identified by '{word}'" for account in accounts]
        made += [f"grant all privileges on `{pattern}`.* to {account}" for account in accounts]
        try:
            finish(_administer(self._url, *made))
        except DatabaseUnavailable:
            return door
        gone = [f"drop user if exists {account}" for account in accounts]
        self._undo.enter_context(undone_at_last(lambda: finish(_administer(self._url, *gone))))
        return door.set(username=name, password=word)


def _accounts(name: str) -> list[str]:
    return [f"'{name}'@'{host}'" for host in ("%", "localhost")]


async def _sweep(url: URL) -> None:
    """Drop what runs that were killed have left, unless somebody is connected to it."""
    import aiomysql

    door = await connect(url.set(database=None))
    try:
        async with door.cursor() as cursor:
            await cursor.execute(f"show databases where `Database` not in ({IN_USE})")
            for name in abandoned([row[0] for row in await cursor.fetchall()]):
                with suppress(aiomysql.MySQLError):
                    await cursor.execute(f"drop database {name}")
                    await cursor.execute(f"drop user if exists {', '.join(_accounts(name))}")
    finally:
        door.close()


async def _administer(url: URL, *statements: str, existing: bool = False) -> str:
    """Run statements one by one, and tell the server's version."""
    import aiomysql

    try:
        # The database that the address names need not exist yet.
        door = await connect(url if existing else url.set(database=None))
        try:
            async with door.cursor() as cursor:
                for statement in (*statements, "select version()"):
                    await cursor.execute(statement)
                (version,) = await cursor.fetchone()
        finally:
            door.close()
    except (OSError, aiomysql.MySQLError) as error:
        raise DatabaseUnavailable(
            f"no way into {url.render_as_string()}, or no right to create a database there: "
            f"{error.args[-1]}. Start that server, grant the right, or change the address "
            "(--contract-database, or CONTRACT_MYSQL_URL)"
        ) from error
    return str(version)
