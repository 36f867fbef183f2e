"""Connections of drivers, as a service makes them that knows nothing of SQLAlchemy."""

from __future__ import annotations

from typing import Any

from sqlalchemy.engine import URL


async def connect(url: URL) -> Any:
    """Connect to a database by its own driver."""
    if url.get_backend_name() == "sqlite":
        import aiosqlite

        return await aiosqlite.connect(url.database or "")
    if url.get_backend_name() == "postgresql":
        import asyncpg

        return await asyncpg.connect(
            host=url.host,
            port=url.port,
            user=url.username,
            password=url.password,
            database=url.database,
        )
    import aiomysql

    return await aiomysql.connect(
        host=url.host,
        port=url.port or 3306,
        user=url.username,
        password=url.password or "",
        db=url.database,
    )
