"""Pens without SQLAlchemy: a pool of asyncpg's own, and SQL written out."""

import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Annotated, Any

import asyncpg
from fastapi import FastAPI, HTTPException, Path, Query, Request
from pydantic import BaseModel, Field

from proofs.innocent import innocent
from proofs.innocent.textrules import SafeText

TABLE = "create table if not exists pens (id serial primary key, colour varchar(60) not null)"
PenId = Annotated[int, Path(ge=1, le=2**31 - 1)]


class PenIn(BaseModel):
    colour: SafeText = Field(min_length=1, max_length=60)


class PenOut(BaseModel):
    id: int
    colour: str


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    address = os.environ["DATABASE_URL"].replace("+asyncpg", "")
    async with asyncpg.create_pool(address, min_size=1, max_size=5) as pool:
        async with pool.acquire() as connection, connection.transaction():
            await connection.execute("select pg_advisory_xact_lock(100)")
            await connection.execute(TABLE)
        app.state.pool = pool
        yield


def shown(row: Mapping[str, Any] | None) -> dict[str, Any]:
    if row is None:
        raise HTTPException(404, "no such pen")
    return dict(row)


@innocent(looks="no engine ever does anything", databases=("postgresql",))
def app() -> FastAPI:
    """No SQLAlchemy at all: the driver and its pool."""
    made = FastAPI(lifespan=lifespan)

    @made.get("/pens")
    async def list_pens(
        request: Request,
        limit: Annotated[int, Query(ge=1, le=100)] = 50,
        offset: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
    ) -> list[PenOut]:
        page = "select id, colour from pens order by id limit $1 offset $2"
        rows = await request.app.state.pool.fetch(page, limit, offset)
        return [PenOut(**row) for row in rows]

    @made.post("/pens", status_code=201, response_model=PenOut)
    async def create_pen(request: Request, pen: PenIn) -> dict[str, Any]:
        insert = "insert into pens (colour) values ($1) returning id, colour"
        return shown(await request.app.state.pool.fetchrow(insert, pen.colour))

    @made.get("/pens/{pen_id}", response_model=PenOut)
    async def read_pen(request: Request, pen_id: PenId) -> dict[str, Any]:
        select = "select id, colour from pens where id = $1"
        return shown(await request.app.state.pool.fetchrow(select, pen_id))

    @made.put("/pens/{pen_id}", response_model=PenOut)
    async def replace_pen(request: Request, pen_id: PenId, pen: PenIn) -> dict[str, Any]:
        update = "update pens set colour = $2 where id = $1 returning id, colour"
        return shown(await request.app.state.pool.fetchrow(update, pen_id, pen.colour))

    @made.delete("/pens/{pen_id}", status_code=204)
    async def delete_pen(request: Request, pen_id: PenId) -> None:
        delete = "delete from pens where id = $1 returning id"
        shown(await request.app.state.pool.fetchrow(delete, pen_id))

    return made
