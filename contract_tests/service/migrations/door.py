"""A connection to the database under migration, by the driver of the service and past env.py."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import create_engine
from sqlalchemy.engine import URL, Connection
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

T = TypeVar("T")

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine


class MigrationsDoor:
    """Asks the database at `url`, each time by a connection of its own, and commits."""

    def __init__(self, url: URL) -> None:
        self.url = url

    def ask(self, question: Callable[[Connection], T]) -> T:
        """Put a question to a connection; in this thread no loop is running."""
        # Without a pool: the loop of a question ends with it, and nobody disposes of the engine.
        if self.url.get_dialect().is_async:
            engine = create_async_engine(self.url, poolclass=NullPool)
            return asyncio.run(_asked(engine, question))
        with create_engine(self.url, poolclass=NullPool).begin() as connection:
            return question(connection)


async def _asked(engine: AsyncEngine, question: Callable[[Connection], T]) -> T:
    async with engine.begin() as connection:
        return await connection.run_sync(question)
