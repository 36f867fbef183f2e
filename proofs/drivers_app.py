"""Parcels: a stranger's small service for any driver, in async and in blocking SQLAlchemy.

The address is DATABASE_URL's, the driver is DATABASE_DRIVER's.
"""

import os
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Path, Query, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import URL, Select, String, create_engine, make_url, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker

from proofs.innocent.textrules import SafeText


class Base(DeclarativeBase):
    pass


class Parcel(Base):
    __tablename__ = "parcels"
    id: Mapped[int] = mapped_column(primary_key=True)
    label: Mapped[str] = mapped_column(String(60))
    grams: Mapped[int]


class ParcelIn(BaseModel):
    label: SafeText = Field(min_length=1, max_length=60)
    grams: int = Field(ge=1, le=100_000)


class ParcelOut(ParcelIn):
    model_config = ConfigDict(from_attributes=True)
    id: int


ParcelId = Annotated[int, Path(ge=1, le=2**31 - 1)]
Limit = Annotated[int, Query(ge=1, le=100)]
Offset = Annotated[int, Query(ge=0, le=2**31 - 1)]
asynchronous = APIRouter(prefix="/parcels")
blocking = APIRouter(prefix="/parcels")


def address() -> URL:
    return make_url(os.environ["DATABASE_URL"]).set(drivername=os.environ["DATABASE_DRIVER"])


def known(parcel: Parcel | None) -> Parcel:
    if parcel is None:
        raise HTTPException(404, "There is no such parcel")
    return parcel


def page(limit: int, offset: int) -> Select[Any]:
    return select(Parcel).order_by(Parcel.id).limit(limit).offset(offset)


def rewritten(parcel: Parcel, sent: ParcelIn) -> Parcel:
    parcel.label, parcel.grams = sent.label, sent.grams
    return parcel


async def async_session(request: Request) -> AsyncIterator[AsyncSession]:
    async with request.app.state.sessions() as session:
        yield session


async def unclosed_async_session(request: Request) -> AsyncIterator[AsyncSession]:
    session = request.app.state.sessions()
    yield session
    await session.close()


def blocking_session(request: Request) -> Iterator[Session]:
    with request.app.state.sessions() as session:
        yield session


def unclosed_blocking_session(request: Request) -> Iterator[Session]:
    session = request.app.state.sessions()
    yield session
    session.close()


InAsync = Annotated[AsyncSession, Depends(async_session)]
InThread = Annotated[Session, Depends(blocking_session)]


@asynchronous.get("", response_model=list[ParcelOut])
async def list_parcels(db: InAsync, limit: Limit = 100, offset: Offset = 0) -> Sequence[Parcel]:
    return (await db.scalars(page(limit, offset))).all()


@asynchronous.post("", response_model=ParcelOut, status_code=201)
async def send_parcel(sent: ParcelIn, db: InAsync) -> Parcel:
    async with db.begin():
        parcel = Parcel(**sent.model_dump())
        db.add(parcel)
    return parcel


@asynchronous.get("/{parcel_id}", response_model=ParcelOut)
async def read_parcel(parcel_id: ParcelId, db: InAsync) -> Parcel:
    return known(await db.get(Parcel, parcel_id))


@asynchronous.put("/{parcel_id}", response_model=ParcelOut)
async def change_parcel(parcel_id: ParcelId, sent: ParcelIn, db: InAsync) -> Parcel:
    async with db.begin():
        return rewritten(known(await db.get(Parcel, parcel_id)), sent)


@asynchronous.delete("/{parcel_id}", status_code=204)
async def delete_parcel(parcel_id: ParcelId, db: InAsync) -> None:
    async with db.begin():
        await db.delete(known(await db.get(Parcel, parcel_id)))


@blocking.get("", response_model=list[ParcelOut])
def list_blocking(db: InThread, limit: Limit = 100, offset: Offset = 0) -> Sequence[Parcel]:
    return db.scalars(page(limit, offset)).all()


@blocking.post("", response_model=ParcelOut, status_code=201)
def send_blocking(sent: ParcelIn, db: InThread) -> Parcel:
    with db.begin():
        parcel = Parcel(**sent.model_dump())
        db.add(parcel)
    return parcel


@blocking.get("/{parcel_id}", response_model=ParcelOut)
def read_blocking(parcel_id: ParcelId, db: InThread) -> Parcel:
    return known(db.get(Parcel, parcel_id))


@blocking.put("/{parcel_id}", response_model=ParcelOut)
def change_blocking(parcel_id: ParcelId, sent: ParcelIn, db: InThread) -> Parcel:
    with db.begin():
        return rewritten(known(db.get(Parcel, parcel_id)), sent)


@blocking.delete("/{parcel_id}", status_code=204)
def delete_blocking(parcel_id: ParcelId, db: InThread) -> None:
    with db.begin():
        db.delete(known(db.get(Parcel, parcel_id)))


async def answer_failure(request: Request, error: Exception) -> JSONResponse:
    return JSONResponse({"detail": "The database does not answer"}, 503)


@asynccontextmanager
async def async_lifespan(app: FastAPI) -> AsyncIterator[None]:
    engine = create_async_engine(address())
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    app.state.sessions = async_sessionmaker(engine, expire_on_commit=False)
    yield
    await engine.dispose()


@asynccontextmanager
async def blocking_lifespan(app: FastAPI) -> AsyncIterator[None]:
    engine = create_engine(address())
    Base.metadata.create_all(engine)
    app.state.sessions = sessionmaker(engine, expire_on_commit=False)
    yield
    engine.dispose()


def async_app() -> FastAPI:
    """Async sessions, each closed by the dependency that opened it."""
    app = FastAPI(lifespan=async_lifespan)
    app.include_router(asynchronous)
    app.add_exception_handler(SQLAlchemyError, answer_failure)
    app.add_exception_handler(OSError, answer_failure)
    return app


def blocking_app() -> FastAPI:
    """Blocking sessions in threads, each closed by the dependency that opened it."""
    app = FastAPI(lifespan=blocking_lifespan)
    app.include_router(blocking)
    app.add_exception_handler(SQLAlchemyError, answer_failure)
    return app


def leaking_async_app() -> FastAPI:
    """The dependency closes its session after a bare yield, which a 404 does not reach."""
    app = async_app()
    app.dependency_overrides[async_session] = unclosed_async_session
    return app


def leaking_blocking_app() -> FastAPI:
    """The same in threads: the garbage collector gives the connection back, some time."""
    app = blocking_app()
    app.dependency_overrides[blocking_session] = unclosed_blocking_session
    return app
