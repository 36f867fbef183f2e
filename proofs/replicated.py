"""A small service with a read replica: which of the two engines does what is a parameter."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from pydantic_settings import BaseSettings
from sqlalchemy import AsyncAdaptedQueuePool, String, delete, select, update
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from proofs.innocent.starting import make_tables
from proofs.innocent.textrules import SafeText

Side = Literal["primary", "replica"]
Ask = Callable[[AsyncSession], Awaitable[Any]]
Prepare = Callable[[AsyncEngine, AsyncEngine], Awaitable[None]]


class Base(DeclarativeBase):
    """The tables of this service."""


class Note(Base):
    """A line and where it was written."""

    __tablename__ = "notes"
    id: Mapped[int] = mapped_column(primary_key=True)
    line: Mapped[str] = mapped_column(String(150))
    place: Mapped[str | None] = mapped_column(String(100))


class NoteIn(BaseModel):
    """A note as it is sent."""

    line: SafeText = Field(min_length=1, max_length=150)
    place: SafeText | None = Field(default=None, max_length=100)


class NoteOut(BaseModel):
    """A note as it is shown."""

    model_config = ConfigDict(from_attributes=True)
    id: int
    line: str
    place: str | None


class Addresses(BaseSettings):
    """The primary, and a replica of it if there is one."""

    database_url: str = Field(default="", repr=False)
    notes_read_replica_url: str = Field(default="", repr=False)


@dataclass(frozen=True)
class Sides:
    """The engines by what they are for."""

    primary: AsyncEngine
    replica: AsyncEngine

    def session(self, side: Side) -> AsyncSession:
        """Give a session of one of the two."""
        return AsyncSession(getattr(self, side), expire_on_commit=False)


@dataclass(frozen=True)
class Routing:
    """Which engine does what. With `remembers` a client that has written reads the primary.

    A read from the replica gets so many seconds of `patience`; then it is answered 503, or with
    `fails_over` by the primary.
    """

    listing: Side = "replica"
    reading: Side = "primary"
    looking: Side = "primary"
    writing: Side = "primary"
    remembers: bool = True
    patience: float | None = 2.0
    fails_over: bool = False


def sides_of(request: Request) -> Sides:
    """Give the engines of the app."""
    sides: Sides = request.app.state.sides
    return sides


async def make_schema(primary: AsyncEngine, replica: AsyncEngine) -> None:
    """Make the tables, in the primary alone."""
    async with primary.begin() as connection:
        await connection.run_sync(make_tables, Base.metadata)


Engines = Annotated[Sides, Depends(sides_of)]
NoteId = Annotated[int, Path(ge=1, le=2**31 - 1)]
Limit = Annotated[int, Query(ge=1, le=100)]
Offset = Annotated[int, Query(ge=0, le=2**31 - 1)]


async def note_or_404(session: AsyncSession, note_id: int) -> Note:
    """Give a note, or answer 404."""
    note = await session.get(Note, note_id)
    if note is None:
        raise HTTPException(404, "Note not found")
    return note


async def patiently(sides: Sides, side: Side, routing: Routing, ask: Ask) -> Any:
    """Ask one of the two, no longer than is right; then fail over, or answer 503."""
    try:
        async with asyncio.timeout(routing.patience if side == "replica" else None):
            async with sides.session(side) as session:
                return await ask(session)
    except TimeoutError:
        if not routing.fails_over:
            raise HTTPException(503, "The replica does not answer") from None
    async with sides.session("primary") as session:
        return await ask(session)


def routes(routing: Routing) -> APIRouter:
    """Make the routes of notes."""
    router = APIRouter(prefix="/notes")

    @router.get("/", response_model=list[NoteOut])
    async def list_notes(sides: Engines, limit: Limit = 30, offset: Offset = 0) -> Any:
        page = select(Note).order_by(Note.id).limit(limit).offset(offset)

        async def ask(session: AsyncSession) -> Any:
            return (await session.scalars(page)).all()

        return await patiently(sides, routing.listing, routing, ask)

    @router.post("/", response_model=NoteOut, status_code=201)
    async def create_note(note: NoteIn, sides: Engines, response: Response) -> Any:
        row = Note(**note.model_dump())
        async with sides.session(routing.writing) as session, session.begin():
            session.add(row)
        if routing.remembers:
            response.set_cookie("has_written", "yes", max_age=10)
        return row

    @router.get("/{note_id}", response_model=NoteOut)
    async def read_note(note_id: NoteId, sides: Engines, request: Request) -> Any:
        side = "primary" if "has_written" in request.cookies else routing.reading
        return await patiently(sides, side, routing, partial(note_or_404, note_id=note_id))

    @router.put("/{note_id}", response_model=NoteOut)
    async def replace_note(note_id: NoteId, note: NoteIn, sides: Engines) -> Any:
        async with sides.session(routing.looking) as session:
            await note_or_404(session, note_id)
        change = update(Note).where(Note.id == note_id).values(**note.model_dump())
        async with sides.session(routing.writing) as session, session.begin():
            await session.execute(change)
            return await note_or_404(session, note_id)

    @router.delete("/{note_id}", status_code=204)
    async def delete_note(note_id: NoteId, sides: Engines) -> None:
        removal = delete(Note).where(Note.id == note_id).returning(Note.id)
        async with sides.session(routing.writing) as session, session.begin():
            gone = (await session.execute(removal)).scalar_one_or_none()
        if gone is None:
            raise HTTPException(404, "Note not found")

    return router


def replicated(
    routing: Routing = Routing(),
    *,
    prepare: Prepare = make_schema,
    disposes: tuple[Side, ...] = ("replica", "primary"),
    dependencies: tuple[Any, ...] = (),
) -> FastAPI:
    """Make the service."""
    addresses = Addresses()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        primary = _engine(addresses.database_url)
        there = addresses.notes_read_replica_url
        app.state.sides = Sides(primary, _engine(there) if there else primary)
        try:
            await prepare(app.state.sides.primary, app.state.sides.replica)
            yield
        finally:
            for side in disposes:
                await getattr(app.state.sides, side).dispose()

    app = FastAPI(lifespan=lifespan, dependencies=dependencies)
    app.include_router(routes(routing))
    return app


def _engine(url: str) -> AsyncEngine:
    return create_async_engine(url, poolclass=AsyncAdaptedQueuePool, pool_pre_ping=True)
