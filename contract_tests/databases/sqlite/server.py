"""Make SQLite databases: files of ours, a given file, or a connection's memory."""

from sqlalchemy.engine import URL

from ..database import Server
from .database import SqliteServer
from .memory import SqliteMemoryServer


def by_word(word: str, drivername: str) -> Server:
    """Choose by a word: `sqlite-memory` has no file."""
    return SqliteMemoryServer(drivername) if word == "sqlite-memory" else SqliteServer(drivername)


def by_address(url: URL, *, existing: bool) -> Server:
    """Choose by what an address names."""
    if url.database in (None, "", ":memory:") or "memory" in url.query.get("mode", ""):
        return SqliteMemoryServer(url.drivername)
    return SqliteServer(url.drivername, existing=url if existing else None)
