"""A glossary: words under their own spelling, and a correction may move an entry."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Path, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import String, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from proofs.innocent import NOT_MARIADB, innocent
from proofs.innocent.starting import make_tables
from proofs.innocent.textrules import SafeText

WORD = r"^[A-Za-z0-9]+$"


class Base(DeclarativeBase):
    pass


class Entry(Base):
    __tablename__ = "entries"
    word: Mapped[str] = mapped_column(String(40), primary_key=True)
    meaning: Mapped[str] = mapped_column(String(200))


class EntryIn(BaseModel):
    word: str = Field(pattern=WORD, max_length=40)
    meaning: SafeText = Field(min_length=1, max_length=200)


class EntryOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    word: str
    meaning: str


async def get_session(request: Request) -> AsyncIterator[AsyncSession]:
    async with request.app.state.sessions() as session:
        yield session


Session = Annotated[AsyncSession, Depends(get_session)]
Word = Annotated[str, Path(pattern=WORD, max_length=40)]
router = APIRouter(prefix="/glossary")


async def entry_or_404(session: AsyncSession, word: str) -> Entry:
    entry = await session.get(Entry, word, with_for_update=True)
    if entry is None:
        raise HTTPException(404, "This word is not explained")
    return entry


async def stored(session: AsyncSession, entry: Entry) -> Entry:
    session.add(entry)
    try:
        await session.commit()
    except IntegrityError:
        raise HTTPException(409, "This word is explained already") from None
    return entry


@router.get("", response_model=list[EntryOut])
async def list_entries(session: Session) -> Any:
    return (await session.scalars(select(Entry).order_by(Entry.word))).all()


@router.post("", response_model=EntryOut, status_code=201)
async def create_entry(entry: EntryIn, session: Session) -> Any:
    return await stored(session, Entry(**entry.model_dump()))


@router.get("/{word}", response_model=EntryOut)
async def read_entry(word: Word, session: Session) -> Any:
    return await entry_or_404(session, word)


@router.put("/{word}", response_model=EntryOut)
async def replace_entry(word: Word, entry: EntryIn, session: Session) -> Any:
    row = await entry_or_404(session, word)
    row.word, row.meaning = entry.word, entry.meaning
    return await stored(session, row)


@router.delete("/{word}", status_code=204)
async def delete_entry(word: Word, session: Session) -> None:
    await session.delete(await entry_or_404(session, word))
    await session.commit()


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    engine = create_async_engine(os.environ["DATABASE_URL"])
    async with engine.begin() as connection:
        await connection.run_sync(make_tables, Base.metadata)
    app.state.sessions = async_sessionmaker(engine, expire_on_commit=False)
    yield
    await engine.dispose()


@innocent(
    looks="A PUT with another word moves the row: its old address is gone.",
    databases=NOT_MARIADB,
)
def app() -> FastAPI:
    """A key that a replace may change."""
    made = FastAPI(lifespan=lifespan)
    made.include_router(router)
    return made
