"""Parcels with labels, and a journal of all attempts to send or remove one."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import ForeignKey, String, event, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from proofs.innocent import innocent
from proofs.innocent.parent_children import enforce
from proofs.innocent.starting import make_tables
from proofs.innocent.textrules import SafeText


class Base(DeclarativeBase):
    pass


class Parcel(Base):
    __tablename__ = "parcels"
    id: Mapped[int] = mapped_column(primary_key=True)
    addressee: Mapped[str] = mapped_column(String(40))


class Label(Base):
    __tablename__ = "labels"
    id: Mapped[int] = mapped_column(primary_key=True)
    parcel_id: Mapped[int] = mapped_column(ForeignKey("parcels.id", ondelete="CASCADE"), index=True)


class Attempt(Base):
    __tablename__ = "send_attempts"
    id: Mapped[int] = mapped_column(primary_key=True)
    outcome: Mapped[str] = mapped_column(String(20))


class ParcelIn(BaseModel):
    addressee: SafeText = Field(min_length=1, max_length=40)


class ParcelOut(ParcelIn):
    model_config = ConfigDict(from_attributes=True)
    id: int


async def get_session(request: Request) -> AsyncIterator[AsyncSession]:
    async with request.app.state.sessions() as session:
        yield session


Session = Annotated[AsyncSession, Depends(get_session, scope="function")]
ParcelId = Annotated[int, Path(ge=1, le=2**31 - 1)]
router = APIRouter(prefix="/parcels")


async def note(request: Request, outcome: str) -> None:
    """Note an attempt in a transaction of its own."""
    async with request.app.state.sessions.begin() as session:
        session.add(Attempt(outcome=outcome))


@router.get("", response_model=list[ParcelOut])
async def list_parcels(
    session: Session,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    offset: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
) -> Any:
    page = select(Parcel).order_by(Parcel.id).limit(limit).offset(offset)
    return (await session.scalars(page)).all()


@router.post("", response_model=ParcelOut, status_code=201)
async def add_parcel(parcel: ParcelIn, session: Session, request: Request) -> Any:
    await note(request, "attempted")
    row = Parcel(**parcel.model_dump())
    try:
        async with session.begin():
            session.add(row)
            await session.flush()
            session.add(Label(parcel_id=row.id))
    except DBAPIError:
        await note(request, "failed")
        raise HTTPException(503, "The parcel was not stored") from None
    return row


@router.get("/{parcel_id}", response_model=ParcelOut)
async def read_parcel(parcel_id: ParcelId, session: Session) -> Any:
    row = await session.get(Parcel, parcel_id)
    if row is None:
        raise HTTPException(404, "Parcel not found")
    return row


@router.delete("/{parcel_id}", status_code=204)
async def remove_parcel(parcel_id: ParcelId, session: Session, request: Request) -> None:
    await note(request, "attempted")
    async with session.begin():
        row = await session.get(Parcel, parcel_id, with_for_update=True)
        if row is None:
            raise HTTPException(404, "Parcel not found")
        await session.delete(row)


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    engine = create_async_engine(os.environ["DATABASE_URL"])
    if engine.dialect.name == "sqlite":
        event.listen(engine.sync_engine, "connect", enforce)
    async with engine.begin() as connection:
        await connection.run_sync(make_tables, Base.metadata)
    app.state.sessions = async_sessionmaker(engine, expire_on_commit=False)
    yield
    await engine.dispose()


@innocent(
    looks="A write that fails, or is cancelled, leaves a row behind: it was attempted.",
    areas=("errors", "cancellation", "failures", "disconnect"),
)
def app() -> FastAPI:
    """Each write is noted first, and the note committed, so that a failed one can be told."""
    made = FastAPI(lifespan=lifespan)
    made.include_router(router)
    return made
