"""From the word or address somebody typed to the server that is meant by it."""

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from difflib import get_close_matches
from importlib.util import find_spec

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from .database import DatabaseUnavailable, Server, UnknownDatabase

DRIVERS = {
    "sqlite": "aiosqlite",
    "sqlite-memory": "aiosqlite",
    "postgresql": "asyncpg",
    "mysql": "aiomysql",
}
OTHER_WORDS = {
    "mariadb": "mysql",
    "pg": "postgresql",
    "psql": "postgresql",
    "memory": "sqlite-memory",
}
WHERE = "Change --contract-database, or contract_database in the pytest settings."
VALID = f"Valid: {', '.join(DRIVERS)}, each also with a driver (postgresql+psycopg), or a URL."
POSTGRES_URL = "CONTRACT_POSTGRES_URL"
MYSQL_URL = "CONTRACT_MYSQL_URL"


def by_word(choice: str, environ: Mapping[str, str]) -> Server:
    """Choose a throwaway server by a word such as `postgresql+psycopg`."""
    kind, _, driver = choice.partition("+")
    if kind not in DRIVERS:
        raise UnknownDatabase(
            f"{choice!r} is no database the kit knows{_near(kind)}. {VALID} {WHERE}"
        )
    drivername = f"{kind.partition('-')[0]}+{driver or DRIVERS[kind]}"
    _require_dialect(URL.create(drivername))
    if kind == "postgresql":
        return _postgresql(_postgresql_address(environ), drivername)
    if kind == "mysql":
        return _mysql(_mysql_address(environ), drivername)
    return _sqlite(URL.create(drivername), in_memory=kind == "sqlite-memory")


def by_address(choice: str, *, allow_existing: bool) -> Server:
    """Choose by a URL: ours beside the named database, or that one itself when allowed."""
    url = _with_driver(_parsed(choice))
    kind = url.get_backend_name()
    if kind == "sqlite":
        in_memory = url.database in (None, "", ":memory:") or "memory" in url.query.get("mode", "")
        return _sqlite(url, in_memory=in_memory, existing=allow_existing)
    if allow_existing and not url.database:
        raise UnknownDatabase(
            f"{url.render_as_string()} names no existing database. "
            f"Valid: {kind}://user:password@host:port/database. {WHERE}"
        )
    if kind == "postgresql":
        return _postgresql(nullcontext(url), url.drivername, existing=allow_existing)
    return _mysql(nullcontext(url), url.drivername, existing=allow_existing)


def _near(kind: str) -> str:
    close = OTHER_WORDS.get(kind) or next(iter(get_close_matches(kind, DRIVERS, 1)), None)
    return f"; did you mean {close!r}" if close else ""


def _parsed(choice: str) -> URL:
    scheme = choice.partition("://")[0]
    unreadable = UnknownDatabase(
        f"the address {scheme}://… cannot be read. Valid: {scheme}://user:password@host:port/"
        f"database, where an @ of the password is written %40. {WHERE}"
    )
    try:
        url = make_url(choice)
    except (ArgumentError, ValueError):  # its words repeat the address, password included
        raise unreadable from None
    if url.host and choice.partition("?")[0].count("@") > 1:
        # The rest of a password would be taken for the host, and shown.
        raise unreadable
    return url


def _with_driver(url: URL) -> URL:
    kind = url.get_backend_name()
    known = "mysql" if kind == "mariadb" else kind
    if known not in DRIVERS:
        raise UnknownDatabase(
            f"{kind}:// is no database the kit knows{_near(kind)}. {VALID} {WHERE}"
        )
    if "+" not in url.drivername:
        url = url.set(drivername=f"{kind}+{DRIVERS[known]}")
    _require_dialect(url)
    return url


def _require_dialect(url: URL) -> None:
    try:
        url.get_dialect()
    except NoSuchModuleError:
        kind, _, driver = url.drivername.partition("+")
        usual = f"{kind}+{DRIVERS.get(kind, DRIVERS['mysql'])}"
        raise UnknownDatabase(
            f"SQLAlchemy knows no driver {driver!r} for {kind}. The usual one: {usual}. {WHERE}"
        ) from None


def _require_back_door(driver: str, extra: str) -> None:
    """The kit looks into a database by a driver of its own, whatever the service uses."""
    if find_spec(driver) is None:
        raise DatabaseUnavailable(
            f"the kit needs {driver} to look into this database. "
            f"Type: pip install 'pytest-crud-contract[{extra}]'"
        )


def _sqlite(url: URL, *, in_memory: bool, existing: bool = False) -> Server:
    from .sqlite.database import SqliteServer

    if in_memory:
        from .sqlite.memory import SqliteMemoryServer

        return SqliteMemoryServer(url.drivername)
    return SqliteServer(url.drivername, existing=url if existing else None)


def _postgresql(
    address: AbstractContextManager[URL], drivername: str, *, existing: bool = False
) -> Server:
    from .postgresql.server import PostgresServer

    _require_back_door("asyncpg", "postgres")
    return PostgresServer(address, drivername, existing=existing)


def _mysql(
    address: AbstractContextManager[URL], drivername: str, *, existing: bool = False
) -> Server:
    from .mysql.server import MysqlServer

    _require_back_door("aiomysql", "mysql")
    return MysqlServer(address, drivername, existing=existing)


def _postgresql_address(environ: Mapping[str, str]) -> AbstractContextManager[URL]:
    from .postgresql.cluster import cluster, find_binaries

    return _named(environ, POSTGRES_URL, "postgresql") or cluster(find_binaries(environ))


def _mysql_address(environ: Mapping[str, str]) -> AbstractContextManager[URL]:
    from .mysql.mariadb import find_program, mariadb

    return _named(environ, MYSQL_URL, "mysql") or mariadb(find_program(environ))


def _named(
    environ: Mapping[str, str], variable: str, kind: str
) -> AbstractContextManager[URL] | None:
    if not environ.get(variable):
        return None
    url = _with_driver(_parsed(environ[variable]))
    if url.get_backend_name() not in (kind, "mariadb" if kind == "mysql" else kind):
        raise DatabaseUnavailable(
            f"{variable} leads to {url.get_backend_name()}. "
            f"Give it a {kind}:// address, or unset it."
        )
    return nullcontext(url)
