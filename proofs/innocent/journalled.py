"""Parcels, and a journal of all that was asked: each request is noted before it is answered."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import String, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from starlette.types import ASGIApp, Receive, Scope, Send

from proofs.innocent import innocent
from proofs.innocent.starting import make_tables
from proofs.innocent.textrules import SafeText


class Base(DeclarativeBase):
    pass


class Parcel(Base):
    __tablename__ = "parcels"
    id: Mapped[int] = mapped_column(primary_key=True)
    addressee: Mapped[str] = mapped_column(String(40))


class Note(Base):
    __tablename__ = "journal"
    id: Mapped[int] = mapped_column(primary_key=True)
    method: Mapped[str] = mapped_column(String(20))


class ParcelIn(BaseModel):
    addressee: SafeText = Field(min_length=1, max_length=40)


class ParcelOut(ParcelIn):
    model_config = ConfigDict(from_attributes=True)
    id: int


class Journal:
    """Notes the method of each request, in a transaction of its own."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Note it first: requests that are refused are of interest, too."""
        if scope["type"] == "http":
            async with scope["app"].state.sessions.begin() as session:
                session.add(Note(method=scope["method"][:20]))
        await self._app(scope, receive, send)


async def get_session(request: Request) -> AsyncIterator[AsyncSession]:
    async with request.app.state.sessions() as session:
        yield session


Session = Annotated[AsyncSession, Depends(get_session, scope="function")]


async def list_parcels(
    session: Session, limit: Annotated[int, Query(ge=1, le=100)] = 50
) -> list[ParcelOut]:
    rows = await session.scalars(select(Parcel).order_by(Parcel.id).limit(limit))
    return [ParcelOut.model_validate(row) for row in rows]


async def add_parcel(parcel: ParcelIn, session: Session) -> ParcelOut:
    row = Parcel(**parcel.model_dump())
    async with session.begin():
        session.add(row)
    return ParcelOut.model_validate(row)


async def read_parcel(
    parcel_id: Annotated[int, Path(ge=1, le=2**31 - 1)], session: Session
) -> ParcelOut:
    row = await session.get(Parcel, parcel_id)
    if row is None:
        raise HTTPException(404)
    return ParcelOut.model_validate(row)


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    engine = create_async_engine(os.environ["DATABASE_URL"])
    async with engine.begin() as connection:
        await connection.run_sync(make_tables, Base.metadata)
    app.state.sessions = async_sessionmaker(engine, expire_on_commit=False)
    yield
    await engine.dispose()


@innocent(
    looks="A request that is refused makes a row, in the journal.",
    areas=("payloads", "crud"),
    near=("CRU-20",),
)
def app() -> FastAPI:
    """A middleware writes each request to a table of its own, and commits that at once."""
    made = FastAPI(lifespan=lifespan)
    made.get("/parcels")(list_parcels)
    made.post("/parcels", status_code=201)(add_parcel)
    made.get("/parcels/{parcel_id}")(read_parcel)
    made.add_middleware(Journal)
    return made
