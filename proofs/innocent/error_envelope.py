"""Pens in an envelope that carries errors too: whatever happens, the status is 200."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Generic, TypeVar

from fastapi import Depends, FastAPI, Path, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import String, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from proofs.innocent import innocent
from proofs.innocent.starting import make_tables
from proofs.innocent.textrules import SafeText

T = TypeVar("T")


class Base(DeclarativeBase):
    pass


class Pen(Base):
    __tablename__ = "pens"
    id: Mapped[int] = mapped_column(primary_key=True)
    maker: Mapped[str] = mapped_column(String(60))
    colour: Mapped[str] = mapped_column(String(60))


class PenIn(BaseModel):
    maker: SafeText = Field(min_length=1, max_length=60)
    colour: SafeText = Field(min_length=1, max_length=60)


class PenOut(PenIn):
    model_config = ConfigDict(from_attributes=True)
    id: int


class Problem(BaseModel):
    code: int
    message: str


class Envelope(BaseModel, Generic[T]):
    """Holds what was asked for, or the reason why there is none."""

    data: T | None = None
    error: Problem | None = None


class Refused(Exception):  # noqa: N818 - an answer, not an error
    """A request that is answered with a problem."""


async def get_session(request: Request) -> AsyncIterator[AsyncSession]:
    async with request.app.state.sessions() as session, session.begin():
        yield session


# The scope ends with the function, so the commit comes before the answer.
Session = Annotated[AsyncSession, Depends(get_session, scope="function")]
PenId = Annotated[int, Path(ge=1, le=2**31 - 1)]


async def found(session: AsyncSession, pen_id: int) -> Pen:
    pen = await session.get(Pen, pen_id, with_for_update=True)
    if pen is None:
        raise Refused("There is no such pen")
    return pen


async def list_pens(
    session: Session, limit: Annotated[int, Query(ge=1, le=100)] = 100
) -> Envelope[list[PenOut]]:
    pens = await session.scalars(select(Pen).order_by(Pen.id).limit(limit))
    return Envelope(data=[PenOut.model_validate(pen) for pen in pens])


async def create_pen(pen: PenIn, session: Session) -> Envelope[PenOut]:
    row = Pen(maker=pen.maker, colour=pen.colour)
    session.add(row)
    await session.flush()
    return Envelope(data=PenOut.model_validate(row))


async def read_pen(pen_id: PenId, session: Session) -> Envelope[PenOut]:
    return Envelope(data=PenOut.model_validate(await found(session, pen_id)))


async def replace_pen(pen_id: PenId, pen: PenIn, session: Session) -> Envelope[PenOut]:
    row = await found(session, pen_id)
    row.maker, row.colour = pen.maker, pen.colour
    await session.flush()
    return Envelope(data=PenOut.model_validate(row))


async def delete_pen(pen_id: PenId, session: Session) -> Envelope[PenOut]:
    row = await found(session, pen_id)
    await session.delete(row)
    return Envelope(data=PenOut.model_validate(row))


def _problem(code: int, message: str) -> JSONResponse:
    return JSONResponse({"data": None, "error": {"code": code, "message": message}})


async def refuse(_request: Request, reason: Exception) -> JSONResponse:
    return _problem(404, str(reason))


async def refuse_invalid(_request: Request, _reason: Exception) -> JSONResponse:
    return _problem(422, "The request is not valid")


async def fail(_request: Request, _reason: Exception) -> JSONResponse:
    return _problem(500, "The service failed")


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    engine = create_async_engine(os.environ["DATABASE_URL"])
    async with engine.begin() as connection:
        await connection.run_sync(make_tables, Base.metadata)
    app.state.sessions = async_sessionmaker(engine, expire_on_commit=False)
    yield
    await engine.dispose()


@innocent(
    looks="A row that is not there, a body that is not valid, a failure: all answer 200.",
    near=("ERR-01", "ERR-11"),
)
def app() -> FastAPI:
    """One envelope for rows and errors, which the document declares; routes added by hand."""
    made = FastAPI(
        lifespan=lifespan,
        exception_handlers={
            Refused: refuse,
            RequestValidationError: refuse_invalid,
            Exception: fail,
        },
    )
    made.add_api_route("/pens", list_pens)
    made.add_api_route("/pens", create_pen, methods=["POST"])
    made.add_api_route("/pens/{pen_id}", read_pen)
    made.add_api_route("/pens/{pen_id}", replace_pen, methods=["PUT"])
    made.add_api_route("/pens/{pen_id}", delete_pen, methods=["DELETE"])
    return made
