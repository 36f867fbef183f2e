"""Minutes of meetings: each statement commits itself, and a change needs the tag of its row."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, Header, HTTPException, Path, Query, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from sqlalchemy import (
    Column,
    Integer,
    MetaData,
    RowMapping,
    String,
    Table,
    delete,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from proofs.innocent import NOT_MARIADB, innocent
from proofs.innocent.starting import make_tables
from proofs.innocent.textrules import SafeText

metadata = MetaData()
minutes = Table(
    "minutes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", String(64), nullable=False, unique=True),
    Column("title", String(80), nullable=False),
    Column("decisions", Integer, nullable=False),
    Column("version", Integer, nullable=False),
)


class MinutesIn(BaseModel):
    title: SafeText = Field(min_length=1, max_length=80)
    decisions: int = Field(ge=0, le=1000)


class MinutesOut(MinutesIn):
    id: int


async def get_connection(request: Request) -> AsyncIterator[AsyncConnection]:
    async with request.app.state.engine.connect() as connection:
        yield connection


Connection = Annotated[AsyncConnection, Depends(get_connection)]
MinutesId = Annotated[int, Path(ge=1, le=2**31 - 1)]
Key = Annotated[str, Header(alias="Idempotency-Key", pattern="^[A-Za-z0-9-]{1,64}$")]
Tag = Annotated[str | None, Header(alias="If-Match")]
router = APIRouter(prefix="/minutes")


async def row_or_404(connection: AsyncConnection, minutes_id: int) -> RowMapping:
    found = await connection.execute(select(minutes).where(minutes.c.id == minutes_id))
    row = found.mappings().first()
    if row is None:
        raise HTTPException(404, "there are no such minutes")
    return row


def shown(row: RowMapping, status: int = 200) -> JSONResponse:
    content = MinutesOut(**row).model_dump()
    return JSONResponse(content, status, headers={"ETag": tag_of(row)})


def tag_of(row: RowMapping) -> str:
    return f'"{row["version"]}"'


def require(row: RowMapping, tag: str | None) -> None:
    """Refuse a change that does not say which state it is about, or says another one."""
    if tag is None:
        raise HTTPException(428, "send If-Match with the ETag of the minutes")
    if tag != tag_of(row):
        raise HTTPException(412, "the minutes have been changed")


@router.get("")
async def list_minutes(
    connection: Connection,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    offset: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
) -> list[MinutesOut]:
    page = select(minutes).order_by(minutes.c.id).limit(limit).offset(offset)
    return [MinutesOut(**row) for row in (await connection.execute(page)).mappings()]


@router.post("", status_code=201, response_model=MinutesOut)
async def create_minutes(sent: MinutesIn, connection: Connection, key: Key) -> JSONResponse:
    values = {**sent.model_dump(), "key": key, "version": 1}
    try:
        made = await connection.execute(insert(minutes).values(values).returning(minutes))
    except IntegrityError:
        known = await connection.execute(select(minutes).where(minutes.c.key == key))
        row = known.mappings().first()
        if row is None or MinutesIn(**row) != sent:
            raise HTTPException(409, "the key belongs to other minutes") from None
        return shown(row, 201)
    return shown(made.mappings().one(), 201)


@router.get("/{minutes_id}", response_model=MinutesOut)
async def read_minutes(minutes_id: MinutesId, connection: Connection) -> JSONResponse:
    return shown(await row_or_404(connection, minutes_id))


@router.put("/{minutes_id}", response_model=MinutesOut)
async def replace_minutes(
    minutes_id: MinutesId, sent: MinutesIn, connection: Connection, tag: Tag = None
) -> JSONResponse:
    row = await row_or_404(connection, minutes_id)
    require(row, tag)
    same = (minutes.c.id == minutes_id) & (minutes.c.version == row["version"])
    values = {**sent.model_dump(), "version": row["version"] + 1}
    changed = await connection.execute(
        update(minutes).where(same).values(values).returning(minutes)
    )
    new = changed.mappings().first()
    if new is None:
        raise HTTPException(412, "the minutes have been changed")
    return shown(new)


@router.delete("/{minutes_id}", status_code=204)
async def delete_minutes(minutes_id: MinutesId, connection: Connection, tag: Tag = None) -> None:
    row = await row_or_404(connection, minutes_id)
    require(row, tag)
    same = (minutes.c.id == minutes_id) & (minutes.c.version == row["version"])
    await connection.execute(delete(minutes).where(same))


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    plain = create_async_engine(os.environ["DATABASE_URL"])
    async with plain.begin() as connection:
        await connection.run_sync(make_tables, metadata)
    await plain.dispose()
    engine = create_async_engine(os.environ["DATABASE_URL"], isolation_level="AUTOCOMMIT")
    app.state.engine = engine
    yield
    await engine.dispose()


@innocent(
    looks="No COMMIT is seen, and changes are answered with 428.",
    databases=NOT_MARIADB,
)
def app() -> FastAPI:
    """AUTOCOMMIT, a key that each create needs, and a tag that each change needs."""
    made = FastAPI(lifespan=lifespan)
    made.include_router(router)
    return made
