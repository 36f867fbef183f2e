"""Articles with an engine for reading and another for writing."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import String, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from proofs.innocent import innocent
from proofs.innocent.starting import make_tables
from proofs.innocent.textrules import SafeText


class Base(DeclarativeBase):
    pass


class Article(Base):
    __tablename__ = "articles"
    id: Mapped[int] = mapped_column(primary_key=True)
    headline: Mapped[str] = mapped_column(String(150))
    summary: Mapped[str | None] = mapped_column(String(1000))


class ArticleIn(BaseModel):
    headline: SafeText = Field(min_length=1, max_length=150)
    summary: SafeText | None = Field(default=None, max_length=1000)


class ArticleChange(BaseModel):
    headline: SafeText = Field(default_factory=str, min_length=1, max_length=150)
    summary: SafeText | None = Field(default=None, max_length=1000)


class ArticleOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    id: int
    headline: str
    summary: str | None


async def get_reader(request: Request) -> AsyncIterator[AsyncSession]:
    async with request.app.state.readers() as session:
        yield session


async def get_writer(request: Request) -> AsyncIterator[AsyncSession]:
    async with request.app.state.writers() as session:
        yield session


Reader = Annotated[AsyncSession, Depends(get_reader)]
Writer = Annotated[AsyncSession, Depends(get_writer)]
ArticleId = Annotated[int, Path(ge=1, le=2**31 - 1)]
router = APIRouter(prefix="/articles")


async def article_or_404(session: AsyncSession, article_id: int) -> Article:
    article = await session.get(Article, article_id)
    if article is None:
        raise HTTPException(404, "Article not found")
    return article


@router.get("/", response_model=list[ArticleOut])
async def list_articles(
    reader: Reader,
    limit: Annotated[int, Query(ge=1, le=100)] = 30,
    offset: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
) -> Any:
    page = select(Article).order_by(Article.id).limit(limit).offset(offset)
    return (await reader.scalars(page)).all()


@router.post("/", response_model=ArticleOut, status_code=201)
async def create_article(article: ArticleIn, writer: Writer, reader: Reader) -> Any:
    async with writer.begin():
        row = Article(**article.model_dump())
        writer.add(row)
    return await article_or_404(reader, row.id)


@router.get("/{article_id}", response_model=ArticleOut)
async def read_article(article_id: ArticleId, reader: Reader) -> Any:
    return await article_or_404(reader, article_id)


@router.patch("/{article_id}", response_model=ArticleOut)
async def change_article(
    article_id: ArticleId, article: ArticleChange, writer: Writer, reader: Reader
) -> Any:
    values = article.model_dump(exclude_unset=True)
    if values:
        async with writer.begin():
            await writer.execute(update(Article).where(Article.id == article_id).values(**values))
    return await article_or_404(reader, article_id)


@router.delete("/{article_id}", status_code=204)
async def delete_article(article_id: ArticleId, writer: Writer) -> None:
    removal = delete(Article).where(Article.id == article_id).returning(Article.id)
    async with writer.begin():
        gone = (await writer.execute(removal)).scalar_one_or_none()
    if gone is None:
        raise HTTPException(404, "Article not found")


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    writing = create_async_engine(os.environ["WRITER_DB_URL"])
    reading = create_async_engine(os.environ["READER_DB_URL"], isolation_level="AUTOCOMMIT")
    async with writing.begin() as connection:
        await connection.run_sync(make_tables, Base.metadata)
    app.state.writers = async_sessionmaker(writing, expire_on_commit=False)
    app.state.readers = async_sessionmaker(reading, expire_on_commit=False)
    yield
    await reading.dispose()
    await writing.dispose()


@innocent(
    looks="One request takes two connections, and its reads belong to no transaction.",
    arguments=("--contract-env", "WRITER_DB_URL={url}", "--contract-env", "READER_DB_URL={url}"),
)
def app() -> FastAPI:
    """A writer in transactions beside a reader in AUTOCOMMIT."""
    made = FastAPI(lifespan=lifespan)
    made.include_router(router)
    return made
