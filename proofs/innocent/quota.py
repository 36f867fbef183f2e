"""Tickets of which there are only so many, and a service that reconnects in the next request."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Path, Query, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import AsyncAdaptedQueuePool, delete, func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from proofs.innocent import innocent
from proofs.innocent.starting import make_tables

FULL = 40
MAX_ID = 2**31 - 1


class Base(DeclarativeBase):
    pass


class Ticket(Base):
    __tablename__ = "tickets"
    id: Mapped[int] = mapped_column(primary_key=True)
    places: Mapped[int]


class TicketIn(BaseModel):
    places: int = Field(ge=1, le=1000, strict=True)


class TicketOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    id: int
    places: int


async def session_of(request: Request) -> AsyncIterator[AsyncSession]:
    async with request.app.state.sessions() as session:
        yield session


Session = Annotated[AsyncSession, Depends(session_of, scope="function")]
TicketId = Annotated[int, Path(ge=1, le=MAX_ID)]
router = APIRouter()


@router.get("/tickets", response_model=list[TicketOut])
async def list_tickets(
    session: Session,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    offset: Annotated[int, Query(ge=0, le=MAX_ID)] = 0,
) -> Any:
    page = select(Ticket).order_by(Ticket.id).limit(limit).offset(offset)
    return (await session.scalars(page)).all()


@router.post("/tickets", response_model=TicketOut, status_code=201)
async def create_ticket(ticket: TicketIn, session: Session) -> Ticket:
    if (await session.scalar(select(func.count()).select_from(Ticket)) or 0) >= FULL:
        raise HTTPException(507, "no room for more tickets")
    row = Ticket(places=ticket.places)
    session.add(row)
    await session.commit()
    return row


@router.get("/tickets/{ticket_id}", response_model=TicketOut)
async def read_ticket(ticket_id: TicketId, session: Session) -> Ticket:
    row = await session.get(Ticket, ticket_id)
    if row is None:
        raise HTTPException(404)
    return row


@router.delete("/tickets/{ticket_id}", status_code=204)
async def delete_ticket(ticket_id: TicketId, session: Session) -> None:
    gone: Any = await session.execute(delete(Ticket).where(Ticket.id == ticket_id))
    await session.commit()
    if not gone.rowcount:
        raise HTTPException(404)


async def answer_failure(_request: Request, _error: Exception) -> JSONResponse:
    return JSONResponse({"detail": "try again"}, 503, {"Retry-After": "1"})


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    engine = create_async_engine(os.environ["DATABASE_URL"], poolclass=AsyncAdaptedQueuePool)
    async with engine.begin() as connection:
        await connection.run_sync(make_tables, Base.metadata)
    app.state.sessions = async_sessionmaker(engine, expire_on_commit=False)
    yield
    await engine.dispose()


@innocent(
    looks="It answers 507 when there are enough rows, and 503 once for each dead connection.",
)
def app() -> FastAPI:
    """The limit is one of rows: it ends when some are deleted, and no restart would end it."""
    made = FastAPI(lifespan=lifespan, exception_handlers={DBAPIError: answer_failure})
    made.include_router(router)
    return made
