"""Apps that ask a driver's own pool, whose connections nobody sees."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from fastapi import FastAPI, Request

from proofs.broken import breaks
from proofs.broken.replacing import with_route
from proofs.innocent import driver_pool

WAIT = 0.2
"""Seconds that a request waits for a connection: little, since none comes back."""


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Make the table and the pool; in the end connections that are out are cut."""
    address = os.environ["DATABASE_URL"].replace("+asyncpg", "")
    pool = await asyncpg.create_pool(address, min_size=1, max_size=5)
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("select pg_advisory_xact_lock(100)")
        await connection.execute(driver_pool.TABLE)
    app.state.pool = pool
    yield
    pool.terminate()


@breaks("CRU-61", says="GET /pens/1999999999 -> 404", databases=("postgresql",))
def connection_of_a_missing_pen() -> FastAPI:
    """A read that finds no pen answers 404, and keeps its connection."""

    async def read_pen(request: Request, pen_id: driver_pool.PenId) -> dict[str, Any]:
        pool = request.app.state.pool
        connection = await pool.acquire(timeout=WAIT)
        select = "select id, colour from pens where id = $1"
        pen = driver_pool.shown(await connection.fetchrow(select, pen_id))
        await pool.release(connection)
        return pen

    app = with_route("read_pen", read_pen, driver_pool.app(), response_model=driver_pool.PenOut)
    app.router.lifespan_context = lifespan
    return app
