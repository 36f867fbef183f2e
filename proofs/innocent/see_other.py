"""Tickets for browsers: a write answers 303, and its place shows the row."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Path, Query, Request
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import String, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from proofs.innocent import innocent
from proofs.innocent.starting import make_tables
from proofs.innocent.textrules import SafeText


class Base(DeclarativeBase):
    pass


class Ticket(Base):
    __tablename__ = "tickets"
    id: Mapped[int] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(String(120))


class TicketIn(BaseModel):
    subject: SafeText = Field(min_length=1, max_length=120)


class TicketOut(TicketIn):
    model_config = ConfigDict(from_attributes=True)
    id: int


async def get_session(request: Request) -> AsyncIterator[AsyncSession]:
    async with request.app.state.sessions() as session, session.begin():
        yield session


# The scope ends with the function, so the commit comes before the answer.
Session = Annotated[AsyncSession, Depends(get_session, scope="function")]
TicketId = Annotated[int, Path(ge=1, le=2**31 - 1)]
router = APIRouter(prefix="/tickets")


async def ticket_or_404(session: AsyncSession, ticket_id: int) -> Ticket:
    ticket = await session.get(Ticket, ticket_id, with_for_update=True)
    if ticket is None:
        raise HTTPException(404, "There is no such ticket")
    return ticket


@router.get("")
async def list_tickets(
    session: Session, limit: Annotated[int, Query(ge=1, le=100)] = 100
) -> list[TicketOut]:
    found = await session.scalars(select(Ticket).order_by(Ticket.id).limit(limit))
    return [TicketOut.model_validate(ticket) for ticket in found]


@router.post("", status_code=303, response_class=RedirectResponse)
async def create_ticket(ticket: TicketIn, session: Session) -> str:
    row = Ticket(subject=ticket.subject)
    session.add(row)
    await session.flush()
    return f"/tickets/{row.id}"


@router.get("/{ticket_id}")
async def read_ticket(ticket_id: TicketId, session: Session) -> TicketOut:
    return TicketOut.model_validate(await ticket_or_404(session, ticket_id))


@router.put("/{ticket_id}", status_code=303, response_class=RedirectResponse)
async def replace_ticket(ticket_id: TicketId, ticket: TicketIn, session: Session) -> str:
    (await ticket_or_404(session, ticket_id)).subject = ticket.subject
    return f"/tickets/{ticket_id}"


@router.delete("/{ticket_id}", status_code=303, response_class=RedirectResponse)
async def delete_ticket(ticket_id: TicketId, session: Session) -> str:
    await session.delete(await ticket_or_404(session, ticket_id))
    return "/tickets"


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    engine = create_async_engine(os.environ["DATABASE_URL"])
    async with engine.begin() as connection:
        await connection.run_sync(make_tables, Base.metadata)
    app.state.sessions = async_sessionmaker(engine, expire_on_commit=False)
    yield
    await engine.dispose()


@innocent(looks="No write is answered with a 2xx, nor shows the row.")
def app() -> FastAPI:
    """Redirects after every write, one transaction per request ended by the dependency."""
    made = FastAPI(lifespan=lifespan)
    made.include_router(router)
    return made
