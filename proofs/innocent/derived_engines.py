"""Tags whose reads have an engine derived from the one that writes: both share one pool."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import FastAPI, HTTPException, Path, Query
from pydantic import BaseModel, Field
from sqlalchemy import String, select
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from proofs.innocent import innocent
from proofs.innocent.starting import make_tables
from proofs.innocent.textrules import SafeText


class Base(DeclarativeBase):
    pass


class Tag(Base):
    __tablename__ = "tags"
    id: Mapped[int] = mapped_column(primary_key=True)
    word: Mapped[str] = mapped_column(String(60))


class TagIn(BaseModel):
    word: SafeText = Field(min_length=1, max_length=60)


class TagOut(TagIn):
    id: int


TagId = Annotated[int, Path(ge=1, le=2**31 - 1)]


@innocent(
    looks="Its engines share a pool, so whatever is put on each engine's is put there twice.",
    near=("SES-08",),
)
def app() -> FastAPI:
    """A second engine by `execution_options()`, made anew for each kind of read."""
    writing = create_async_engine(os.environ["DATABASE_URL"])
    reading = writing.execution_options(logging_token="reads")
    listing = reading.execution_options(logging_token="lists")
    writer = async_sessionmaker(writing, expire_on_commit=False)
    reader = async_sessionmaker(reading, expire_on_commit=False)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with writing.begin() as connection:
            await connection.run_sync(make_tables, Base.metadata)
        yield
        await writing.dispose()

    made = FastAPI(lifespan=lifespan)

    @made.get("/tags")
    async def list_tags(
        limit: Annotated[int, Query(ge=1, le=100)] = 50,
        offset: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
    ) -> list[TagOut]:
        page = select(Tag).order_by(Tag.id).limit(limit).offset(offset)
        async with async_sessionmaker(listing)() as session:
            return [TagOut(id=tag.id, word=tag.word) for tag in await session.scalars(page)]

    @made.post("/tags", status_code=201)
    async def create_tag(tag: TagIn) -> TagOut:
        async with writer.begin() as session:
            row = Tag(word=tag.word)
            session.add(row)
            await session.flush()
            return TagOut(id=row.id, word=row.word)

    @made.get("/tags/{tag_id}", responses={404: {}})
    async def read_tag(tag_id: TagId) -> TagOut:
        async with reader() as session:
            row = await session.get(Tag, tag_id)
        if row is None:
            raise HTTPException(404, "no such tag")
        return TagOut(id=row.id, word=row.word)

    @made.delete("/tags/{tag_id}", status_code=204, responses={404: {}})
    async def delete_tag(tag_id: TagId) -> None:
        async with writer.begin() as session:
            row = await session.get(Tag, tag_id)
            if row is None:
                raise HTTPException(404, "no such tag")
            await session.delete(row)

    return made
