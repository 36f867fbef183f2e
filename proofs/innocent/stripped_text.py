"""Tags whose schema strips the white space around every text."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import String, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from proofs.innocent import innocent
from proofs.innocent.starting import make_tables
from proofs.innocent.textrules import SafeText


class Base(DeclarativeBase):
    pass


class Tag(Base):
    __tablename__ = "tags"
    id: Mapped[int] = mapped_column(primary_key=True)
    label: Mapped[str] = mapped_column(String(40))
    hint: Mapped[str | None] = mapped_column(String(200))


class TagIn(BaseModel):
    model_config = ConfigDict(str_strip_whitespace=True)
    label: SafeText = Field(min_length=1, max_length=40)
    hint: SafeText | None = Field(default=None, max_length=200)


class TagChange(BaseModel):
    model_config = ConfigDict(str_strip_whitespace=True)
    label: SafeText = Field(default_factory=str, min_length=1, max_length=40)
    hint: SafeText | None = Field(default=None, max_length=200)


class TagOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    id: int
    label: str
    hint: str | None


async def get_session(request: Request) -> AsyncIterator[AsyncSession]:
    async with request.app.state.sessions() as session:
        yield session


Session = Annotated[AsyncSession, Depends(get_session)]
TagId = Annotated[int, Path(ge=1, le=2**31 - 1)]
router = APIRouter(prefix="/tags")


async def tag_or_404(session: AsyncSession, tag_id: int) -> Tag:
    tag = await session.get(Tag, tag_id, with_for_update=True)
    if tag is None:
        raise HTTPException(404, "Tag not found")
    return tag


@router.get("/", response_model=list[TagOut])
async def list_tags(
    session: Session,
    limit: Annotated[int, Query(ge=1, le=100)] = 100,
    offset: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
) -> Any:
    page = select(Tag).order_by(Tag.id).limit(limit).offset(offset)
    return (await session.scalars(page)).all()


@router.post("/", response_model=TagOut, status_code=201)
async def create_tag(tag: TagIn, session: Session) -> Any:
    row = Tag(**tag.model_dump())
    session.add(row)
    await session.commit()
    return row


@router.get("/{tag_id}", response_model=TagOut)
async def read_tag(tag_id: TagId, session: Session) -> Any:
    return await tag_or_404(session, tag_id)


@router.patch("/{tag_id}", response_model=TagOut)
async def change_tag(tag_id: TagId, change: TagChange, session: Session) -> Any:
    row = await tag_or_404(session, tag_id)
    for name, value in change.model_dump(exclude_unset=True).items():
        setattr(row, name, value)
    await session.commit()
    return row


@router.delete("/{tag_id}", status_code=204)
async def delete_tag(tag_id: TagId, session: Session) -> None:
    await session.delete(await tag_or_404(session, tag_id))
    await session.commit()


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    engine = create_async_engine(os.environ["DATABASE_URL"])
    async with engine.begin() as connection:
        await connection.run_sync(make_tables, Base.metadata)
    app.state.sessions = async_sessionmaker(engine, expire_on_commit=False)
    yield
    await engine.dispose()


@innocent(looks="What is stored is not quite what was sent: blanks at the ends are gone.")
def app() -> FastAPI:
    """Texts are stripped by the schema."""
    made = FastAPI(lifespan=lifespan)
    made.include_router(router)
    return made
