"""Books without an ORM: a Table, and the statements written out."""

import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import APIRouter, FastAPI, HTTPException, Path, Query, Request
from pydantic import BaseModel, Field
from sqlalchemy import Column, Integer, MetaData, String, Table, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from proofs.innocent import NOT_MARIADB, innocent
from proofs.innocent.starting import make_tables
from proofs.innocent.textrules import SafeText

metadata = MetaData()
books = Table(
    "books",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("title", String(120), nullable=False),
    Column("author", String(120), nullable=False),
    Column("pages", Integer),
)


class Book(BaseModel):
    title: SafeText = Field(min_length=1, max_length=120)
    author: SafeText = Field(min_length=1, max_length=120)
    pages: int | None = Field(default=None, ge=1, le=100_000)


class Changes(BaseModel):
    title: SafeText = Field(default_factory=str, min_length=1, max_length=120)
    author: SafeText = Field(default_factory=str, min_length=1, max_length=120)
    pages: int | None = Field(default=None, ge=1, le=100_000)


class StoredBook(BaseModel):
    id: int
    title: str
    author: str
    pages: int | None


router = APIRouter(prefix="/books", tags=["books"])
BookId = Annotated[int, Path(ge=1, le=2**31 - 1)]


def engine_of(request: Request) -> AsyncEngine:
    engine: AsyncEngine = request.app.state.engine
    return engine


def row_or_404(row: Mapping[Any, Any] | None) -> dict[str, Any]:
    if row is None:
        raise HTTPException(404, "Book not found")
    return dict(row)


@router.get("/", response_model=list[StoredBook])
async def list_books(
    request: Request,
    limit: Annotated[int, Query(gt=0, le=50)] = 50,
    skip: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
) -> list[dict[str, Any]]:
    page = select(books).order_by(books.c.id).limit(limit).offset(skip)
    async with engine_of(request).connect() as connection:
        return [dict(row) for row in (await connection.execute(page)).mappings()]


@router.post("/", response_model=StoredBook)
async def create_book(request: Request, book: Book) -> dict[str, Any]:
    statement = insert(books).values(**book.model_dump()).returning(books)
    async with engine_of(request).begin() as connection:
        return dict((await connection.execute(statement)).mappings().one())


@router.get("/{book_id}", response_model=StoredBook)
async def read_book(request: Request, book_id: BookId) -> dict[str, Any]:
    async with engine_of(request).connect() as connection:
        result = await connection.execute(select(books).where(books.c.id == book_id))
        return row_or_404(result.mappings().one_or_none())


@router.patch("/{book_id}", response_model=StoredBook)
async def change_book(request: Request, book_id: BookId, changes: Changes) -> dict[str, Any]:
    values = changes.model_dump(exclude_unset=True)
    if not values:
        return await read_book(request, book_id)
    change = update(books).where(books.c.id == book_id).values(**values).returning(books)
    async with engine_of(request).begin() as connection:
        return row_or_404((await connection.execute(change)).mappings().one_or_none())


@router.delete("/{book_id}")
async def delete_book(request: Request, book_id: BookId) -> dict[str, str]:
    async with engine_of(request).begin() as connection:
        gone = await connection.execute(delete(books).where(books.c.id == book_id))
    if gone.rowcount == 0:
        raise HTTPException(404, "Book not found")
    return {"message": "Book deleted"}


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    engine = create_async_engine(os.environ["DATABASE_URL"])
    async with engine.begin() as connection:
        await connection.run_sync(make_tables, metadata)
    app.state.engine = engine
    yield
    await engine.dispose()


@innocent(
    looks="No session is ever made; a create answers 200, a delete a message.",
    databases=NOT_MARIADB,
)
def app() -> FastAPI:
    """SQLAlchemy Core only, connections taken from the engine.

    MariaDB, which has no UPDATE with RETURNING, is not for it.
    """
    made = FastAPI(lifespan=lifespan)
    made.include_router(router)
    return made
