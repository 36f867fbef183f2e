"""Driver arguments rewritten in place, so that a connection asked for elsewhere comes here."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from . import registry

if TYPE_CHECKING:
    from sqlalchemy.engine import URL

Redirect = Callable[[str, list[Any], dict[str, Any]], bool]

ALIAS = "_contract_alias"
"""The end of a database's name by which an engine is known that was given this address."""

# What would lead past host and port: sockets, whole addresses, and certificates of elsewhere.
DETOURS = (
    "conninfo",
    "direct_tls",
    "dsn",
    "hostaddr",
    "passfile",
    "read_default_file",
    "service",
    "ssl",
    "ssl_context",
    "sslcert",
    "sslcrl",
    "sslkey",
    "sslmode",
    "sslrootcert",
    "target_session_attrs",
    "unix_sock",
    "unix_socket",
)


def leading_to(url: URL, alias: URL | None = None) -> Redirect:
    """Give the redirect that leads connections of the right kind to `url`, and no other.

    Those that ask for the alias of a database are led to `alias`, if that is given.
    """
    vendor = registry.of(url.get_backend_name())

    def redirect(dialect_name: str, cargs: list[Any], cparams: dict[str, Any]) -> bool:
        goal = alias if alias is not None and _asks_for_alias(cargs, cparams) else url
        return dialect_name in vendor.backends and vendor.lead(goal, cargs, cparams)

    return redirect


def alias_of(url: URL) -> URL:
    """Give an address by another name, which is there only where connections are led."""
    return url.set(database=f"{url.database}{ALIAS}")


def is_alias(url: URL) -> bool:
    """Tell whether an engine was given the alias of a database."""
    return (url.database or "").endswith(ALIAS)


def _asks_for_alias(cargs: list[Any], cparams: dict[str, Any]) -> bool:
    # In any argument: drivers take a database as a word, as a path, or in a whole address.
    return any(ALIAS in str(asked) for asked in (*cargs, *cparams.values()))


def nowhere(dialect_name: str, cargs: list[Any], cparams: dict[str, Any]) -> bool:
    """Lead no connection anywhere else."""
    return False


def is_private_memory(dialect_name: str, cargs: list[Any], cparams: dict[str, Any]) -> bool:
    """Tell whether this connection makes a database of its own, in memory."""
    embedded = registry.of(dialect_name).embedded
    return embedded is not None and embedded.is_private(cargs, cparams)


def move(url: URL, cparams: dict[str, Any], words: dict[str, str]) -> None:
    """Rewrite the arguments of a driver that has these `words` for parts of an address."""
    for detour in DETOURS:
        cparams.pop(detour, None)
    arguments = url.translate_connect_args(None, username="user", **words)
    for word in ("host", "port", "user", words["database"], words.get("password", "password")):
        cparams.pop(word, None)
    cparams.update(arguments)
