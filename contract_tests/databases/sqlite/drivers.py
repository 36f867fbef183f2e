"""Read connections of SQLite's drivers, and lead them to a file."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from ..places import Place

if TYPE_CHECKING:
    from sqlalchemy.engine import URL


def place(connection: Any) -> Place | None:
    """Ask a connection for its main file."""
    if not (hasattr(connection, "total_changes") and hasattr(connection, "execute")):
        return None
    files = {name: file for _, name, file in connection.execute("pragma database_list")}
    return Place("sqlite", files.get("main") or "")


def place_at(url: URL) -> Place:
    """Tell the file that an address names."""
    name = url.database or ""
    return Place("sqlite", "" if name == ":memory:" else name)


def place_of_name(name: Any) -> Place:
    """Tell the place that sqlite3 is asked to open, by a path or an address."""
    text = os.fsdecode(name) if isinstance(name, (str, bytes, os.PathLike)) else ""
    if is_private([text], {}):
        return Place("sqlite", "")
    return Place("sqlite", text.removeprefix("file:").partition("?")[0])


def in_transaction(connection: Any) -> bool | None:
    """Tell whether a transaction is open; sqlite3 and aiosqlite show it alike."""
    is_in = getattr(connection, "in_transaction", None)
    return None if is_in is None else bool(is_in)


def is_private(cargs: list[Any], cparams: dict[str, Any]) -> bool:
    """Tell whether a connection makes a database of its own, in memory."""
    asked = str(cargs[0]) if cargs else str(cparams.get("database", ""))
    return asked in ("", ":memory:") or "mode=memory" in asked or asked.startswith("file::memory:")


def lead(url: URL, cargs: list[Any], cparams: dict[str, Any]) -> bool:
    """Lead a connection to the file of an address."""
    return bool(url.database) and to_file(str(url.database), cargs, cparams)


def to_file(path: str, cargs: list[Any], cparams: dict[str, Any]) -> bool:
    """Lead a connection to a file; one to a memory of its own is left alone."""
    if is_private(cargs, cparams):
        return False
    if cargs:
        cargs[0] = path
    else:
        cparams["database"] = path
    cparams.pop("uri", None)
    return True
