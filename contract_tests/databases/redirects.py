"""Driver arguments rewritten in place, so that a connection asked for elsewhere comes here."""

from typing import Any

from sqlalchemy.engine import URL

# What would lead past host and port: sockets, whole addresses, and certificates of elsewhere.
DETOURS = (
    "conninfo", "direct_tls", "dsn", "hostaddr", "passfile", "read_default_file", "service",
    "ssl", "ssl_context", "sslcert", "sslcrl", "sslkey", "sslmode", "sslrootcert",
    "target_session_attrs", "unix_sock", "unix_socket",
)  # fmt: skip


def to_file(path: str, cargs: list[Any], cparams: dict[str, Any]) -> bool:
    """Lead a SQLite connection to a file; one to a memory of its own is left alone."""
    asked = str(cargs[0]) if cargs else str(cparams.get("database", ""))
    if asked in ("", ":memory:") or "mode=memory" in asked or asked.startswith("file::memory:"):
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
