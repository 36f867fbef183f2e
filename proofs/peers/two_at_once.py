"""Two changes of one item in every order that frontrun finds.

`python -m proofs.peers.two_at_once APP` needs `pip install frontrun`. Set-up, workers and condition
are written by the user; it is kept that both changes survive.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import frontrun
import httpx
from sqlalchemy import NullPool
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from starlette.testclient import TestClient

from proofs.peers import made

PATH = "/api/v1/examples/database-example/"
SECONDS = 60


class Shared:
    """An app, and an item in it that two tasks change."""

    def __init__(self, app: Any) -> None:
        self.app = app
        with TestClient(app) as client:
            self.item = f"{PATH}{client.post(PATH, json={'name': 'a'}).json()['id']}"
        # The lifespan belongs to the loop of that client, and the tasks run on another.
        engine = create_async_engine(os.environ["APP_DATABASE_URL"], poolclass=NullPool)
        app.state.sessions = async_sessionmaker(engine, expire_on_commit=False)

    async def change(self, **fields: str) -> None:
        """Send one PATCH, in the loop of the exploration."""
        transport = httpx.ASGITransport(self.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            await client.patch(self.item, json=fields)

    def has_both(self) -> bool:
        """Ask for both changes."""
        with TestClient(self.app) as client:
            row = client.get(self.item).json()
        return bool(row.get("name") == "b" and row.get("description") == "c")


async def rename(shared: Shared) -> None:
    """Change the one field."""
    await shared.change(name="b")


async def describe(shared: Shared) -> None:
    """Change the other field."""
    await shared.change(description="c")


async def explore(app: str) -> Any:
    """Let frontrun look for an order that loses a change."""
    return await frontrun.explore(
        setup=lambda: Shared(made(app)),
        workers=[rename, describe],
        invariant=Shared.has_both,
        detect_sql=True,
        total_timeout=SECONDS,
    )


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        os.environ["APP_DATABASE_URL"] = f"sqlite+aiosqlite:///{Path(folder)}/items.db"
        result = asyncio.run(explore(sys.argv[1]))
    print(result.property_holds, result.num_explored)
    print(result.explanation)
