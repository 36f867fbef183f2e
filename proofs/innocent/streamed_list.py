"""Log entries: the list is streamed while the rows are being read."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Path, Query, Request
from fastapi.responses import StreamingResponse
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from sqlalchemy import DateTime, String, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from proofs.innocent import innocent
from proofs.innocent.starting import make_tables
from proofs.innocent.textrules import SafeText


class Base(DeclarativeBase):
    pass


class Entry(Base):
    __tablename__ = "entries"
    id: Mapped[int] = mapped_column(primary_key=True)
    message: Mapped[str] = mapped_column(String(300))
    happened: Mapped[datetime] = mapped_column(DateTime)


class EntryIn(BaseModel):
    message: SafeText = Field(min_length=1, max_length=300)
    happened: AwareDatetime = Field(
        ge=datetime(1970, 1, 2, tzinfo=UTC), le=datetime(9000, 1, 1, tzinfo=UTC)
    )


class EntryOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    id: int
    message: str
    happened: AwareDatetime


def shown(entry: Entry) -> EntryOut:
    """The entry with its instant in UTC, which is how instants are stored."""
    happened = entry.happened.replace(tzinfo=UTC)
    return EntryOut(id=entry.id, message=entry.message, happened=happened)


async def get_session(request: Request) -> AsyncIterator[AsyncSession]:
    async with request.app.state.sessions() as session:
        yield session


Session = Annotated[AsyncSession, Depends(get_session)]
router = APIRouter(prefix="/entries")


async def as_array(session: AsyncSession, limit: int) -> AsyncIterator[str]:
    rows = await session.stream_scalars(select(Entry).order_by(Entry.id).limit(limit))
    opening = "["
    async for entry in rows:
        yield opening + shown(entry).model_dump_json()
        opening = ","
    yield "]" if opening == "," else "[]"


@router.get("", responses={200: {"model": list[EntryOut]}}, response_class=StreamingResponse)
async def list_entries(
    session: Session, limit: Annotated[int, Query(ge=1, le=10_000)] = 1000
) -> StreamingResponse:
    return StreamingResponse(as_array(session, limit), media_type="application/json")


@router.post("", status_code=201)
async def add_entry(entry: EntryIn, session: Session) -> EntryOut:
    naive = entry.happened.astimezone(UTC).replace(tzinfo=None)
    row = Entry(message=entry.message, happened=naive)
    session.add(row)
    await session.commit()
    return shown(row)


@router.get("/{entry_id}")
async def read_entry(
    entry_id: Annotated[int, Path(ge=1, le=2**31 - 1)], session: Session
) -> EntryOut:
    row = await session.get(Entry, entry_id)
    if row is None:
        raise HTTPException(404, "no such entry")
    return shown(row)


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    engine = create_async_engine(os.environ["DATABASE_URL"])
    async with engine.begin() as connection:
        await connection.run_sync(make_tables, Base.metadata)
    app.state.sessions = async_sessionmaker(engine, expire_on_commit=False)
    yield
    await engine.dispose()


@innocent(
    looks="The connection is still out, and SQL still running, when the answer has begun.",
    near=("DIS-05", "DIS-09"),
)
def app() -> FastAPI:
    """A JSON array streamed row by row; instants are kept in UTC and spelled that way."""
    made = FastAPI(lifespan=lifespan)
    made.include_router(router)
    return made
