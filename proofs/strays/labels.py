"""The service of all of them: labels, in whatever store it is given."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated, Protocol

from fastapi import FastAPI, HTTPException, Path, Query
from pydantic import BaseModel, Field
from sqlalchemy import Column, Integer, MetaData, String, Table, insert, select
from sqlalchemy.ext.asyncio import AsyncEngine

from proofs.innocent.starting import make_tables
from proofs.innocent.textrules import SafeText

METADATA = MetaData()
LABELS = Table(
    "labels",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("name", String(50), nullable=False),
)
Row = tuple[int, str]


class LabelIn(BaseModel):
    name: SafeText = Field(min_length=1, max_length=50)


class LabelOut(BaseModel):
    id: int
    name: str


class Store(Protocol):
    """Where labels are kept."""

    async def begin(self) -> None:
        """Make ready."""

    async def end(self) -> None:
        """Let go of everything."""

    async def rows(self, limit: int, offset: int) -> list[Row]:
        """Give a page of rows in the order of their ids."""

    async def add(self, name: str) -> int:
        """Store a row and give its id."""

    async def one(self, identifier: int) -> Row | None:
        """Give one row."""


@dataclass
class SqlStore:
    """Labels by SQLAlchemy: `engine` makes the engine, `writer` another one for what writes."""

    engine: Callable[[], AsyncEngine]
    writer: Callable[[], AsyncEngine] | None = None

    async def begin(self) -> None:
        self.reads = self.engine()
        self.writes = self.writer() if self.writer else self.reads
        async with self.reads.begin() as connection:
            await connection.run_sync(make_tables, METADATA)

    async def end(self) -> None:
        await self.writes.dispose()
        await self.reads.dispose()

    async def rows(self, limit: int, offset: int) -> list[Row]:
        page = select(LABELS).order_by(LABELS.c.id).limit(limit).offset(offset)
        async with self.reads.connect() as connection:
            return [(row.id, row.name) for row in await connection.execute(page)]

    async def add(self, name: str) -> int:
        async with self.writes.begin() as connection:
            made = await connection.execute(insert(LABELS).values(name=name))
            assert made.inserted_primary_key is not None
            return int(made.inserted_primary_key[0])

    async def one(self, identifier: int) -> Row | None:
        async with self.reads.connect() as connection:
            found = await connection.execute(select(LABELS).where(LABELS.c.id == identifier))
            row = found.one_or_none()
            return (row.id, row.name) if row else None


def labels(store: Store, before_write: Callable[[], object] = lambda: None) -> FastAPI:
    """Make the service."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        await store.begin()
        yield
        await store.end()

    app = FastAPI(lifespan=lifespan)

    @app.get("/labels")
    async def list_labels(
        limit: Annotated[int, Query(ge=1, le=100)] = 100,
        offset: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
    ) -> list[LabelOut]:
        return [LabelOut(id=i, name=name) for i, name in await store.rows(limit, offset)]

    @app.post("/labels", status_code=201)
    async def create_label(label: LabelIn) -> LabelOut:
        before_write()
        return LabelOut(id=await store.add(label.name), name=label.name)

    @app.get("/labels/{label_id}", responses={404: {}})
    async def read_label(label_id: Annotated[int, Path(ge=1, le=2**31 - 1)]) -> LabelOut:
        row = await store.one(label_id)
        if row is None:
            raise HTTPException(404, "no such label")
        return LabelOut(id=row[0], name=row[1])

    return app
