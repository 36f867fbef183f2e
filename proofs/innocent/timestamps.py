"""Posts that know when they were made and last changed."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import BigInteger, Integer, String, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from proofs.innocent import innocent
from proofs.innocent.starting import make_tables
from proofs.innocent.textrules import SafeText

# SQLite numbers rows by itself only where the key is an INTEGER.
BIG = BigInteger().with_variant(Integer, "sqlite")


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds")


class Base(DeclarativeBase):
    pass


class Post(Base):
    __tablename__ = "posts"
    id: Mapped[int] = mapped_column(BIG, primary_key=True)
    title: Mapped[str] = mapped_column(String(120))
    text: Mapped[str] = mapped_column(String(5000))
    created_at: Mapped[str] = mapped_column(String(40), default=now)
    updated_at: Mapped[str] = mapped_column(String(40), default=now, onupdate=now)


class PostIn(BaseModel):
    title: SafeText = Field(min_length=1, max_length=120)
    text: SafeText = Field(default="", max_length=5000)


class PostChange(BaseModel):
    title: SafeText = Field(default_factory=str, min_length=1, max_length=120)
    text: SafeText = Field(default="", max_length=5000)


class PostOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    id: int
    title: str
    text: str
    created_at: datetime
    updated_at: datetime


async def get_session(request: Request) -> AsyncIterator[AsyncSession]:
    async with request.app.state.sessions() as session:
        yield session


Session = Annotated[AsyncSession, Depends(get_session)]
PostId = Annotated[int, Path(ge=1, le=2**63 - 1)]
router = APIRouter(prefix="/posts")


async def post_or_404(session: AsyncSession, post_id: int) -> Post:
    post = await session.get(Post, post_id, with_for_update=True)
    if post is None:
        raise HTTPException(404, "Post not found")
    return post


@router.get("/", response_model=list[PostOut])
async def list_posts(
    session: Session,
    per_page: Annotated[int, Query(ge=1, le=100)] = 20,
    page: Annotated[int, Query(ge=1, le=10**9)] = 1,
) -> Any:
    newest = select(Post).order_by(Post.created_at.desc(), Post.id.desc())
    found = await session.scalars(newest.limit(per_page).offset((page - 1) * per_page))
    return found.all()


@router.post("/", response_model=PostOut, status_code=201)
async def create_post(post: PostIn, session: Session) -> Any:
    row = Post(**post.model_dump())
    session.add(row)
    await session.commit()
    return row


@router.get("/{post_id}", response_model=PostOut)
async def read_post(post_id: PostId, session: Session) -> Any:
    return await post_or_404(session, post_id)


@router.patch("/{post_id}", response_model=PostOut)
async def change_post(post_id: PostId, change: PostChange, session: Session) -> Any:
    row = await post_or_404(session, post_id)
    for name, value in change.model_dump(exclude_unset=True).items():
        setattr(row, name, value)
    await session.commit()
    return row


@router.delete("/{post_id}", status_code=204)
async def delete_post(post_id: PostId, session: Session) -> None:
    await session.delete(await post_or_404(session, post_id))
    await session.commit()


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    engine = create_async_engine(os.environ["DATABASE_URL"])
    async with engine.begin() as connection:
        await connection.run_sync(make_tables, Base.metadata)
    app.state.sessions = async_sessionmaker(engine, expire_on_commit=False)
    yield
    await engine.dispose()


@innocent(looks="Two fields appear that nobody sent, one of which changes with every update.")
def app() -> FastAPI:
    """Times made by the service; 64-bit ids; the newest first."""
    made = FastAPI(lifespan=lifespan)
    made.include_router(router)
    return made
