"""A feed, the newest entry first, that goes on from a token."""

import base64
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import String, delete, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from proofs.innocent import NOT_MARIADB, innocent
from proofs.innocent.textrules import SafeText

FIRST = {"sqlite": "BEGIN IMMEDIATE", "postgresql": "SELECT pg_advisory_xact_lock(143)"}


class Base(DeclarativeBase):
    pass


class Entry(Base):
    __tablename__ = "entries"
    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(String(500))


class EntryIn(BaseModel):
    text: SafeText = Field(min_length=1, max_length=500)


class EntryOut(EntryIn):
    model_config = ConfigDict(from_attributes=True)
    id: int


class PageInfo(BaseModel):
    next_cursor: str | None


class Feed(BaseModel):
    entries: list[EntryOut]
    page_info: PageInfo


async def get_session(request: Request) -> AsyncIterator[AsyncSession]:
    async with request.app.state.sessions() as session:
        yield session


Session = Annotated[AsyncSession, Depends(get_session)]
EntryId = Annotated[int, Path(ge=1, le=2**31 - 1)]
router = APIRouter(prefix="/entries")


def token_of(entry_id: int) -> str:
    return base64.urlsafe_b64encode(str(entry_id).encode()).decode()


def id_in(token: str) -> int:
    try:
        return min(int(base64.urlsafe_b64decode(token)), 2**31 - 1)
    except ValueError:
        raise HTTPException(400, "This is no cursor") from None


@router.get("/")
async def list_entries(
    session: Session,
    size: Annotated[int, Query(ge=1, le=100)] = 20,
    cursor: Annotated[str | None, Query(max_length=50, pattern="^[A-Za-z0-9=]+$")] = None,
) -> Feed:
    older = select(Entry).where(Entry.id < id_in(cursor)) if cursor else select(Entry)
    newest = older.order_by(Entry.id.desc()).limit(size + 1)
    found = [EntryOut.model_validate(entry) for entry in await session.scalars(newest)]
    onward = token_of(found[size - 1].id) if len(found) > size else None
    return Feed(entries=found[:size], page_info=PageInfo(next_cursor=onward))


@router.post("/", status_code=201)
async def create_entry(entry: EntryIn, session: Session) -> EntryOut:
    row = Entry(**entry.model_dump())
    session.add(row)
    await session.commit()
    return EntryOut.model_validate(row)


@router.get("/{entry_id}")
async def read_entry(entry_id: EntryId, session: Session) -> EntryOut:
    row = await session.get(Entry, entry_id)
    if row is None:
        raise HTTPException(404, "Entry not found")
    return EntryOut.model_validate(row)


@router.delete("/{entry_id}", status_code=204)
async def delete_entry(entry_id: EntryId, session: Session) -> None:
    found = await session.execute(delete(Entry).where(Entry.id == entry_id).returning(Entry.id))
    if found.first() is None:
        raise HTTPException(404, "Entry not found")
    await session.commit()


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    engine = create_async_engine(os.environ["DATABASE_URL"])
    async with engine.begin() as connection:
        await connection.exec_driver_sql(FIRST[engine.dialect.name])
        await connection.run_sync(Base.metadata.create_all)
    app.state.sessions = async_sessionmaker(engine, expire_on_commit=False)
    yield
    await engine.dispose()


@innocent(
    looks="New rows are never on a page that comes later, and no page can be asked for.",
    databases=NOT_MARIADB,
    near=("CRU-47",),
)
def app() -> FastAPI:
    """The cursor holds the last id: rows come in front, and go, while pages are read."""
    made = FastAPI(lifespan=lifespan)
    made.include_router(router)
    return made
