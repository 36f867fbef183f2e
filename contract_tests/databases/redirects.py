"""Driver arguments rewritten in place, so that a connection asked for elsewhere comes here."""

from collections.abc import Callable
from typing import Any

from sqlalchemy.engine import URL

Redirect = Callable[[str, list[Any], dict[str, Any]], bool]
MYSQL = ("mysql", "mariadb")

# What would lead past host and port: sockets, whole addresses, and certificates of elsewhere.
DETOURS = (
    "conninfo", "direct_tls", "dsn", "hostaddr", "passfile", "read_default_file", "service",
    "ssl", "ssl_context", "sslcert", "sslcrl", "sslkey", "sslmode", "sslrootcert",
    "target_session_attrs", "unix_sock", "unix_socket",
)  # fmt: skip


def leading_to(url: URL) -> Redirect:
    """Give the redirect that leads connections of the right kind to `url`, and no other."""
    kinds = {"sqlite": ("sqlite",), "postgresql": ("postgresql",), "mysql": MYSQL, "mariadb": MYSQL}
    fitting = kinds.get(url.get_backend_name(), ())

    def redirect(dialect_name: str, cargs: list[Any], cparams: dict[str, Any]) -> bool:
        if dialect_name not in fitting:
            return False
        if dialect_name == "sqlite":
            return bool(url.database) and to_file(str(url.database), cargs, cparams)
        lead = to_mysql if dialect_name in MYSQL else to_postgresql
        return lead(url, cargs, cparams)

    return redirect


def nowhere(dialect_name: str, cargs: list[Any], cparams: dict[str, Any]) -> bool:
    """Lead no connection anywhere else."""
    return False


def is_private_memory(dialect_name: str, cargs: list[Any], cparams: dict[str, Any]) -> bool:
    """Whether this connection makes a SQLite database of its own, in memory."""
    asked = str(cargs[0]) if cargs else str(cparams.get("database", ""))
    return dialect_name == "sqlite" and (
        asked in ("", ":memory:") or "mode=memory" in asked or asked.startswith("file::memory:")
    )


def to_file(path: str, cargs: list[Any], cparams: dict[str, Any]) -> bool:
    """Lead a SQLite connection to a file; one to a memory of its own is left alone."""
    if is_private_memory("sqlite", cargs, cparams):
        return False
    if cargs:
        cargs[0] = path
    else:
        cparams["database"] = path
    cparams.pop("uri", None)
    return True


def to_postgresql(url: URL, cargs: list[Any], cparams: dict[str, Any]) -> bool:
    """Lead a PostgreSQL connection to a server, in the words of the driver that asks."""
    # psycopg knows dbname, passes a blank address for want of anything, or its adapters.
    speaks_libpq = "dbname" in cparams or "context" in cparams or bool(cargs)
    cargs.clear()
    _move(url, cparams, {"database": "dbname" if speaks_libpq else "database"})
    encryption = url.query.get("ssl") or url.query.get("sslmode")
    if encryption:
        cparams["sslmode" if speaks_libpq else "ssl"] = encryption
    return True


def to_mysql(url: URL, cargs: list[Any], cparams: dict[str, Any]) -> bool:
    """Lead a MySQL connection to a server, in the words of the driver that asks."""
    cargs.clear()
    database = "database" if "database" in cparams else "db"
    password = "passwd" if "passwd" in cparams else "password"
    _move(url, cparams, {"database": database, "password": password})
    return True


def _move(url: URL, cparams: dict[str, Any], words: dict[str, str]) -> None:
    for detour in DETOURS:
        cparams.pop(detour, None)
    arguments = url.translate_connect_args(None, username="user", **words)
    for word in ("host", "port", "user", words["database"], words.get("password", "password")):
        cparams.pop(word, None)
    cparams.update(arguments)
