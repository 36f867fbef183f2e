"""Notes behind a connection pooler: the service keeps no pool of its own."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import NullPool, String, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from proofs.innocent import innocent
from proofs.innocent.starting import make_tables
from proofs.innocent.textrules import SafeText


class Base(DeclarativeBase):
    pass


class Note(Base):
    __tablename__ = "notes"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(80))
    text: Mapped[str | None] = mapped_column(String(500))


class NoteIn(BaseModel):
    title: SafeText = Field(min_length=1, max_length=80)
    text: SafeText | None = Field(default=None, max_length=500)


class NoteOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    id: int
    title: str
    text: str | None


async def get_session(request: Request) -> AsyncIterator[AsyncSession]:
    async with request.app.state.sessions() as session:
        yield session


Session = Annotated[AsyncSession, Depends(get_session)]
NoteId = Annotated[int, Path(ge=1, le=2**31 - 1)]


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    engine = create_async_engine(os.environ["DATABASE_URL"], poolclass=NullPool)
    async with engine.begin() as connection:
        await connection.run_sync(make_tables, Base.metadata)
    app.state.sessions = async_sessionmaker(engine, expire_on_commit=False)
    yield
    await engine.dispose()


async def found(session: AsyncSession, note_id: int) -> Note:
    note = await session.get(Note, note_id, with_for_update=True)
    if note is None:
        raise HTTPException(404, "no such note")
    return note


async def list_notes(
    session: Session,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    offset: Annotated[int, Query(ge=0, le=10**6)] = 0,
) -> list[NoteOut]:
    notes = await session.scalars(select(Note).order_by(Note.id).limit(limit).offset(offset))
    return [NoteOut.model_validate(note) for note in notes]


async def create_note(note: NoteIn, session: Session) -> NoteOut:
    row = Note(**note.model_dump())
    session.add(row)
    await session.commit()
    return NoteOut.model_validate(row)


async def read_note(note_id: NoteId, session: Session) -> NoteOut:
    return NoteOut.model_validate(await found(session, note_id))


async def replace_note(note_id: NoteId, note: NoteIn, session: Session) -> NoteOut:
    row = await found(session, note_id)
    row.title, row.text = note.title, note.text
    await session.commit()
    return NoteOut.model_validate(row)


async def delete_note(note_id: NoteId, session: Session) -> None:
    await session.delete(await found(session, note_id))
    await session.commit()


@innocent(
    looks="Every request opens a connection of its own, as if nothing were ever reused.",
    near=("SES-08",),
)
def app() -> FastAPI:
    """NullPool: each request connects, and disconnects when it ends."""
    made = FastAPI(lifespan=lifespan)
    made.add_api_route("/notes", list_notes, methods=["GET"])
    made.add_api_route("/notes", create_note, methods=["POST"], status_code=201)
    made.add_api_route("/notes/{note_id}", read_note, methods=["GET"])
    made.add_api_route("/notes/{note_id}", replace_note, methods=["PUT"])
    made.add_api_route("/notes/{note_id}", delete_note, methods=["DELETE"], status_code=204)
    return made
